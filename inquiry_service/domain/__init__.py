"""What the inquiry desk decides. Functions take a session, raise nouns of `errors`, and never commit."""

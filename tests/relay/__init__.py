"""Letters through a real mail server on their way out, and back."""

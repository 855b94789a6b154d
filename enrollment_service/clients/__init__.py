"""The sibling's facts over HTTP: cached, and optional. Registration goes on when inquiry is down."""

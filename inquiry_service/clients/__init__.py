"""The sibling's facts over HTTP: cached, and optional."""

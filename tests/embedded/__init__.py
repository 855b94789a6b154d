"""The supervisor of `make run`, on real servers and stand-in services."""

"""The roads by which mail comes in, with real servers at their ends."""

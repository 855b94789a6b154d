"""Faults under load: the running pair is hurt in one way at a time, and a checker reads the clients' history, both databases and the sink's log."""

"""What can keep the embedded run from starting; the text is what the person at the terminal reads."""


class CannotRun(Exception):
    """Starting stops here; the message says what is wrong and what to do."""


class AlreadyRunning(CannotRun):
    """Somebody else keeps a server on this directory."""


class PortBusy(CannotRun):
    """Another program listens on a port of ours."""

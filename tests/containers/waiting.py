"""Where these tests wait: for a condition that may take a second to ask, until a deadline by the clock."""

import time
from collections.abc import Callable
from threading import Event


def wait_until(condition: Callable[[], object], timeout_s: float) -> bool:
    """The condition became true before the deadline."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() >= deadline:
            return False
        Event().wait(0.2)
    return True

"""The one place where these tests wait: for a condition, with a deadline, never for a time."""

import threading
from collections.abc import Callable


def wait_for(condition: Callable[[], object], timeout_s: float = 10.0) -> bool:
    """The condition became true before the deadline."""
    pause = threading.Event()
    for _ in range(int(timeout_s / 0.05)):
        if condition():
            return True
        pause.wait(0.05)
    return bool(condition())

"""Waiting for what another process does, without a guess of how long it takes."""

from collections.abc import Callable
from threading import Event

from shared.clock import monotonic_s

LOOK_EVERY_S = 0.02


def wait_until(condition: Callable[[], object], what: str, within_s: float = 60.0) -> None:
    """The condition holds. Raises AssertionError with what was waited for."""
    until = monotonic_s() + within_s
    while not condition():
        assert monotonic_s() < until, f"after {within_s:.0f} s: not so that {what}"
        Event().wait(LOOK_EVERY_S)

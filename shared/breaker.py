"""When a relay hangs, one letter at a time asks whether it is back; the others wait without losing a time-out each."""

import threading

from shared.clock import monotonic_s

HUNG_UNTIL_OPEN = 3
PROBE_EVERY_S = 30.0


class Breaker:
    """Closed at first. After three hung letters in a row it is open, and lets one through every half minute."""

    def __init__(
        self, *, hung_until_open: int = HUNG_UNTIL_OPEN, probe_every_s: float = PROBE_EVERY_S
    ) -> None:
        self._hung_until_open = hung_until_open
        self._probe_every_s = probe_every_s
        self._hung = 0
        self._probe_at = 0.0
        self._lock = threading.Lock()

    @property
    def is_closed(self) -> bool:
        """Whether letters go as usual."""
        return self._hung < self._hung_until_open

    def lets_through(self) -> bool:
        """Whether this letter may be tried now."""
        with self._lock:
            if self._hung < self._hung_until_open:
                return True
            if monotonic_s() < self._probe_at:
                return False
            self._probe_at = monotonic_s() + self._probe_every_s
            return True

    def saw(self, *, hung: bool) -> None:
        """What came of a try."""
        with self._lock:
            self._hung = self._hung + 1 if hung else 0
            if hung and self._hung == self._hung_until_open:
                self._probe_at = monotonic_s() + self._probe_every_s

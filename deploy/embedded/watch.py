"""What must run is seen when it ends, said, and started again: at once, then ever more slowly."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from deploy.embedded.errors import CannotRun
from deploy.embedded.logs import tail

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 10.0
HEALTHY_AFTER_S = 30.0
HOPELESS_AFTER_ENDS = 4
MISCONFIGURED = 78  # EX_CONFIG: the process itself says that starting again will not help


class Watched(Protocol):
    """A process or a server."""

    name: str

    def start(self) -> None: ...
    def is_alive(self) -> bool: ...
    @property
    def pid(self) -> int | None: ...
    @property
    def returncode(self) -> int | None: ...
    @property
    def log(self) -> Path: ...


class Watch:
    """Keeps one thing running. Times are seconds of one monotonic clock, given by the caller."""

    def __init__(self, target: Watched, say: Callable[[str], None], now_s: float) -> None:
        self.target = target
        self.is_hopeless = False
        self._ends = 0  # since it last was healthy
        self._say = say
        self._pause_s = FIRST_PAUSE_S
        self._started_s = now_s
        self._due_s: float | None = None

    def tend(self, now_s: float) -> bool:
        """Seen to, once; True when it is running as a new process."""
        if self._due_s is None and self.target.is_alive():
            if now_s - self._started_s > HEALTHY_AFTER_S:
                self._ends, self._pause_s = 0, FIRST_PAUSE_S
            return False
        if self._due_s is None:
            self._plan(now_s)
        if self._due_s is not None and now_s < self._due_s:
            return False
        return self._start_again(now_s)

    def _plan(self, now_s: float) -> None:
        self._ends += 1
        self.is_hopeless = self._ends >= HOPELESS_AFTER_ENDS or self.target.returncode == MISCONFIGURED
        self._due_s = now_s + self._pause_s
        self._say(
            f"{self.target.name} ended ({_how(self.target.returncode)}); it is started again in "
            f"{self._pause_s:.1f} s. Its log: {self.target.log}"
        )
        self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)

    def _start_again(self, now_s: float) -> bool:
        self._started_s, self._due_s = now_s, None
        try:
            self.target.start()
        except (CannotRun, OSError) as error:
            self._say(f"{self.target.name} could not be started: {error}")
            return False
        self._say(f"{self.target.name} is running again (pid {self.target.pid}).")
        return True

    def last_words(self) -> str:
        """The end of its log."""
        return f"{self.target.name}:\n{tail(self.target.log)}"


def _how(returncode: int | None) -> str:
    if returncode is None:
        return "nobody knows how"
    if returncode >= 0:
        return f"exit status {returncode}"
    try:
        return f"killed by {signal.Signals(-returncode).name}"
    except ValueError:
        return f"killed by signal {-returncode}"

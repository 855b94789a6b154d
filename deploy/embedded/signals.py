"""The wish to stop, from Ctrl-C, SIGTERM or a closed terminal; and being woken when a child ends."""

import os
import select
import signal
from collections.abc import Callable
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopWish:
    """Handlers are installed once, in the main thread; nothing happens in them but a note."""

    def __init__(self) -> None:
        self.reason: str | None = None
        self.is_impatient = False
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(self._writer, False)

    @property
    def is_made(self) -> bool:
        """Somebody asked for the end."""
        return self.reason is not None

    def listen(self) -> None:
        """The signals are ours: SIGINT also if a shell ignored it (`make run &`), SIGHUP unless nohup did."""
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _signum, _frame: None)  # only to wake `wait`
        for signum in STOPPING:
            if signum == signal.SIGHUP and signal.getsignal(signum) == signal.SIG_IGN:
                continue
            signal.signal(signum, self._note)

    def wait(self, timeout_s: float) -> None:
        """A signal came, a child ended, or the time is over."""
        ready, _, _ = select.select([self._reader], [], [], max(timeout_s, 0.0))
        if ready:
            os.read(self._reader, 4096)

    def wait_until(self, condition: Callable[[], bool], poll_s: float = 0.05) -> None:
        """The condition became true, or somebody asked for the end."""
        while not self.is_made and not condition():
            self.wait(poll_s)

    def make(self, reason: str) -> None:
        """As if a signal had come."""
        self.reason = self.reason or reason

    def _note(self, signum: int, _frame: FrameType | None) -> None:
        # Make passes SIGTERM on to us, so the same wish may come twice; only a second Ctrl-C is impatience.
        self.is_impatient = self.is_made and signum == signal.SIGINT and self.reason == "SIGINT"
        self.make(signal.Signals(signum).name)

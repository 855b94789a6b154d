"""A server that one process owns: taken from whoever died over it, watched, and stopped by ever harder signals."""

import signal
import subprocess
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from deploy.embedded.errors import AlreadyRunning
from deploy.embedded.layout import Layout
from deploy.embedded.lock import FileLock
from deploy.embedded.orphans import take_from_orphan
from deploy.embedded.waiting import wait_until


class OwnedServer(ABC):
    """The server below `base_dir`. Start it from the main thread: on Linux it ends with its thread."""

    name: str
    title: ClassVar[str]
    stopping: ClassVar[tuple[signal.Signals, ...]]  # what asks it to end, and what makes it
    stop_timeout_s: ClassVar[float]  # for each of them

    def __init__(self, base_dir: Path) -> None:
        self.layout = Layout(Path(base_dir).absolute())
        self._owner_lock = FileLock(self.layout.base / f"{self.name}.owner.lock")
        self._server_lock = FileLock(self.layout.base / f"{self.name}.lock")
        self._process: subprocess.Popen[bytes] | None = None

    def launch(self) -> None:
        """The server is on its way, and nobody else's. Raises AlreadyRunning (another process keeps it) or CannotRun."""
        self.layout.create()
        if not self._owner_lock.take():
            raise AlreadyRunning(f"Another process keeps the {self.title} server of {self.layout.base}.")
        try:
            take_from_orphan(self._server_lock, self._processes, self.stopping)
            self._start_alone()
        except BaseException:
            self._server_lock.release()
            self.stop()
            raise

    def stop(self) -> None:
        """No server runs on the directory, what it keeps is whole on disk, and somebody else may start one."""
        if self._process is not None:
            for signum in self.stopping:
                self._process.send_signal(signum)
                if wait_until(lambda: not self.is_alive(), timeout_s=self.stop_timeout_s):
                    break
        self._process = None
        self._owner_lock.release()

    def is_alive(self) -> bool:
        """The server we started still runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The server's process, if we started it."""
        return self._process.pid if self._process else None

    @property
    def returncode(self) -> int | None:
        """How the server ended: an exit status, or minus a signal."""
        return self._process.returncode if self._process else None

    @property
    def log(self) -> Path:
        """What it says."""
        return self.layout.log / f"{self.name}.log"

    @abstractmethod
    def _processes(self) -> list[int]:
        """Those that run on the directory, whoever started them."""

    @abstractmethod
    def _start_alone(self) -> None:
        """The lock is ours and nothing runs."""

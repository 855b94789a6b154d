"""A lock on a file that no crash leaves behind: the kernel holds it, for as long as its descriptor is open.

Handed to a server (`pass_fds`), it lives as long as that server or any of its children, and dies with the
last; no pid is guessed. The file itself stays: unlinking it would let two takers lock two different files.
"""

import fcntl
import os
from pathlib import Path

from deploy.embedded.waiting import wait_until


class FileLock:
    """An exclusive lock on `path`, taken by at most one open descriptor in the world."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd: int | None = None

    def take(self, timeout_s: float = 0.3) -> bool:
        """Ours (True), or still somebody else's after the deadline.

        The short wait is for those who only look (`is_held`): they hold it for an instant.
        """
        return self._fd is not None or wait_until(self._try, timeout_s)

    @property
    def fd(self) -> int:
        """The descriptor to hand to a child; only while the lock is ours."""
        if self._fd is None:
            raise RuntimeError(f"{self.path} is not locked by us")
        return self._fd

    @property
    def is_ours(self) -> bool:
        """This object holds the descriptor; a child that was given it may hold the lock beyond that."""
        return self._fd is not None

    def release(self) -> None:
        """Our descriptor is closed; the lock is free unless a child still holds it."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _try(self) -> bool:
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(fd)
            return False
        self._fd = fd
        return True


def is_held(path: Path) -> bool:
    """Some process holds the lock on `path` now."""
    if not path.exists():
        return False
    probe = FileLock(path)
    if not probe.take():
        return True
    probe.release()
    return False

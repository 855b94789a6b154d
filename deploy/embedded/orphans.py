"""Servers and processes that outlived a supervisor which was killed: found, and stopped."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from deploy.embedded.errors import CannotRun
from deploy.embedded.lock import FileLock
from deploy.embedded.waiting import wait_until

MARK = "FRONTDESK_SUPERVISED"  # in the environment of every process of an installation: its var directory
PROC = Path("/proc")


def take_from_orphan(
    lock: FileLock, pids: Callable[[], list[int]], signals: tuple[signal.Signals, ...]
) -> None:
    """The lock is ours, and what held it is gone: asked by each signal in turn, ten seconds each."""
    for signum in signals:
        if lock.take():
            return
        for pid in pids():
            send(pid, signum)
        if lock.take(timeout_s=10.0):
            return
    raise CannotRun(f"Another server still holds {lock.path}; it did not stop when asked.")


def processes_in(directory: Path, pid_file: Path) -> list[int]:
    """The processes whose working directory this is; elsewhere than on Linux, the one its pid file names.

    Ask only while the lock is held: then a server does live there.
    """
    if not (PROC / "self").exists():
        return _from_pid_file(pid_file)
    wanted = os.path.realpath(directory)
    return [pid for pid in _all_pids() if _working_directory(pid) == wanted]


def stop_marked(var: Path) -> int:
    """No process of this installation's services is left; answers how many there were."""
    found = _marked(var)
    for signum, patience_s in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
        for pid in _marked(var):
            send(pid, signum)
        if wait_until(lambda: not _marked(var), patience_s, poll_s=0.05):
            break
    return len(found)


def send(pid: int, signum: signal.Signals) -> None:
    """The signal was sent, or nobody was there to get it."""
    try:
        os.kill(pid, signum)
    except ProcessLookupError:
        return


def is_alive(pid: int) -> bool:
    """The process exists and is not a zombie: in a container nobody may ever reap it."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        state = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return not (PROC / "self").exists()
    return state != "Z"


def _marked(var: Path) -> list[int]:
    mark = os.fsencode(f"{MARK}={var}")
    return [pid for pid in _all_pids() if pid != os.getpid() and mark in _environment(pid) and is_alive(pid)]


def _all_pids() -> Iterator[int]:
    if (PROC / "self").exists():
        yield from (int(entry) for entry in os.listdir(PROC) if entry.isdigit())
        return
    listing = subprocess.run(["ps", "-axo", "pid="], capture_output=True, text=True, check=False).stdout
    yield from (int(pid) for pid in listing.split())


def _environment(pid: int) -> list[bytes]:
    if (PROC / "self").exists():
        try:
            return (PROC / str(pid) / "environ").read_bytes().split(b"\0")
        except OSError:
            return []
    command = ["ps", "-Ewwo", "command=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, check=False).stdout.split()


def _working_directory(pid: int) -> str | None:
    try:
        return os.readlink(PROC / str(pid) / "cwd")
    except OSError:
        return None


def _from_pid_file(pid_file: Path) -> list[int]:
    try:
        return [int(pid_file.read_text().split()[0])]
    except (OSError, ValueError, IndexError):
        return []

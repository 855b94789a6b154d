"""Which of our processes is at the other end of a loopback connection: by its port, through /proc (Linux)."""

import os
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.orphans import MARK

PROC = Path("/proc")


@dataclass(frozen=True)
class Peer:
    """One process: numbers are given out again, so that it takes its number and when it was started."""

    pid: int
    started: bytes

    def is_alive(self) -> bool:
        """The number still is this process's."""
        return _started(self.pid) == self.started


def is_possible() -> bool:
    """This machine shows whose socket is whose."""
    return (PROC / "net" / "tcp").exists()


def peer_of(peer: tuple[str, int], var: str) -> Peer | None:
    """The process of the installation in `var` that holds the client's end of the connection; none of anybody else's."""
    inode = _inode(peer[1])
    if inode is None:
        return None
    wanted = f"socket:[{inode}]"
    for pid in _marked(var):
        started = _started(pid)
        if started is not None and _holds(pid, wanted):
            return Peer(pid, started)
    return None


def _started(pid: int) -> bytes | None:
    """When the process was started, in the clock ticks of its `stat`; None when it is no more."""
    try:
        stat = (PROC / str(pid) / "stat").read_bytes()
    except OSError:
        return None
    return stat.rpartition(b")")[2].split()[19]


def _inode(port: int) -> str | None:
    """The socket whose local end is 127.0.0.1:`port`."""
    local = f"0100007F:{port:04X}"
    for line in (PROC / "net" / "tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1] == local:
            return fields[9]
    return None


def _marked(var: str) -> list[int]:
    mark = os.fsencode(f"{MARK}={var}")
    found = []
    for entry in os.listdir(PROC):
        if not entry.isdigit():
            continue
        try:
            environment = (PROC / entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if mark in environment:
            found.append(int(entry))
    return found


def _holds(pid: int, wanted: str) -> bool:
    folder = PROC / str(pid) / "fd"
    try:
        return any(os.readlink(folder / entry) == wanted for entry in os.listdir(folder))
    except OSError:
        return False

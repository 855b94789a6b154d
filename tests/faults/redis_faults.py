"""What happens to Redis: it is flushed, frozen, killed, full, or was never there. Each is over when its generator is closed."""

import os
import signal
import socket
from collections.abc import Generator

from shared.clock import monotonic_s
from tests.faults.stand import Stand

EVERY_S = 1.0


def _say(stand: Stand, *commands: str) -> None:
    """The commands were carried out by the server itself."""
    path = stand.valkey.redis_url.removeprefix("unix://").partition("?")[0]
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2.0)
        client.connect(path)
        for command in commands:
            client.sendall(command.encode() + b"\r\n")
            assert client.recv(64).startswith(b"+OK"), command


def flushed(stand: Stand) -> Generator[None, None, None]:
    """Every second it forgets everything."""
    due_s = 0.0
    while True:
        if monotonic_s() >= due_s:
            due_s = monotonic_s() + EVERY_S
            _say(stand, "FLUSHALL")
        yield


def frozen(stand: Stand) -> Generator[None, None, None]:
    """It takes connections and answers nothing."""
    assert stand.valkey.pid is not None
    os.kill(stand.valkey.pid, signal.SIGSTOP)
    try:
        while True:
            yield
    finally:
        os.kill(stand.valkey.pid, signal.SIGCONT)


def killed(stand: Stand) -> Generator[None, None, None]:
    """Every second it is killed, and started again at once, empty."""
    due_s = 0.0
    try:
        while True:
            if monotonic_s() >= due_s and stand.valkey.pid is not None:
                due_s = monotonic_s() + EVERY_S
                os.kill(stand.valkey.pid, signal.SIGKILL)
            yield
            stand.restart_engine(stand.valkey)
    finally:
        stand.restart_engine(stand.valkey)


def absent(stand: Stand) -> Generator[None, None, None]:
    """It is not there when workers and relays start, nor while the clients are."""
    stand.valkey.stop()
    for name in stand.processes:
        if not name.endswith("-web"):
            stand.use(name)
    try:
        while True:
            yield
    finally:
        stand.restart_engine(stand.valkey)


def full(stand: Stand) -> Generator[None, None, None]:
    """It has reached its memory's bound and evicts nothing: it refuses every write."""
    _say(stand, "CONFIG SET maxmemory 1", "CONFIG SET maxmemory-policy noeviction")
    try:
        while True:
            yield
    finally:
        _say(stand, "CONFIG SET maxmemory 67108864")

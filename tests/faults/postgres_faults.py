"""What happens to PostgreSQL: it is restarted without a shutdown, its backends are ended, also inside COMMIT, and its disk is full."""

import os
import random
import shutil
import signal
import subprocess
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from deploy.embedded.errors import CannotRun
from shared.clock import monotonic_s
from tests.faults.stand import Stand

EVERY_S = 2.0
MOST_LOG_MB = 150
A_MEGABYTE_OF_LOG = "SELECT pg_logical_emit_message(false, 'ballast', repeat('x', 1000000))"
ROOM_MB = 128  # beside the data that are there already
BACKENDS = "SELECT pid FROM pg_stat_activity WHERE usename LIKE '%_app'"
WAITING_IN_COMMIT = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
END_IN_COMMIT = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"


def restarted(stand: Stand) -> Generator[None, None, None]:
    """It stops in `immediate` mode, as after a power cut, and recovers."""
    due_s = monotonic_s() + 0.3
    while True:
        if monotonic_s() >= due_s:
            stand.signal_postgres(signal.SIGQUIT)
            stand.restart_engine(stand.cluster)
            due_s = monotonic_s() + EVERY_S
        yield


def backends_ended(stand: Stand) -> Generator[None, None, None]:
    """Whoever works for a client is told to go, many times a second."""
    with psycopg.connect(stand.cluster.admin_url(), autocommit=True) as admin:
        while True:
            admin.execute(
                f"SELECT pg_terminate_backend(pid) FROM ({BACKENDS} AND state = 'active' ORDER BY random() LIMIT 1) one"
            )
            yield


def ended_in_commit(stand: Stand) -> Generator[None, None, None]:
    """COMMITs wait for a standby that does not exist, and their backends end there: it is committed, and nobody is told."""
    with psycopg.connect(stand.cluster.admin_url(), autocommit=True) as admin:
        try:
            while True:
                _set_standby(admin, "nobody")
                until_s = monotonic_s() + EVERY_S
                while not admin.execute(WAITING_IN_COMMIT).fetchone()[0] and monotonic_s() < until_s:  # type: ignore[index]
                    yield
                for _ in range(3):  # a statement is sent once more on a new connection: that one ends too
                    admin.execute(END_IN_COMMIT)
                    yield
                _set_standby(admin, "")
                admin.execute(END_IN_COMMIT)
                for _ in range(10):
                    yield
        finally:
            _set_standby(admin, "")
            admin.execute(END_IN_COMMIT)


def _set_standby(admin: psycopg.Connection, name: str) -> None:
    admin.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{name}'")
    admin.execute("SELECT pg_reload_conf()")


def backend_killed(stand: Stand) -> Generator[None, None, None]:
    """One backend is killed (SIGKILL), after which the server throws out all of them and recovers."""
    due_s = monotonic_s() + 0.3
    while True:
        if monotonic_s() >= due_s:
            with suppress(psycopg.OperationalError), psycopg.connect(stand.cluster.admin_url()) as admin:
                pids = [int(row[0]) for row in admin.execute(BACKENDS)]
                if pids:
                    os.kill(random.choice(pids), signal.SIGKILL)
            due_s = monotonic_s() + EVERY_S
        yield


# --- the disk --------------------------------------------------------------------------------------------------------


def can_mount(folder: Path) -> bool:
    """This machine lets us mount a small disk in memory."""
    folder.mkdir(exist_ok=True)
    if os.geteuid() != 0 or _mount(folder, ROOM_MB).returncode != 0:
        return False
    subprocess.run(["umount", str(folder)], check=True)
    return True


def _mount(folder: Path, size_mb: int) -> subprocess.CompletedProcess[bytes]:
    options = f"size={size_mb}m,mode=0700"
    return subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, check=False
    )


def _size_mb(folder: Path) -> int:
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*")) // 1_000_000


@contextmanager
def small_disk(stand: Stand) -> Iterator[None]:
    """The data directory lies on a disk of its own, and is back where it was afterwards."""
    data, kept = stand.cluster.data, stand.cluster.data.with_name("pgdata.kept")
    stand.cluster.stop()
    data.rename(kept)
    data.mkdir(mode=0o700)
    _mount(data, _size_mb(kept) + ROOM_MB).check_returncode()
    try:
        _copy(kept, data)
        stand.cluster.start()
        yield
    finally:
        stand.cluster.stop()
        shutil.rmtree(kept)
        kept.mkdir(mode=0o700)
        _copy(data, kept)
        subprocess.run(["umount", str(data)], check=True)
        data.rmdir()
        kept.rename(data)
        stand.cluster.start()


def _copy(source: Path, target: Path) -> None:
    subprocess.run(["cp", "-a", f"{source}/.", str(target)], check=True)


def full_disk(was_refused: Callable[[], bool]) -> Callable[[Stand], Generator[None, None, None]]:
    """No byte is free until clients were refused; then the log cannot grow either, and the server falls; then there is space."""

    def fault(stand: Stand) -> Generator[None, None, None]:
        ballast = stand.cluster.data / "ballast"
        try:
            _fill(ballast)
            until_s = monotonic_s() + 20.0
            while not was_refused() and monotonic_s() < until_s:
                yield
            with (
                suppress(psycopg.Error),
                psycopg.connect(stand.cluster.admin_url(), autocommit=True) as admin,
            ):
                admin.execute("CHECKPOINT")
                admin.execute("SELECT pg_switch_wal()")
            until_s = monotonic_s() + 1.0
            while monotonic_s() < until_s:
                with suppress(CannotRun):  # it cannot start while its log has no room
                    stand.restart_engine(stand.cluster)
                yield
        finally:
            ballast.unlink(missing_ok=True)
            stand.restart_engine(stand.cluster)
        while True:
            yield

    return fault


def _fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(1 << 16))
    with ballast.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(512))

"""The embedded servers as processes: one for each directory, whatever was killed, whoever starts it."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from deploy.embedded.binaries import find_postgres
from deploy.embedded.errors import AlreadyRunning, CannotRun
from deploy.embedded.lock import FileLock, is_held
from deploy.embedded.orphans import is_alive
from deploy.embedded.postgres import Cluster
from deploy.embedded.valkey import Valkey
from tests.embedded.waiting import wait_for

Clusters = Callable[..., Cluster]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
ROOT = Path(__file__).resolve().parents[2]


def _answers(cluster: Cluster) -> bool:
    with psycopg.connect(cluster.admin_url()) as admin:
        return admin.execute("SELECT 1").fetchone() == (1,)


def test_a_second_server_on_the_same_directory_is_refused(a_cluster: Clusters) -> None:
    first = a_cluster()
    first.start()
    with pytest.raises(AlreadyRunning):
        a_cluster(first.layout.base).start()
    assert _answers(first)


def test_what_was_written_is_there_after_a_restart(a_cluster: Clusters) -> None:
    cluster = a_cluster()
    cluster.start()
    cluster.ensure_database("inquiry")
    with psycopg.connect(cluster.url("inquiry", "owner")) as owner:
        owner.execute("CREATE TABLE kept AS SELECT 7 AS n")
    cluster.stop()
    assert not cluster.is_running()
    cluster.start()
    with psycopg.connect(cluster.url("inquiry", "owner")) as owner:
        assert owner.execute("SELECT n FROM kept").fetchone() == (7,)


def test_a_killed_server_starts_again_although_its_files_are_left(a_cluster: Clusters) -> None:
    cluster = a_cluster()
    cluster.start()
    assert cluster.pid is not None
    os.kill(cluster.pid, signal.SIGKILL)  # not reaped yet: its files name a zombie
    assert wait_for(lambda: not is_alive(cluster.pid or 0))
    cluster.start()
    assert _answers(cluster)


def test_a_server_whose_starter_was_killed_is_stopped_and_replaced(
    a_cluster: Clusters, tmp_path: Path
) -> None:
    base = tmp_path / "base"
    orphan = _orphan_of_a_killed_starter(base)
    cluster = a_cluster(base)
    cluster.start()
    assert not is_alive(orphan)
    assert cluster.pid != orphan
    assert _answers(cluster)


def _orphan_of_a_killed_starter(base: Path) -> int:
    """The pid of a server whose starter is dead; it lives on, as where no death signal exists."""
    code = (
        "import sys, signal; from pathlib import Path; from deploy.embedded import postgres, privileges\n"
        "postgres.dying_with_parent = lambda signum, enter: enter\n"
        f"c = postgres.Cluster(Path({str(base)!r})); c.start(); print(c.pid, flush=True); signal.pause()"
    )
    starter = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    starter.kill()
    starter.communicate()
    assert is_alive(pid)
    return pid


def test_a_half_made_data_directory_is_made_anew(a_cluster: Clusters, tmp_path: Path) -> None:
    draft = tmp_path / "base" / "pgdata.new"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")
    cluster = a_cluster()
    cluster.start()
    assert _answers(cluster)


def test_a_path_too_long_for_a_socket_works(a_cluster: Clusters, tmp_path: Path) -> None:
    base = tmp_path / ("long-" * 24) / ("longer-" * 12)
    assert len(str(base)) > 200
    cluster, valkey = a_cluster(base), Valkey(base)
    cluster.start()
    valkey.start()
    try:
        assert _answers(cluster)
        assert valkey.is_alive()
    finally:
        valkey.stop()


@as_root
@pytest.mark.parametrize("way", ["cap", "userns", "copy"])
def test_root_s_server_works_below_a_directory_that_only_root_may_enter(
    a_cluster: Clusters, tmp_path: Path, way: str
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    cluster = a_cluster(closed / "var", binaries=_programs_in(closed), root_ways=(way,))
    try:
        try:
            cluster.start()
        except CannotRun:
            pytest.skip(f"this machine does not let root go the way {way!r}")
        assert _answers(cluster)
        assert cluster.way == way
    finally:
        cluster.stop()
        if way == "copy":
            shutil.rmtree(cluster.data.parent, ignore_errors=True)


def _programs_in(closed: Path) -> Path:
    """PostgreSQL's programs inside the closed directory, as in a clone that lies there."""
    programs = find_postgres()
    package = programs.parents[1]
    shutil.copytree(programs.parent, closed / package.name / programs.parent.name, symlinks=True)
    libraries = package.with_name(package.name + ".libs")
    if libraries.exists():
        shutil.copytree(libraries, closed / libraries.name, symlinks=True)
    return closed / package.name / programs.parent.name / "bin"


@as_root
def test_root_may_go_on_with_data_in_another_way(a_cluster: Clusters, tmp_path: Path) -> None:
    for way in ("cap", "userns", "cap"):
        cluster = a_cluster(tmp_path / "base", root_ways=(way,))
        try:
            cluster.start()
        except CannotRun:
            pytest.skip(f"this machine does not let root go the way {way!r}")
        assert _answers(cluster)
        cluster.stop()


@as_root
def test_the_server_of_root_is_not_root(a_cluster: Clusters) -> None:
    cluster = a_cluster()
    cluster.start()
    if cluster.way == "cap":
        assert Path(f"/proc/{cluster.pid}").stat().st_uid == pwd.getpwnam("nobody").pw_uid
    assert cluster.way in ("cap", "userns", "copy")


def test_valkey_answers_is_refused_twice_and_starts_again(tmp_path: Path) -> None:
    valkey, second = Valkey(tmp_path), Valkey(tmp_path)
    valkey.start()
    try:
        with pytest.raises(AlreadyRunning):
            second.start()
        assert valkey.pid is not None
        os.kill(valkey.pid, signal.SIGKILL)
        assert wait_for(lambda: not valkey.is_alive())
        valkey.start()
        assert valkey.is_alive()
        assert valkey.url == f"redis+socket://{tmp_path}/run/valkey.sock?virtual_host=0"
        assert valkey.redis_url == f"unix://{tmp_path}/run/valkey.sock?db=0"
    finally:
        valkey.stop()


def test_a_lock_is_held_by_one_and_by_the_child_it_was_given_to(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert first.take()
    assert not second.take()
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=[first.fd])
    first.release()
    assert is_held(tmp_path / "lock")
    child.communicate(b"\n")
    assert second.take()
    second.release()

"""Processes that are forked from one nursery: children of the supervisor like any other, whatever becomes of the nursery."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.embedded.nursery import Nursery
from deploy.embedded.orphans import is_alive
from deploy.embedded.processes import Process
from tests.embedded.pair import ROOT, StandInPair
from tests.embedded.waiting import wait_for

Pairs = Callable[..., StandInPair]


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def _nursery(pair: StandInPair) -> int:
    found = [
        int(entry)
        for entry in os.listdir("/proc")
        if entry.isdigit() and "nursery_process" in _words(entry) and _parent(int(entry)) == pair.supervisor()
    ]
    unnamed = [pid for pid in found if Path(f"/proc/{pid}/comm").read_text().startswith("python")]
    assert len(unnamed) == 1, found
    return unnamed[0]


def _words(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def _zombies_of(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in children if not is_alive(int(child))]


def test_processes_are_the_supervisors_own_and_have_names(a_pair: Pairs) -> None:
    pair = a_pair().start()
    for name in ("enrollment-web", "inquiry-worker"):
        assert _parent(pair.pid(name)) == pair.supervisor()
        assert Path(f"/proc/{pair.pid(name)}/comm").read_text().strip() == name
    pair.stop()
    assert pair.is_gone()


def test_without_its_nursery_everything_goes_on_and_a_new_one_is_made(a_pair: Pairs) -> None:
    pair = a_pair().start()
    before = {name: pair.pid(name) for name in ("enrollment-web", "inquiry-web", "inquiry-worker")}
    killed = _nursery(pair)
    os.kill(killed, signal.SIGKILL)
    assert wait_for(lambda: not is_alive(killed))
    os.kill(before["inquiry-worker"], signal.SIGKILL)
    assert pair.said("inquiry-worker is running again")
    assert wait_for(lambda: pair.pid("inquiry-worker") != before["inquiry-worker"])
    assert _nursery(pair) != killed
    assert pair.pid("enrollment-web") == before["enrollment-web"]
    pair.stop()
    assert pair.is_gone()


def test_what_a_killed_process_leaves_is_reaped(a_pair: Pairs) -> None:
    pair = a_pair().start()
    os.kill(pair.pid("inquiry-web"), signal.SIGKILL)  # its own child falls to the supervisor
    assert pair.said("inquiry-web is running again")
    assert wait_for(lambda: not _zombies_of(pair.supervisor()))
    pair.stop()
    assert pair.is_gone()


@pytest.fixture
def loading(tmp_path: Path) -> Iterator[Callable[[str], Nursery]]:
    made = []

    def make(module: str) -> Nursery:
        nursery = Nursery([module], environment=dict(os.environ), root=ROOT, log=tmp_path / "nursery.log")
        made.append(nursery)
        return nursery

    yield make
    for nursery in made:
        nursery.stop()


def _process(tmp_path: Path, nursery: Nursery, module: str, *arguments: str) -> Process:
    log = tmp_path / "process.log"
    environment = {"ONLY": "this", "PATH": os.environ["PATH"]}
    return Process("one", module, arguments, environment=environment, root=ROOT, log=log, nursery=nursery)


def test_where_no_nursery_answers_each_process_is_started_by_itself(
    tmp_path: Path, loading: Callable[[str], Nursery], monkeypatch: pytest.MonkeyPatch
) -> None:
    nursery = loading("json")
    monkeypatch.setattr(sys, "executable", "/bin/echo")  # a nursery that answers nonsense and ends
    process = _process(tmp_path, nursery, "platform")
    process.start()
    assert wait_for(lambda: process.returncode == 0)
    assert (tmp_path / "process.log").read_text() == "-m platform\n"


def test_an_end_is_told_as_it_was(tmp_path: Path, loading: Callable[[str], Nursery]) -> None:
    nursery = loading("no_such_module_at_all")
    assert nursery.start()
    process = _process(tmp_path, nursery, "tests.embedded.stand_in", "broken")
    process.start()
    assert wait_for(lambda: process.returncode == 1)
    assert (tmp_path / "process.log").read_text() == "this one never starts\n"
    assert "no_such_module_at_all could not be loaded" in (tmp_path / "nursery.log").read_text()
    waiting = _process(tmp_path, nursery, "tests.embedded.stand_in", "worker")
    waiting.start()
    waiting.send(signal.SIGTERM)
    assert wait_for(lambda: waiting.returncode == -signal.SIGTERM)

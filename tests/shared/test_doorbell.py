"""Rings without Celery: a real Celery worker runs what was rung for, and a broker that is frozen or gone never holds the ringer up."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from deploy.embedded.valkey import Valkey
from shared.doorbell import Doorbell
from tests.embedded.waiting import wait_for

ROOT = Path(__file__).resolve().parents[2]
ONE, TWO = UUID(int=1), UUID(int=2)
WORKER = """
import json, sys
from shared.celery import add_tasks, make_celery

def writes(task):
    return lambda ids: print(json.dumps([task, [str(row_id) for row_id in ids]]), file=open(sys.argv[2], "a"), flush=True)

app = make_celery("a_service", sys.argv[1])
add_tasks(app, "a_service", writes("send_letters"), writes("run_jobs"))
app.Worker(pool_cls="threads", concurrency=1, loglevel="WARNING", without_gossip=True, without_mingle=True,
           without_heartbeat=True, quiet=True).start()
"""


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    """A broker of this test's own."""
    valkey = Valkey(tmp_path / "broker")
    valkey.start()
    yield valkey
    valkey.stop()


@pytest.fixture
def heard(tmp_path: Path, valkey: Valkey) -> Iterator[Path]:
    """What a real worker was told to do, a line a task."""
    path = tmp_path / "heard"
    path.touch()
    worker = subprocess.Popen([sys.executable, "-c", WORKER, valkey.url, str(path)], cwd=ROOT)
    yield path
    worker.terminate()
    worker.wait(timeout=30)


def _tasks(heard: Path) -> list[tuple[str, list[str]]]:
    return [tuple(json.loads(line)) for line in heard.read_text().splitlines()]


def test_a_real_worker_does_what_was_rung_for(valkey: Valkey, heard: Path) -> None:
    bell = Doorbell("a_service", valkey.url)
    bell.ring("letters", [ONE, TWO])
    bell.ring("light", [TWO])
    bell.ring("inbound", [ONE])
    assert wait_for(lambda: len(_tasks(heard)) == 3, timeout_s=60)
    assert sorted(_tasks(heard)) == [
        ("run_jobs", [str(ONE)]),
        ("run_jobs", [str(TWO)]),
        ("send_letters", [str(ONE), str(TWO)]),
    ]


def test_a_frozen_broker_is_given_up_and_rung_again_when_it_is_back(valkey: Valkey, heard: Path) -> None:
    bell = Doorbell("a_service", valkey.url)
    bell.ring("letters", [ONE])
    assert valkey.pid is not None
    os.kill(valkey.pid, signal.SIGSTOP)
    try:
        for _ in range(2):
            with pytest.raises(Exception, match=r"[Tt]imeout|timed out"):
                bell.ring("light", [ONE])
    finally:
        os.kill(valkey.pid, signal.SIGCONT)
    bell.ring("inbound", [TWO])
    assert wait_for(lambda: ("run_jobs", [str(TWO)]) in _tasks(heard), timeout_s=60)


def test_a_broker_that_was_started_again_is_rung_at_the_first_try(valkey: Valkey) -> None:
    bell = Doorbell("a_service", valkey.url)
    bell.ring("letters", [ONE])
    valkey.stop()
    with pytest.raises(Exception, match=r"sock|Error|refused"):
        bell.ring("letters", [ONE])
    valkey.start()
    bell.ring("letters", [ONE])

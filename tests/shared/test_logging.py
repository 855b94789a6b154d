"""What comes into a log when something breaks: its kind and its places, once, and nothing that somebody typed."""

import subprocess
import sys
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from celery import Task
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from shared.celery import add_tasks, make_celery

TYPED = "ada@askers.example"


def worker_that(work: Callable[[list[UUID]], object], task: str) -> Task:
    """A worker's task around this work; nobody listens at its broker."""
    service = f"service_{uuid4().hex}"  # Celery knows each name once in a process
    app = make_celery(service, "redis://127.0.0.1:1/0", is_current=False)
    add_tasks(app, service, work, work)
    return app.tasks[f"{service}.{task}"]


@pytest.mark.parametrize("task", ["send_letters", "run_jobs"])
def test_a_database_that_is_away_is_said_once_and_not_for_every_ring(task: str) -> None:
    away = [True]

    def work(ids: list[UUID]) -> None:
        if away[0]:
            raise OperationalError("SELECT", {}, Exception("connection refused"))

    heard = worker_that(work, task)
    with capture_logs() as said:
        for _ in range(5):
            heard([str(uuid4())])
        away[0] = False
        heard([str(uuid4())])
    assert [line["event"] for line in said] == ["waiting", "waited"]


def test_a_fault_in_the_work_does_not_come_out_of_the_task() -> None:
    def work(ids: list[UUID]) -> None:
        raise ValueError(TYPED)

    with capture_logs() as said:
        worker_that(work, "run_jobs")([str(uuid4())])
    assert [line["event"] for line in said] == ["work_failed"]


def test_what_a_library_logs_of_an_error_quotes_nothing() -> None:
    program = (
        "import logging\nfrom shared.logging import set_up_logging\nset_up_logging('a-process')\n"
        f"try:\n    raise ValueError('{TYPED}')\nexcept ValueError:\n    logging.getLogger('library').exception('it broke')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "ERROR library it broke" in done.stdout
    assert "ValueError at " in done.stdout
    assert TYPED not in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr

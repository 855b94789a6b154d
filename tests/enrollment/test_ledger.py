"""The reconciliation of the enrollment service: silent until a row contradicts another."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

from enrollment_service.domain.ledger import CHECKS
from enrollment_service.jobs.reconciling import reconcile
from shared import ledger
from shared.db import Database
from tests.enrollment.builders import a_section, registered
from tests.processes import ROOT, environment_of
from tests.working import Working

_OLDER = (
    "UPDATE letter SET created_at = created_at - interval '2 hours', settled_at = settled_at - interval '2 hours'",
    "UPDATE registration SET created_at = created_at - interval '2 hours'",
    "UPDATE idempotency SET created_at = created_at - interval '2 hours'",
)
BREAKS = {
    "sent_without_answer": "UPDATE letter SET smtp_reply = NULL",
    "frozen_without_bytes": "UPDATE letter SET blob_sha256 = NULL",
    "posts_without_registration": "UPDATE idempotency SET answer = jsonb_set(answer, '{id}', to_jsonb(gen_random_uuid()::text))",
    "registrations_unanswered": "UPDATE letter SET dedupe_key = 'x' || id",
}


@pytest.fixture
def owner(enrollment_urls: tuple[str, str]) -> Iterator[Engine]:
    """Whoever may break what the running role may not."""
    engine = create_engine(enrollment_urls[1])
    yield engine
    engine.dispose()


@pytest.fixture
def a_day_of_work(enrollment_db: Database, enrollment_work: Working) -> None:
    """A seat and a place in line, two hours ago."""
    section = a_section(enrollment_db, seats=1)
    registered(enrollment_db, section, email="one@example.com")
    registered(enrollment_db, section, email="two@example.com")
    enrollment_work.drain()
    for statement in _OLDER:
        enrollment_db.run(text(statement))


def _wrong(db: Database) -> set[str]:
    with db.reading() as session:
        return {one.name for one in ledger.reconcile(session, CHECKS) if one.number}


def test_after_a_day_of_work_everything_adds_up(enrollment_db: Database, a_day_of_work: None) -> None:
    assert _wrong(enrollment_db) == set()


@pytest.mark.parametrize("name", BREAKS)
def test_a_row_that_contradicts_another_is_named(
    enrollment_db: Database, owner: Engine, a_day_of_work: None, name: str
) -> None:
    with owner.begin() as connection:
        assert connection.execute(text(BREAKS[name])).rowcount > 0
    assert name in _wrong(enrollment_db)


def test_what_was_found_is_stored_until_it_is_nothing(enrollment_db: Database, a_day_of_work: None) -> None:
    enrollment_db.run(text("UPDATE letter SET smtp_reply = NULL"))
    for expected in (2, 0):
        reconcile(enrollment_db, days=7)
        with enrollment_db.reading() as session:
            assert ledger.number_found(session) == expected
        enrollment_db.run(text("UPDATE letter SET smtp_reply = '250 ok'"))


def test_the_command_looks(enrollment_db: Database, enrollment_settings: Any, a_day_of_work: None) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "enrollment_service", "ledger", "check"],
        cwd=ROOT,
        env=environment_of(enrollment_settings),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "WRONG" in done.stdout, "ok" in done.stdout) == (0, False, True), done.stderr

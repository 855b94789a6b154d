"""After a restore: nothing is taken, what was not final is in doubt, and a proof settles what it can."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from inquiry_service.jobs import KINDS
from shared import holding, jobs, letter_sending
from shared.audit import Actor
from shared.db import Database
from shared.leases import NOT_HELD
from tests.builders import EFFAT, an_inquiry
from tests.working import Working

BECAUSE = "restored from the backup of yesterday"
OPERATOR = Actor(None, "operator")


def _hold(db: Database, proof: Any = lambda message_id: None) -> int:
    with db.transaction() as session:
        return holding.hold(session, BECAUSE, proof, "riverside.example")


def _try_everything(work: Working) -> int:
    """Every row is offered once, whatever it is: how many letters were accepted and jobs ran."""
    ids = {
        table: [row.id for row in work.database.run(text(f"SELECT id FROM {table}"))]
        for table in ("letter", "job")
    }
    return work.workshop.send_letters(ids["letter"]) + work.workshop.run_jobs(ids["job"])


def _letters(db: Database) -> list[Any]:
    return list(db.run(text("SELECT id, status, last_error, message_id FROM letter ORDER BY created_at, id")))


def test_a_letter_that_was_not_final_is_in_doubt_and_does_not_go(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    an_inquiry(inquiry_db)
    assert _hold(inquiry_db) == 1
    inquiry_work.drain()
    assert inquiry_work.letters(EFFAT) == []
    (letter,) = _letters(inquiry_db)
    assert (letter.status, letter.last_error) == ("unknown", BECAUSE)


def test_what_comes_in_meanwhile_waits_and_goes_once_work_is_resumed(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    _hold(inquiry_db)
    an_inquiry(inquiry_db)
    assert _try_everything(inquiry_work) == 0
    with inquiry_db.transaction() as session:
        assert holding.resume(session, OPERATOR)
    inquiry_work.drain()
    assert len(inquiry_work.letters(EFFAT)) == 1


def test_nothing_recurs_while_held(inquiry_db: Database, inquiry_work: Working) -> None:
    jobs.keep_recurring(inquiry_db, KINDS)
    inquiry_db.run(text("UPDATE job SET due_at = now()"))
    _hold(inquiry_db)
    assert _try_everything(inquiry_work) == 0
    with inquiry_db.transaction() as session:
        holding.resume(session, OPERATOR)
    assert _try_everything(inquiry_work) > 0


def test_a_letter_that_can_be_seen_is_sent_and_not_in_doubt(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    an_inquiry(inquiry_db)
    (written,) = _letters(inquiry_db)
    seen = f"<{UUID(str(written.id)).hex}@riverside.example>"
    assert _hold(inquiry_db, lambda message_id: message_id == seen) == 0
    (letter,) = _letters(inquiry_db)
    assert (letter.status, letter.message_id) == ("sent", seen)


def test_an_empty_folder_of_letters_proves_nothing(inquiry_db: Database) -> None:
    an_inquiry(inquiry_db)
    assert _hold(inquiry_db, lambda message_id: False) == 1


def test_holding_again_leaves_what_came_in_since(inquiry_db: Database) -> None:
    _hold(inquiry_db)
    an_inquiry(inquiry_db)
    assert _hold(inquiry_db) == 0
    assert [letter.status for letter in _letters(inquiry_db)] == ["queued"]


def test_resuming_is_on_record_and_twice_is_nothing(inquiry_db: Database) -> None:
    _hold(inquiry_db)
    with inquiry_db.transaction() as session:
        assert holding.resume(session, OPERATOR)
        assert not holding.resume(session, OPERATOR)
    assert [row.action for row in inquiry_db.run(text("SELECT action FROM audit"))] == ["work_resumed"]


def test_without_the_guard_a_held_letter_goes(
    inquiry_db: Database, inquiry_work: Working, monkeypatch: pytest.MonkeyPatch
) -> None:
    _hold(inquiry_db)
    an_inquiry(inquiry_db)
    for module, name in ((letter_sending, "_LEASE"), (jobs, "_TAKE")):
        guarded = getattr(module, name).text
        assert NOT_HELD in guarded
        monkeypatch.setattr(module, name, text(guarded.replace(NOT_HELD, "true")))
    _try_everything(inquiry_work)
    assert len(inquiry_work.letters(EFFAT)) == 1

"""What is over is emptied when its days are over, and by no other rule; 0 is for ever."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from inquiry_service.domain import retention
from shared.db import Database
from tests.builders import a_director, an_answer, an_inquiry
from tests.privacy.traces import traces_of

_AGE = text(
    "UPDATE inquiry SET status = :status, last_message_at = now() - CAST(:age AS interval) WHERE id = :id"
)


def _applied(database: Database, *, spam_days: int = 0, settled_days: int = 0) -> int:
    with database.transaction() as session:
        return retention.apply(session, retention.rules(spam_days=spam_days, settled_days=settled_days))


@pytest.mark.parametrize(
    ("status", "rules", "emptied"),
    [
        ("quarantined", {"spam_days": 90}, 1),
        ("spam", {"spam_days": 90}, 1),
        ("spam", {"spam_days": 0}, 0),
        ("spam", {"spam_days": 92}, 0),
        ("spam", {"settled_days": 1}, 0),
        ("closed", {"settled_days": 90}, 1),
        ("waiting", {"settled_days": 90}, 1),
        ("closed", {"spam_days": 1}, 0),
        ("new", {"spam_days": 1, "settled_days": 1}, 0),
        ("open", {"spam_days": 1, "settled_days": 1}, 0),
    ],
)
def test_it_is_emptied_when_its_days_are_over(
    inquiry_db: Database, status: str, rules: dict[str, int], emptied: int
) -> None:
    inquiry_id = an_inquiry(inquiry_db, name="Zyxelmark", question="I am zyxelmark and ask.")
    inquiry_db.run(_AGE, {"id": inquiry_id, "status": status, "age": timedelta(days=91)})
    assert _applied(inquiry_db, **rules) == emptied
    assert (traces_of(inquiry_db, "zyxelmark") == set()) is bool(emptied)
    assert _applied(inquiry_db, **rules) == 0


@pytest.mark.parametrize("status", ["queued", "held", "failed", "in_doubt"])
def test_an_answer_that_did_not_go_yet_keeps_its_question(inquiry_db: Database, status: str) -> None:
    director = a_director(inquiry_db)
    inquiry_id = an_inquiry(inquiry_db)
    reply_id = an_answer(inquiry_db, inquiry_id, director, "In spring, as you asked.")
    inquiry_db.run(
        text("UPDATE reply SET status = :status WHERE id = :id"), {"status": status, "id": reply_id}
    )
    inquiry_db.run(_AGE, {"id": inquiry_id, "status": "waiting", "age": timedelta(days=400)})
    assert _applied(inquiry_db, settled_days=90) == 0
    inquiry_db.run(text("UPDATE reply SET status = 'sent' WHERE id = :id"), {"id": reply_id})
    assert _applied(inquiry_db, settled_days=90) == 1


def test_what_is_put_off_stays(inquiry_db: Database) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    inquiry_db.run(_AGE, {"id": inquiry_id, "status": "waiting", "age": timedelta(days=400)})
    inquiry_db.run(text("UPDATE inquiry SET snoozed_until = now() + interval '9 days'"))
    assert _applied(inquiry_db, settled_days=90) == 0

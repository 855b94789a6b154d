"""What is over is emptied when its days are over, and by no other rule; 0 is for ever."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from inquiry_service.domain import retention
from shared.db import Database
from tests.builders import an_inquiry
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

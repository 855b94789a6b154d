"""What a look at the queue reads does not grow with all that was ever asked: seen in how PostgreSQL does it, not in how long."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from inquiry_service.db.queries import reply_queue
from shared import alarms
from shared.db import Database
from tests.builders import a_director

IN_EACH_STATE = 3 * reply_queue.COUNTED_TO
SHOWN = 50
_MANY = text("""
    INSERT INTO inquiry (id, reference, status, asker_name, asker_email, asker_email_normal, opening, messages, due_from, due_at, last_message_at)
    SELECT gen_random_uuid(), status || number, status, 'Effat R.', 'effat@example.com', 'effat@example.com', 'Is there a seat?', 1,
           now(), now() + number * interval '1 second', now() - number * interval '1 second'
    FROM generate_series(1, :number) AS number, unnest(ARRAY['new', 'open', 'waiting', 'closed', 'spam']) AS status
""")
_ASIDE = text("""
    UPDATE inquiry SET status = 'quarantined' WHERE id IN (SELECT id FROM inquiry WHERE status = 'spam' LIMIT 5)
""")


@pytest.fixture
def full(inquiry_db: Database, inquiry_urls: tuple[str, str]) -> Iterator[Engine]:
    """The owner's engine, with a full queue that PostgreSQL knows the statistics of."""
    with inquiry_db.transaction() as session:
        session.execute(_MANY, {"number": IN_EACH_STATE})
        session.execute(_ASIDE)
    owner = create_engine(inquiry_urls[1])
    with owner.begin() as connection:
        connection.execute(text("ANALYZE inquiry"))
    yield owner
    owner.dispose()


def _as_when_large(session: Session) -> Session:
    """Where an index serves it is taken, as it would be with a hundred times as many rows."""
    for dear_when_large in ("enable_seqscan", "enable_bitmapscan", "enable_sort"):
        session.execute(text(f"SET LOCAL {dear_when_large} = off"))
    return session


def rows_read(plan: Mapping[str, Any]) -> int:
    """The most rows that one scan of the plan looked at."""
    own = int(plan["Actual Loops"] * (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)))
    return max(
        [own if "Scan" in plan["Node Type"] else 0, *(rows_read(part) for part in plan.get("Plans", ()))]
    )


def most_read(session: Session, statement: str, values: Mapping[str, Any]) -> int:
    """What the statement's largest scan reads."""
    asked = text(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}")
    found = session.execute(asked, dict(values)).scalar_one()
    return rows_read((json.loads(found) if isinstance(found, str) else found)[0]["Plan"])


def counting(session: Session, staff_id: UUID) -> int:
    """What the numbers beside the views read."""
    return most_read(session, reply_queue.COUNTS.text, {"staff_id": staff_id, **alarms.values()})


def test_no_number_beside_a_view_reads_more_than_it_counts(full: Engine, inquiry_db: Database) -> None:
    director = a_director(inquiry_db).id
    with Session(full) as session:
        assert counting(_as_when_large(session), director) <= reply_queue.COUNTED_TO


@pytest.mark.parametrize("index", ["ix_inquiry_quarantined", "ix_inquiry_never_reached"])
def test_without_an_index_of_its_own_a_number_reads_all_that_is_like_it(
    full: Engine, inquiry_db: Database, index: str
) -> None:
    """The control; what was dropped is there again."""
    director = a_director(inquiry_db).id
    with Session(full) as session:
        session.execute(text(f"DROP INDEX {index}"))
        assert counting(_as_when_large(session), director) > reply_queue.COUNTED_TO
        session.rollback()


@pytest.mark.parametrize("view", reply_queue.VIEWS)
def test_no_list_reads_much_more_than_it_shows(full: Engine, inquiry_db: Database, view: str) -> None:
    values = {"staff_id": a_director(inquiry_db).id, "after_at": None, "after_id": None, "limit": SHOWN + 1}
    with Session(full) as session:
        assert most_read(_as_when_large(session), reply_queue.page_statement(view, ()), values) <= 2 * (
            SHOWN + 1
        )


_TAKEN = text(
    "UPDATE inquiry SET assignee_id = :id WHERE status IN ('new', 'open') AND due_at < now() + interval '1200 seconds'"
)


@pytest.fixture
def taker(full: Engine, inquiry_db: Database) -> UUID:
    """A director who took the first thousand and more; the rows of before are swept away."""
    director = a_director(inquiry_db).id
    inquiry_db.run(_TAKEN, {"id": director})
    with full.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE inquiry"))
    return director


def taking(session: Session, staff_id: UUID) -> int:
    """What taking the next one reads."""
    values = {"staff_id": staff_id, "only_mine": False}
    return most_read(_as_when_large(session), reply_queue.TAKE_NEXT.text, values)


def test_who_is_next_is_found_without_those_who_were_taken(full: Engine, taker: UUID) -> None:
    with Session(full) as session:
        assert taking(session, taker) == 1


def test_without_an_index_of_its_own_taking_the_next_reads_those_who_were_taken(
    full: Engine, taker: UUID
) -> None:
    """The control; what was dropped is there again."""
    with Session(full) as session:
        session.execute(text("DROP INDEX ix_inquiry_take"))
        assert taking(session, taker) > reply_queue.COUNTED_TO
        session.rollback()

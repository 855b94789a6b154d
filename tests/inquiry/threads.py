"""What tests of threads ask again and again: how an inquiry stands, what is in it, and whether everything adds up."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from inquiry_service.domain import inquiries, ledger, merges, threads
from inquiry_service.terms import Via
from shared.clock import utc_now
from shared.db import Database
from shared.ledger import reconcile
from shared.people import Person

_STANDING = text("""
    SELECT status, assignee_id, due_at, closed_at, snoozed_until, messages, program, asker_phone, is_never_reached, first_answered_at,
           last_message_at, heard, has_files, merged_into_id FROM inquiry WHERE id = :id
""")
_ENTRIES = text("""
    SELECT message.id, position, place, origin_id, kind, body, is_verified, sender_address, reply.status, reply.held_because
    FROM message LEFT JOIN reply ON reply.id = message.id WHERE message.inquiry_id = :id ORDER BY position, message.id
""")


def row_of(db: Database, inquiry_id: UUID) -> Any:
    """The inquiry's row."""
    return db.run(text("SELECT * FROM inquiry WHERE id = :id"), {"id": inquiry_id})[0]


def all_of(db: Database, inquiry_id: UUID) -> Any:
    """Everything that a merge may change of it."""
    return db.run(_STANDING, {"id": inquiry_id}), db.run(_ENTRIES, {"id": inquiry_id})


def bodies(db: Database, inquiry_id: UUID) -> list[str]:
    """What people see in the thread, but for what only says what was done to it."""
    with db.reading() as session:
        return [e.message.body for e in threads.thread(session, inquiry_id) if e.message.event is None]


def writes_again(db: Database, inquiry_id: UUID, body: str, via: Via = Via.LINK) -> UUID:
    """The asker's further message."""
    with db.transaction() as session:
        return inquiries.follow_up(session, inquiry_id, body, via=via, due_at=utc_now()).id


def merged(db: Database, person: Person, survivor: UUID, other: UUID, **given: Any) -> None:
    """The other one goes into the survivor."""
    with db.transaction() as session:
        merges.merge(session, person, survivor, other, **given)


def taken_apart(db: Database, person: Person, other: UUID) -> None:
    """The other one has its own thread again."""
    with db.transaction() as session:
        merges.unmerge(session, person, other, due_at=utc_now())


def does_not_add_up(db: Database) -> dict[str, int]:
    """What the books find wrong."""
    with db.transaction() as session:
        return {one.name: one.number for one in reconcile(session, ledger.CHECKS) if one.number}

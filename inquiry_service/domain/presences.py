"""Who is reading and who is writing in a thread right now, so that two people do not answer the same question.

It decides nothing: what keeps two answers apart is the check of what a reply is based on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from inquiry_service.db.queries import presences as statements
from inquiry_service.domain.errors import NoSuchInquiry
from shared.db import Database
from shared.people import Person


@dataclass(frozen=True)
class Reader:
    """Somebody else who has the thread before them; `is_writing` while they type an answer."""

    name: str
    is_writing: bool


def beat(database: Database, inquiry_id: UUID, person: Person) -> Sequence[Reader]:
    """The person is there for half a minute more; returns who else is. One statement. Raises NoSuchInquiry."""
    found = database.run(statements.BEAT, {"inquiry_id": inquiry_id, "staff_id": person.id})
    if not found:
        raise NoSuchInquiry()
    return [Reader(row.name, row.is_writing) for row in found if row.name is not None]


def writes(session: Session, inquiry_id: UUID, person: Person) -> None:
    """The person is seen to write an answer, for half a minute."""
    session.execute(statements.WRITES, {"inquiry_id": inquiry_id, "staff_id": person.id})


def is_done(session: Session, inquiry_id: UUID, person: Person) -> None:
    """The answer is given: the person writes no longer."""
    session.execute(statements.IS_DONE, {"inquiry_id": inquiry_id, "staff_id": person.id})


def forget(session: Session) -> None:
    """Rows of people who went are gone."""
    session.execute(statements.FORGET)

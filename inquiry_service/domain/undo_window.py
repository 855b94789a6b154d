"""How long an answer can still be taken back."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from inquiry_service.terms import UNDO_HELD_S, UNDO_SHOWN_S
from shared.db import first
from shared.people import Person

_FIND = text("""
    SELECT reply.inquiry_id, inquiry.asker_name,
           CAST(extract(epoch FROM letter.not_before - now()) AS float) - :margin_s AS left_s
    FROM reply JOIN letter ON letter.id = reply.letter_id JOIN inquiry ON inquiry.id = reply.inquiry_id
    WHERE reply.id = :reply_id AND reply.author_id = :person_id AND reply.status = 'queued' AND letter.status = 'queued'
""")


@dataclass(frozen=True)
class Undoable:
    """An answer that has not gone yet. `left_s` is what a page may show: less than what the letter is really held."""

    inquiry_id: UUID
    reply_id: UUID
    asker_name: str
    left_s: int


def undoable(session: Session, reply_id: UUID, person: Person) -> Undoable | None:
    """The person's own answer while its letter waits and a page may still offer the undo."""
    row = first(session, _FIND, reply_id=reply_id, person_id=person.id, margin_s=UNDO_HELD_S - UNDO_SHOWN_S)
    if row is None or row.left_s < 1:
        return None
    return Undoable(row.inquiry_id, reply_id, row.asker_name, min(round(row.left_s), UNDO_SHOWN_S))

"""Notes for colleagues: whoever is named in one is told by letter, and finds it at the desk until they opened it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from inquiry_service.db.models import Mention, Message
from inquiry_service.domain import inquiries, staff
from inquiry_service.domain.mentions import Colleague, named_in
from inquiry_service.terms import Via
from shared import letters
from shared.people import Person

_SEEN = text("""
    UPDATE mention SET seen_at = now() FROM message
    WHERE message.id = mention.message_id AND message.inquiry_id = :inquiry_id AND mention.staff_id = :staff_id
      AND mention.seen_at IS NULL RETURNING message.id
""")


@dataclass(frozen=True)
class Noted:
    """The note, who was told of it, and the names in it that lead to nobody or to more than one."""

    message: Message
    told: tuple[str, ...]
    unknown: tuple[str, ...]
    ambiguous: tuple[str, ...]


def write(session: Session, inquiry_id: UUID, author: Person, body: str, *, via: Via = Via.DESK) -> Noted:
    """The note is in the thread, whatever names stand in it, and each colleague who is meant is owed a letter about it."""
    message = inquiries.add_note(session, inquiry_id, author, body, via=via)
    if "@" not in body:
        return Noted(message, (), (), ())
    everybody = [Colleague(one.id, one.name, one.email) for one in staff.colleagues(session)]
    named = named_in(body, everybody)
    told = [one for one in named.people if one.id != author.id]
    for one in told:
        session.add(Mention(message_id=message.id, staff_id=one.id))
        letters.write(
            session,
            "mention",
            subject_id=message.id,
            recipient=one.email,
            person_id=one.id,
            dedupe_key=f"mention:{message.id}:{one.id}",
        )
    session.flush()
    return Noted(message, tuple(one.name for one in told), named.unknown, named.ambiguous)


def see(session: Session, inquiry_id: UUID, person: Person) -> set[UUID]:
    """The person has seen the notes of that thread which name them; returns those that were new to them."""
    return set(session.execute(_SEEN, {"inquiry_id": inquiry_id, "staff_id": person.id}).scalars())

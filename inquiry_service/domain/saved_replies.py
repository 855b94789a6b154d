"""Saved replies: written once with merge fields, for everybody or for oneself, archived and never deleted."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from inquiry_service.db.models import SavedReply
from inquiry_service.domain import merge_fields
from inquiry_service.domain.errors import NoSuchSavedReply, SavedReplyChanged
from shared import audit
from shared.errors import Invalid
from shared.people import Person
from shared.phrases import phrase
from shared.tokens import new_id

MOST_LISTED = 500


def write(
    session: Session,
    author: Person,
    *,
    title: str,
    body: str,
    program: str | None = None,
    is_own: bool = False,
) -> SavedReply:
    """It can be inserted from now on. Raises Invalid for a merge field that there is not."""
    check(body)
    written = SavedReply(
        id=new_id(),
        title=title,
        body=body,
        program=program,
        owner_id=author.id if is_own else None,
        written_by=author.id,
    )
    session.add(written)
    session.flush()
    audit.write(session, author.actor, "saved_reply_written", written.id)
    return written


def change(
    session: Session,
    saved_reply_id: UUID,
    person: Person,
    *,
    title: str,
    body: str,
    program: str | None = None,
    is_own: bool = False,
    seen: str | None = None,
) -> SavedReply:
    """It has these words. Answers that were written with it keep theirs. `seen` is the version that the person had before them.

    Raises NoSuchSavedReply, Invalid, and SavedReplyChanged when it is not that version any more.
    """
    check(body)
    found = find(session, saved_reply_id, person, lock=True)
    if seen is not None and seen != found.version:
        raise SavedReplyChanged()
    found.title, found.body, found.program = title, body, program
    found.owner_id = (found.owner_id or person.id) if is_own else None
    found.changed_at = session.scalar(select(func.now()))  # type: ignore[assignment]
    audit.write(session, person.actor, "saved_reply_changed", found.id)
    session.flush()
    return found


def archive(session: Session, saved_reply_id: UUID, person: Person) -> SavedReply:
    """Nobody is offered it any more; it can come back. Raises NoSuchSavedReply."""
    found = find(session, saved_reply_id, person)
    if found.archived_at is None:
        found.archived_at = session.scalar(select(func.now()))
        audit.write(session, person.actor, "saved_reply_archived", found.id)
        session.flush()
    return found


def bring_back(session: Session, saved_reply_id: UUID, person: Person) -> SavedReply:
    """An archived one is offered again. Raises NoSuchSavedReply."""
    found = find(session, saved_reply_id, person)
    if found.archived_at is not None:
        found.archived_at = None
        audit.write(session, person.actor, "saved_reply_brought_back", found.id)
        session.flush()
    return found


def find(session: Session, saved_reply_id: UUID, person: Person, *, lock: bool = False) -> SavedReply:
    """A shared one, or the person's own. Raises NoSuchSavedReply, for somebody else's own too."""
    found = session.get(SavedReply, saved_reply_id, with_for_update=lock or None)
    if found is None or found.owner_id not in (None, person.id):
        raise NoSuchSavedReply()
    return found


def listed(session: Session, person: Person, *, is_archived: bool = False) -> Sequence[SavedReply]:
    """Those that the person may insert, by their titles; or the archived ones."""
    state = SavedReply.archived_at.is_not(None) if is_archived else SavedReply.archived_at.is_(None)
    query = select(SavedReply).where(state, _may_see(person)).order_by(SavedReply.title, SavedReply.id)
    return session.scalars(query.limit(MOST_LISTED)).all()


def offered(session: Session, person: Person, program: str | None, *, limit: int = 3) -> Sequence[SavedReply]:
    """Those written for this very program, one's own first."""
    if program is None:
        return []
    own_first = (SavedReply.owner_id.is_(None), SavedReply.title, SavedReply.id)
    query = select(SavedReply).where(
        SavedReply.archived_at.is_(None), SavedReply.program == program, _may_see(person)
    )
    return session.scalars(query.order_by(*own_first).limit(limit)).all()


def _may_see(person: Person) -> ColumnElement[bool]:
    return or_(SavedReply.owner_id.is_(None), SavedReply.owner_id == person.id)


def check(body: str) -> None:
    """Every field in it is known. Raises Invalid, which names the others."""
    if unknown := merge_fields.unknown_in(body):
        names = ", ".join(f"{{{name}}}" for name in unknown)
        raise Invalid(
            phrase("A field is not known"),
            fields={
                "body": [phrase("There is no field %(names)s. The list of fields is below.", names=names)]
            },
        )

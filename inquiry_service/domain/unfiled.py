"""Mails in that belong to no thread yet, or were never read: a person looks at them with their originals."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, or_, select, text
from sqlalchemy.orm import Session

from inquiry_service.db.models import Inquiry, RawMail
from inquiry_service.terms import RawMailStatus
from shared import audit, blobs, jobs
from shared.errors import DomainError, Invalid, NotFound
from shared.people import Person
from shared.phrases import phrase
from shared.tokens import new_id

MOST_SUGGESTED = 3


class NothingToRead(DomainError):
    """Only a mail that waits for a person can be read again, or filed by hand."""

    code = "nothing-to-read"
    title = phrase("This mail is filed already")


STORED_TOO_LONG = text("raw_mail.status = 'stored' AND raw_mail.received_at < now() - interval '5 minutes'")
NEEDS_A_PERSON = or_(RawMail.status.in_([RawMailStatus.UNFILED, RawMailStatus.UNREADABLE]), STORED_TOO_LONG)


def count(session: Session) -> int:
    """How many mails could not be filed, or were not read in five minutes."""
    return int(session.scalar(select(func.count()).select_from(RawMail).where(NEEDS_A_PERSON)) or 0)


def original(session: Session, raw_id: UUID) -> bytes:
    """The mail as it came in, byte for byte. Raises NotFound."""
    sha256 = session.scalar(select(RawMail.sha256).where(RawMail.id == raw_id, NEEDS_A_PERSON))
    if sha256 is None:
        raise NotFound(phrase("There is no such mail"))
    return blobs.get(session, sha256)


def read_again(session: Session, raw_id: UUID) -> None:
    """The mail's filing is owed once more. Raises NotFound, NothingToRead."""
    raw = session.get(RawMail, raw_id, with_for_update=True)
    if raw is None:
        raise NotFound(phrase("There is no such mail"))
    if raw.status == RawMailStatus.FILED:
        raise NothingToRead()
    raw.status, raw.error = RawMailStatus.STORED, None
    jobs.enqueue(
        session, "file_mail", {"raw_mail_id": str(raw_id)}, dedupe_key=f"file_mail:{raw_id}:again:{new_id()}"
    )


def file_with(session: Session, raw_id: UUID, person: Person, reference: str) -> Inquiry:
    """A person says which inquiry the mail belongs to: its filing there is owed. Raises NotFound, NothingToRead, Invalid."""
    raw = _waiting(session, raw_id)
    wanted = reference.strip().upper()
    inquiry = session.scalars(select(Inquiry).where(Inquiry.reference == wanted)).first()
    if inquiry is None:
        raise Invalid(fields={"reference": [phrase("No question has this reference.")]})
    _decide(session, raw, person, {"inquiry_id": str(inquiry.id)})
    return inquiry


def open_as_new(session: Session, raw_id: UUID, person: Person) -> None:
    """A person says that the mail is a question of its own. Raises NotFound, NothingToRead, and Invalid where nobody can be answered."""
    raw = _waiting(session, raw_id)
    if raw.status == RawMailStatus.UNREADABLE or not raw.sender or "," in raw.sender:
        raise Invalid(
            fields={
                "reference": [phrase("It has no one sender who could be answered. File it with a question.")]
            }
        )
    _decide(session, raw, person, {})


def set_aside(session: Session, raw_id: UUID, person: Person) -> None:
    """A person has seen it, and nothing is to be done; it is kept. Raises NotFound, NothingToRead."""
    raw = _waiting(session, raw_id)
    raw.status, raw.filed_at, raw.verdict = (
        RawMailStatus.FILED,
        session.scalar(select(func.now())),
        "set aside",
    )
    audit.write(session, person.actor, "mail_set_aside", raw.id)


def _waiting(session: Session, raw_id: UUID) -> RawMail:
    raw = session.get(RawMail, raw_id, with_for_update=True)
    if raw is None:
        raise NotFound(phrase("There is no such mail"))
    if raw.status == RawMailStatus.FILED:
        raise NothingToRead()
    return raw


def _decide(session: Session, raw: RawMail, person: Person, more: dict[str, str]) -> None:
    raw.status, raw.error = RawMailStatus.STORED, None
    payload = {"raw_mail_id": str(raw.id)} | more
    jobs.enqueue(session, "file_by_hand", payload, dedupe_key=f"file_by_hand:{raw.id}:{new_id()}")
    audit.write(session, person.actor, "mail_filed", raw.id, **more)


def inquiries_of_sender(session: Session, senders: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """The latest inquiries of each of these addresses, reference and name: where their mails may belong."""
    found = session.scalars(
        select(Inquiry)
        .where(Inquiry.asker_email_normal.in_(set(senders)))
        .order_by(Inquiry.created_at.desc())
        .limit(100)
    )
    by_sender: dict[str, list[tuple[str, str]]] = {}
    for inquiry in found:
        known = by_sender.setdefault(inquiry.asker_email_normal, [])
        if len(known) < MOST_SUGGESTED:
            known.append((inquiry.reference, inquiry.asker_name))
    return by_sender

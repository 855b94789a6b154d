"""Mails in that belong to no thread yet, or were never read: a person looks at them with their originals."""

from uuid import UUID

from sqlalchemy import func, or_, select, text
from sqlalchemy.orm import Session

from inquiry_service.db.models import RawMail
from inquiry_service.terms import RawMailStatus
from shared import blobs, jobs
from shared.errors import DomainError, NotFound
from shared.phrases import phrase
from shared.tokens import new_id


class NothingToRead(DomainError):
    """Only a mail that could not be read can be read again."""

    code = "nothing-to-read"
    title = phrase("This mail was read already")


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

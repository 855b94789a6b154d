"""Mails in that belong to no thread yet, or were never read: a person looks at them with their originals."""

from uuid import UUID

from sqlalchemy import func, or_, select, text
from sqlalchemy.orm import Session

from inquiry_service.db.models import RawMail
from inquiry_service.terms import RawMailStatus
from shared import blobs
from shared.errors import NotFound
from shared.phrases import phrase

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

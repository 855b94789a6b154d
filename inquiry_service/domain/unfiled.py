"""Mails in that belong to no thread yet: a person looks at them with their originals."""

from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from inquiry_service.db.models import RawMail
from inquiry_service.terms import RawMailStatus
from shared import blobs
from shared.db import first
from shared.errors import NotFound

_SHA = text("SELECT sha256 FROM raw_mail WHERE id = :id AND status IN ('unfiled', 'unreadable')")


def count(session: Session) -> int:
    """How many mails could not be filed."""
    return int(
        session.scalar(
            select(func.count())
            .select_from(RawMail)
            .where(RawMail.status.in_([RawMailStatus.UNFILED, RawMailStatus.UNREADABLE]))
        )
        or 0
    )


def original(session: Session, raw_id: UUID) -> bytes:
    """The mail as it came in, byte for byte. Raises NotFound."""
    found = first(session, _SHA, id=raw_id)
    if found is None:
        raise NotFound("There is no such mail")
    return blobs.get(session, found.sha256)

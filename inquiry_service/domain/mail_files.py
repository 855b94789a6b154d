"""The files that mails brought: kept by their bytes, named safely, and only ever handed out to be saved."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from inquiry_service.db.models import MailFile, RawMail
from inquiry_service.domain.parsed_email import AttachedFile
from shared import blobs
from shared.errors import NotFound
from shared.phrases import phrase

MOST_FILES = 100  # a mail is read that many parts wide

_KEEP = text("""
    INSERT INTO mail_file (raw_mail_id, number, name, type, size_bytes, is_shown_in_text, sha256)
    VALUES (:raw_mail_id, :number, :name, :type, :size_bytes, :is_shown_in_text, :sha256) ON CONFLICT DO NOTHING
""")


def keep(session: Session, raw_mail_id: UUID, files: Sequence[AttachedFile]) -> None:
    """The mail's files are kept, numbered from 1; those that are kept already stay."""
    for number, file in enumerate(files, start=1):
        session.execute(
            _KEEP,
            {
                "raw_mail_id": raw_mail_id,
                "number": number,
                "name": file.name,
                "type": file.type,
                "size_bytes": file.size_bytes,
                "is_shown_in_text": file.is_shown_in_text,
                "sha256": blobs.put(session, file.data),
            },
        )


def of_mails(session: Session, raw_mail_ids: Sequence[UUID]) -> dict[UUID, list[MailFile]]:
    """The files of each of these mails, in their order."""
    found: dict[UUID, list[MailFile]] = {}
    if not raw_mail_ids:
        return found
    for file in session.scalars(
        select(MailFile).where(MailFile.raw_mail_id.in_(raw_mail_ids)).order_by(MailFile.number)
    ):
        found.setdefault(file.raw_mail_id, []).append(file)
    return found


def original(session: Session, raw_mail_id: UUID) -> bytes:
    """The mail as it came in, byte for byte. Raises NotFound."""
    sha256 = session.scalar(select(RawMail.sha256).where(RawMail.id == raw_mail_id))
    if sha256 is None:
        raise NotFound(phrase("There is no such mail"))
    return blobs.get(session, sha256)


def find(session: Session, raw_mail_id: UUID, number: int) -> tuple[MailFile, bytes]:
    """One file and its bytes. Raises NotFound."""
    file = session.get(MailFile, (raw_mail_id, number)) if number <= MOST_FILES else None
    if file is None:
        raise NotFound(phrase("There is no such file"))
    return file, blobs.get(session, file.sha256)

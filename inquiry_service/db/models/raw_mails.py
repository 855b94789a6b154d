"""Mail as it came in, before anybody read it."""

from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from inquiry_service.db.models.base import Base, Id, Moment, Now
from inquiry_service.terms import RawMailStatus
from shared.tables import one_of


class RawMail(Base):
    """One mail, once: the same bytes are the same mail, and a mailbox's UID is taken in once. `verdict`: what filing took it for.

    `held_because`: why what a director asked for in it was not done. `sender`, `subject` and `excerpt` are for lists; they are empty
    until the mail was read.
    """

    __tablename__ = "raw_mail"

    id: Mapped[Id]
    sha256: Mapped[bytes] = mapped_column(LargeBinary, ForeignKey("blob.sha256"), unique=True)
    mailbox: Mapped[str] = mapped_column(Text)
    uidvalidity: Mapped[int | None] = mapped_column(BigInteger)
    uid: Mapped[int | None] = mapped_column(BigInteger)
    envelope_to: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, server_default=RawMailStatus.STORED)
    inquiry_id: Mapped[UUID | None] = mapped_column(ForeignKey("inquiry.id", ondelete="SET NULL"))
    error: Mapped[str | None] = mapped_column(Text)
    held_because: Mapped[str | None] = mapped_column(Text)
    verdict: Mapped[str | None] = mapped_column(Text)
    sender: Mapped[str | None] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(Text)
    excerpt: Mapped[str | None] = mapped_column(Text)
    received_at: Mapped[Now]
    filed_at: Mapped[Moment | None]

    __table_args__ = (
        UniqueConstraint("mailbox", "uidvalidity", "uid"),
        one_of("status", tuple(RawMailStatus)),
        Index("ix_raw_mail_inquiry", "inquiry_id", postgresql_where=text("inquiry_id IS NOT NULL")),
        Index("ix_raw_mail_unsettled", "received_at", postgresql_where=text("status <> 'filed'")),
    )


class MailFile(Base):
    """A file that came with a mail, at its `number` from 1; its name is safe, its type is what the sender said."""

    __tablename__ = "mail_file"

    raw_mail_id: Mapped[UUID] = mapped_column(ForeignKey("raw_mail.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    type: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int]
    is_shown_in_text: Mapped[bool] = mapped_column(server_default=text("false"))
    sha256: Mapped[bytes] = mapped_column(LargeBinary, ForeignKey("blob.sha256"))

"""Colleagues who are named in a note."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from inquiry_service.db.models.base import Base, Moment, Now


class Mention(Base):
    """The note names that person; `seen_at` is when they opened its thread."""

    __tablename__ = "mention"

    message_id: Mapped[UUID] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    created_at: Mapped[Now]
    seen_at: Mapped[Moment | None]

    __table_args__ = (
        Index("ix_mention_unseen", "staff_id", "message_id", postgresql_where=text("seen_at IS NULL")),
    )

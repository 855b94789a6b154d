"""Replies that are written once and inserted again and again."""

from datetime import UTC
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from inquiry_service.db.models.base import Base, Id, Moment, Now


class SavedReply(Base):
    """A text with merge fields, for one program or any, for everybody or (`owner_id`) for one person. Archived ones stay."""

    __tablename__ = "saved_reply"

    id: Mapped[Id]
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    program: Mapped[str | None] = mapped_column(Text)
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    written_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[Now]
    changed_at: Mapped[Now]
    archived_at: Mapped[Moment | None]

    @property
    def version(self) -> str:
        """Another one after every change."""
        return self.changed_at.astimezone(UTC).isoformat()

    __table_args__ = (
        Index("ix_saved_reply_offered", "title", "id", postgresql_where=text("archived_at IS NULL")),
        Index("ix_saved_reply_archived", "title", "id", postgresql_where=text("archived_at IS NOT NULL")),
    )

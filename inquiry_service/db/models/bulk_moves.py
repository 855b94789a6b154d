"""What somebody did to many inquiries at once, and how each was before."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inquiry_service.db.models.base import Base, Id, Moment, Now


class BulkMove(Base):
    """One press of a button."""

    __tablename__ = "bulk_move"

    id: Mapped[Id]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Now]
    undone_at: Mapped[Moment | None]


class BulkMoved(Base):
    """One inquiry of it: what stood in its columns before and after."""

    __tablename__ = "bulk_moved"

    bulk_move_id: Mapped[UUID] = mapped_column(
        ForeignKey("bulk_move.id", ondelete="CASCADE"), primary_key=True
    )
    inquiry_id: Mapped[UUID] = mapped_column(ForeignKey("inquiry.id", ondelete="CASCADE"), primary_key=True)
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)

    __table_args__ = (Index("ix_bulk_moved_inquiry", "inquiry_id"),)

"""Inquiries of one person that were put together, and what it takes to take them apart again."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inquiry_service.db.models.base import Base, Id, Moment, Now


class Merge(Base):
    """One of them; `taken` holds ids and plain states: what went over, and how both stood before and after."""

    __tablename__ = "inquiry_merge"

    id: Mapped[Id]
    survivor_id: Mapped[UUID] = mapped_column(ForeignKey("inquiry.id", ondelete="CASCADE"), index=True)
    merged_id: Mapped[UUID] = mapped_column(ForeignKey("inquiry.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[Now]
    undone_at: Mapped[Moment | None]
    taken: Mapped[dict[str, Any]] = mapped_column(JSONB)

    __table_args__ = (
        Index(
            "uq_inquiry_merge_standing", "merged_id", unique=True, postgresql_where=text("undone_at IS NULL")
        ),
    )

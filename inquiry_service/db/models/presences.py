"""Who has a thread before them right now."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from inquiry_service.db.models.base import Base, Moment, Now


class Presence(Base):
    """The person's page of that thread was visible at `seen_at`, and something was typed into the answer at `typed_at`.

    Unlogged: it is rewritten every few seconds, and after a crash nobody is there anyway.
    """

    __tablename__ = "presence"

    inquiry_id: Mapped[UUID] = mapped_column(ForeignKey("inquiry.id", ondelete="CASCADE"), primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    seen_at: Mapped[Now]
    typed_at: Mapped[Moment | None]

    __table_args__ = {"prefixes": ["UNLOGGED"]}

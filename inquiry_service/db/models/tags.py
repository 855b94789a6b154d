"""The school's own short words for inquiries."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from inquiry_service.db.models.base import Base


class Tag(Base):
    """A word that somebody used; it stays when nothing has it any more, and is then not suggested."""

    __tablename__ = "tag"

    word: Mapped[str] = mapped_column(Text, primary_key=True)


class InquiryTag(Base):
    """An inquiry has the word."""

    __tablename__ = "inquiry_tag"

    inquiry_id: Mapped[UUID] = mapped_column(ForeignKey("inquiry.id", ondelete="CASCADE"), primary_key=True)
    word: Mapped[str] = mapped_column(ForeignKey("tag.word"), primary_key=True)

    __table_args__ = (Index("ix_inquiry_tag_word", "word", "inquiry_id"),)

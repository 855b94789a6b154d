"""Questions that were answered, by their words: what a new question is compared with."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import REGCONFIG, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from inquiry_service.db.models.base import Base, Moment


class AnsweredQuestion(Base):
    """The words of what an answer answered; `language` is PostgreSQL's name for how they are stemmed."""

    __tablename__ = "answered_question"

    reply_id: Mapped[UUID] = mapped_column(ForeignKey("reply.id", ondelete="CASCADE"), primary_key=True)
    inquiry_id: Mapped[UUID] = mapped_column(ForeignKey("inquiry.id", ondelete="CASCADE"), index=True)
    program: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(REGCONFIG)
    sent_at: Mapped[Moment]
    words: Mapped[str] = mapped_column(TSVECTOR)

    __table_args__ = (
        Index("ix_answered_question_words", "words", postgresql_using="gin"),
        Index("ix_answered_question_sent", "sent_at"),
    )

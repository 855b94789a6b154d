"""Answers that anybody may read, suggested to whoever types a question like theirs."""

from uuid import UUID

from sqlalchemy import Computed, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import REGCONFIG, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from inquiry_service.db.models.base import Base, Id, Moment, Now


class PublishedAnswer(Base):
    """A question and its answer in the school's words; `language` is PostgreSQL's name for how its words are stemmed."""

    __tablename__ = "published_answer"

    id: Mapped[Id]
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    program: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(REGCONFIG)
    published_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    published_at: Mapped[Now]
    withdrawn_at: Mapped[Moment | None]
    words: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed(
            "setweight(to_tsvector(language, question), 'A') || setweight(to_tsvector(language, answer), 'B')",
            persisted=True,
        ),
    )

    __table_args__ = (
        Index(
            "ix_published_answer_words",
            "words",
            postgresql_using="gin",
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index("ix_published_answer_published", "published_at", "id"),
    )

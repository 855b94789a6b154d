"""The words of askers' names, so that a mistyped one is found."""

from sqlalchemy import CheckConstraint, Index, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from inquiry_service.db.models.base import Base, Moment


class NameWord(Base):
    """A word that occurs in somebody's name, with its groups of three letters."""

    __tablename__ = "name_word"

    word: Mapped[str] = mapped_column(Text, primary_key=True)
    grams: Mapped[list[str]] = mapped_column(ARRAY(Text))

    __table_args__ = (Index("ix_name_word_grams", "grams", postgresql_using="gin"),)


class NameLearning(Base):
    """Up to which moment the names of inquiries have been read; one row."""

    __tablename__ = "name_learning"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    until: Mapped[Moment]

    __table_args__ = (CheckConstraint("id = 1", name="one"),)

"""What the school promises: its hours, its holidays, how soon it answers, and what was said to remind somebody of it."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from inquiry_service.db.models.base import Base, Id, Moment, Now


class ServiceLevel(Base):
    """What holds for the whole school; one row. `digested_on`: the day whose digests are written."""

    __tablename__ = "service_level"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, server_default=text("1"))
    answer_within_min: Mapped[int] = mapped_column(server_default=text("120"))
    has_reminders: Mapped[bool] = mapped_column(server_default=text("true"))
    digested_on: Mapped[date | None]

    __table_args__ = (
        CheckConstraint("id = 1", name="one"),
        CheckConstraint("answer_within_min > 0", name="within"),
    )


class ProgramLevel(Base):
    """A program whose questions are due sooner, or later, than the others."""

    __tablename__ = "program_level"

    program: Mapped[str] = mapped_column(Text, primary_key=True)
    answer_within_min: Mapped[int]

    __table_args__ = (CheckConstraint("answer_within_min > 0", name="within"),)


class OpeningHours(Base):
    """A span of a weekday (Monday is 0), in minutes after midnight. Without any row the school keeps nine to five."""

    __tablename__ = "opening_hours"

    weekday: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    opens_min: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    closes_min: Mapped[int] = mapped_column(SmallInteger)

    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("opens_min >= 0 AND opens_min < closes_min AND closes_min <= 1440", name="span"),
    )


class Holiday(Base):
    """A day that is closed, or (with both minutes) has these hours."""

    __tablename__ = "holiday"

    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    opens_min: Mapped[int | None] = mapped_column(SmallInteger)
    closes_min: Mapped[int | None] = mapped_column(SmallInteger)

    __table_args__ = (
        CheckConstraint(
            "(opens_min IS NULL) = (closes_min IS NULL) AND coalesce(opens_min >= 0 AND opens_min < closes_min AND closes_min <= 1440, true)",
            name="span",
        ),
    )


class Reminder(Base):
    """Somebody was told that an inquiry comes near its deadline; once a stage, and anew when it is due anew."""

    __tablename__ = "reminder"

    id: Mapped[Id]
    inquiry_id: Mapped[UUID] = mapped_column(ForeignKey("inquiry.id", ondelete="CASCADE"))
    due_at: Mapped[Moment]
    stage: Mapped[int] = mapped_column(SmallInteger)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    round_id: Mapped[UUID] = mapped_column(index=True)
    created_at: Mapped[Now]

    __table_args__ = (
        UniqueConstraint("inquiry_id", "due_at", "stage", "staff_id"),
        Index("ix_reminder_created", "created_at"),
    )


class Absence(Base):
    """Somebody is away and a colleague has their work. `begun_at` and `ended_at`: when it was handed over, and back."""

    __tablename__ = "absence"

    id: Mapped[Id]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    colleague_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    away_from: Mapped[Moment]
    away_until: Mapped[Moment]
    created_at: Mapped[Now]
    begun_at: Mapped[Moment | None]
    ended_at: Mapped[Moment | None]

    __table_args__ = (
        CheckConstraint("away_from < away_until AND staff_id <> colleague_id", name="sense"),
        Index("uq_absence_open", "staff_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    )


class HandedOver(Base):
    """An inquiry that somebody's colleague has meanwhile."""

    __tablename__ = "handed_over"

    absence_id: Mapped[UUID] = mapped_column(ForeignKey("absence.id", ondelete="CASCADE"), primary_key=True)
    inquiry_id: Mapped[UUID] = mapped_column(ForeignKey("inquiry.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[Now]

    __table_args__ = (Index("ix_handed_over_inquiry", "inquiry_id"),)

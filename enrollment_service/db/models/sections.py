"""Dated offerings of a program: when they meet, and how many seats they have."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from enrollment_service.db.models import Base
from enrollment_service.terms import BUCKETS
from shared.tables import one_of


class Section(Base):
    """A dated offering. Registration is open from `opens_at` until `closes_at`."""

    __tablename__ = "section"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="dates"),
        CheckConstraint("closes_at > opens_at", name="window"),
        CheckConstraint("waitlist_limit >= 0", name="waitlist_limit"),
        CheckConstraint("offer_valid_hours BETWEEN 1 AND 336", name="offer_valid_hours"),
        Index("ix_section_program", "program_id", "starts_on", "id"),
        Index("ix_section_starts", "starts_on", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    program_id: Mapped[UUID] = mapped_column(ForeignKey("program.id"))
    code: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    time_zone: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text, server_default="")
    price_cents: Mapped[int]
    opens_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    closes_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    is_cancelled: Mapped[bool] = mapped_column(server_default="false")
    waitlist_limit: Mapped[int] = mapped_column(server_default="20")
    offer_valid_hours: Mapped[int] = mapped_column(server_default="24")
    is_sample: Mapped[bool] = mapped_column(server_default="false")


class SectionSeats(Base):
    """The counter, in a row of its own. No registration has a foreign key to it: that key would cost half the rate."""

    __tablename__ = "section_seats"
    __table_args__ = (
        CheckConstraint("capacity >= 0", name="capacity"),
        CheckConstraint("overbooked >= 0", name="overbooked"),
        CheckConstraint("taken BETWEEN 0 AND capacity + overbooked", name="taken"),
        {"postgresql_with": {"fillfactor": "50"}},
    )

    section_id: Mapped[UUID] = mapped_column(ForeignKey("section.id"), primary_key=True)
    capacity: Mapped[int]
    overbooked: Mapped[int] = mapped_column(server_default=text("0"))
    taken: Mapped[int] = mapped_column(server_default=text("0"))


class Meeting(Base):
    """One session of a section."""

    __tablename__ = "meeting"
    __table_args__ = (
        one_of("bucket", BUCKETS),
        CheckConstraint("ends_at > starts_at", name="times"),
        Index("uq_meeting_number", "section_id", "number", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    section_id: Mapped[UUID] = mapped_column(ForeignKey("section.id"))
    number: Mapped[int]
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    bucket: Mapped[str] = mapped_column(Text, server_default="theory")
    topic: Mapped[str] = mapped_column(Text, server_default="")

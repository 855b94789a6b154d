"""What is taught, and what regulators and schools say about it on which date."""

from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from enrollment_service.db.models import Base
from enrollment_service.terms import RuleKind, values
from shared.tables import one_of


class Program(Base):
    """A program that people may register for. Prices in cents, hours as whole hours of teaching."""

    __tablename__ = "program"
    __table_args__ = (
        CheckConstraint("hours > 0", name="hours"),
        CheckConstraint("price_cents >= 0", name="price_cents"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    abbreviation: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    hours: Mapped[int]
    hours_note: Mapped[str] = mapped_column(Text, server_default="")
    price_cents: Mapped[int]
    price_note: Mapped[str] = mapped_column(Text, server_default="")
    prerequisites: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    where_graduates_may_work: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    not_permitted: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    duties: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    certifying_body: Mapped[str] = mapped_column(Text, server_default="")
    position: Mapped[int] = mapped_column(server_default="0")
    is_published: Mapped[bool] = mapped_column(server_default="true")


class ProgramRule(Base):
    """A rule that others set, as dated data with its source. Two that contradict each other may both stand; one is in force."""

    __tablename__ = "program_rule"
    __table_args__ = (
        one_of("kind", values(RuleKind)),
        CheckConstraint("effective_to IS NULL OR effective_to > effective_from", name="effective"),
        Index("uq_program_rule_source", "program_id", "kind", "source", "effective_from", unique=True),
        Index("ix_program_rule_in_force", "program_id", postgresql_where=text("is_in_force")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    program_id: Mapped[UUID] = mapped_column(ForeignKey("program.id"))
    kind: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    doubt: Mapped[str] = mapped_column(Text, server_default="")
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]
    is_in_force: Mapped[bool] = mapped_column(server_default="true")

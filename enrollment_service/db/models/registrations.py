"""Students' claims on seats, and the addresses that have proven that somebody reads them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, Sequence, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from enrollment_service.db.models import Base
from enrollment_service.terms import RegistrationStatus, Source, values
from shared.tables import one_of

REFERENCE_SEQUENCE = Sequence("registration_reference", increment=20, metadata=Base.metadata)
ACTIVE_SQL = "status IN ('held', 'confirmed', 'waitlisted', 'offered')"


class Registration(Base):
    """One person's claim on one section. Of the active ones a person has one a section: the partial index says so."""

    __tablename__ = "registration"
    __table_args__ = (
        one_of("status", values(RegistrationStatus)),
        one_of("source", values(Source)),
        Index(
            "uq_registration_active",
            "section_id",
            "email_normal",
            "for_name_normal",
            unique=True,
            postgresql_where=text(ACTIVE_SQL),
        ),
        Index(
            "ix_registration_waiting",
            "section_id",
            "waitlisted_at",
            "id",
            postgresql_where=text("status = 'waitlisted'"),
        ),
        Index("ix_registration_section", "section_id", "status"),
        Index("ix_registration_email", "email_normal"),
        Index("ix_registration_of_inquiry", "created_at", postgresql_where=text("inquiry <> ''")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(Text, unique=True)
    section_id: Mapped[UUID] = mapped_column(ForeignKey("section.id"))
    status: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    email_normal: Mapped[str] = mapped_column(Text)
    for_name: Mapped[str] = mapped_column(Text, server_default="")
    for_name_normal: Mapped[str] = mapped_column(Text, server_default="")
    phone: Mapped[str] = mapped_column(Text, server_default="")
    inquiry: Mapped[str] = mapped_column(Text, server_default="")
    source: Mapped[str] = mapped_column(Text, server_default=Source.WEB.value)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    waitlisted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    held_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_because: Mapped[str] = mapped_column(Text, server_default="")
    version: Mapped[int] = mapped_column(server_default="1")


class ProvenAddress(Base):
    """Somebody opened a link that only a letter to this address carried. Until then letters repeat nothing a visitor typed."""

    __tablename__ = "proven_address"

    email_normal: Mapped[str] = mapped_column(Text, primary_key=True)
    proven_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

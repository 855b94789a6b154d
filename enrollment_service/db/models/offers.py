"""Seats offered to people on the waitlist. An open offer holds its seat until its row says otherwise."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from enrollment_service.db.models import Base
from enrollment_service.terms import OfferStatus, values
from shared.tables import one_of


class Offer(Base):
    """`expires_at` is empty until the offer's letter is sent: nobody's time runs while the letter waits."""

    __tablename__ = "offer"
    __table_args__ = (
        one_of("status", values(OfferStatus)),
        Index("uq_offer_open", "registration_id", unique=True, postgresql_where=text("status = 'open'")),
        Index("ix_offer_section", "section_id", "created_at"),
        Index("ix_offer_letter", "letter_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"))
    section_id: Mapped[UUID] = mapped_column(ForeignKey("section.id"))
    letter_id: Mapped[UUID]
    status: Mapped[str] = mapped_column(Text, server_default=OfferStatus.OPEN.value)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

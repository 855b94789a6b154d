"""What a regulator makes the school keep, as dated data with its source. Edited in the office."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from enrollment_service.db.models import Base


class RecordDuty(Base):
    """Registrations of classes that have begun stay, for so many years after their last day; without years, for ever."""

    __tablename__ = "record_duty"
    __table_args__ = (
        CheckConstraint("effective_to IS NULL OR effective_to >= effective_from", name="effective"),
        CheckConstraint("keep_years IS NULL OR keep_years BETWEEN 1 AND 200", name="keep_years"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    says: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    keep_years: Mapped[int | None]
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]

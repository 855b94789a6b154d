"""Links that open the register form with an asker's details in it."""

from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from inquiry_service.db.models.base import Base, Moment, Now


class RegistrationLink(Base):
    """The hash of a secret: who has it may have the asker's details filled in, for that section, until it expires."""

    __tablename__ = "registration_link"

    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    inquiry_id: Mapped[UUID] = mapped_column(ForeignKey("inquiry.id", ondelete="CASCADE"), index=True)
    section_id: Mapped[UUID]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[Now]
    expires_at: Mapped[Moment]

"""Sites that may show the form in a frame."""

from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from inquiry_service.db.models.base import Base, Now


class AllowedFrame(Base):
    """`origin` is a scheme, a host and perhaps a port, as a browser writes them."""

    __tablename__ = "allowed_frame"

    origin: Mapped[str] = mapped_column(Text, primary_key=True)
    added_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    added_at: Mapped[Now]

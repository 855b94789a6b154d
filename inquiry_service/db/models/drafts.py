"""What belongs to a reply beside its text: the texts it had before, and the files that go with it."""

from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from inquiry_service.db.models.base import Base, Now


class DraftVersion(Base):
    """A text that the draft had before somebody took a good part of it away."""

    __tablename__ = "draft_version"

    reply_id: Mapped[UUID] = mapped_column(ForeignKey("reply.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[Now]


class ReplyFile(Base):
    """A file that goes with the answer, at its `number`; its name is safe, its type follows from the name."""

    __tablename__ = "reply_file"

    reply_id: Mapped[UUID] = mapped_column(ForeignKey("reply.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    type: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int]
    sha256: Mapped[bytes] = mapped_column(LargeBinary, ForeignKey("blob.sha256"))

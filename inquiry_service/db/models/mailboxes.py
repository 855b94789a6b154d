"""How far each folder of a mail server was read."""

from sqlalchemy import BigInteger, Integer, SmallInteger, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from inquiry_service.db.models.base import Base, Moment, Now


class Mailbox(Base):
    """Every UID up to `last_uid` is taken in, or stands in `mailbox_trouble`. A new UIDVALIDITY begins at nothing."""

    __tablename__ = "mailbox"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    uidvalidity: Mapped[int] = mapped_column(BigInteger, server_default="0")
    last_uid: Mapped[int] = mapped_column(BigInteger, server_default="0")
    waiting: Mapped[int] = mapped_column(Integer, server_default="0")
    waiting_since: Mapped[Moment | None]
    read_at: Mapped[Moment | None]
    failing_since: Mapped[Moment | None]
    last_error: Mapped[str | None] = mapped_column(Text)


class MailboxTrouble(Base):
    """A mail that the server would not give, to be asked for again; `again_at` is empty where it stays on the server for good."""

    __tablename__ = "mailbox_trouble"

    mailbox: Mapped[str] = mapped_column(Text, primary_key=True)
    uid: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    error: Mapped[str] = mapped_column(Text)
    since: Mapped[Now]
    again_at: Mapped[Moment | None] = mapped_column(server_default=text("now()"))

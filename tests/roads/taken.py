"""Mails to deliver, and the rows that tell which of them were taken in, and how often."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import text

from shared.db import Database

_TAKEN = text("SELECT b.bytes FROM raw_mail r JOIN blob b USING (sha256)")
_OWED = text("SELECT payload ->> 'raw_mail_id' AS id FROM job WHERE kind = 'file_mail'")
_ROWS = text("SELECT * FROM raw_mail ORDER BY received_at, id")
_MAILBOX = text("SELECT * FROM mailbox")
_TROUBLES = text("SELECT * FROM mailbox_trouble")


def a_mail(number: object, *, message_id: str | None = "", body: str = "How long is it?") -> bytes:
    """A mail as a server keeps it; None: it has no Message-ID."""
    named = f"Message-ID: {message_id or f'<{number}@example.com>'}\r\n" if message_id is not None else ""
    return (
        f"From: Effat <effat@example.com>\r\nTo: hello@riverside.example\r\nSubject: Question {number}\r\n"
        f"Date: Tue, 24 Nov 2026 10:00:00 +0000\r\n{named}\r\n{body} ({number})\r\n"
    ).encode()


def mails(count: int, name: str = "mail") -> list[bytes]:
    """So many mails, no two alike."""
    return [a_mail(f"{name}-{number}") for number in range(count)]


class Books:
    """What stands in the database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def taken(self) -> Counter[bytes]:
        """How often each mail was taken in."""
        return Counter(bytes(row.bytes) for row in self.database.run(_TAKEN))

    def lost_or_doubled(self, delivered: Iterable[bytes]) -> tuple[int, int]:
        """How many of the delivered mails are missing, and how many are there more than once or without their job."""
        taken, wanted = self.taken(), set(delivered)
        owed = Counter(row.id for row in self.database.run(_OWED))
        ids = {str(row.id) for row in self.rows()}
        doubled = sum(count - 1 for count in taken.values()) + sum(count - 1 for count in owed.values())
        return len(wanted - set(taken)) + len(ids - set(owed)), doubled + len(set(taken) - wanted)

    def rows(self) -> list[Any]:
        """The raw mails, oldest first."""
        return list(self.database.run(_ROWS))

    def mailboxes(self) -> list[Any]:
        """How far each folder was read."""
        return list(self.database.run(_MAILBOX))

    def troubles(self) -> list[Any]:
        """What a server would not give."""
        return list(self.database.run(_TROUBLES))

"""Work done in the test's own process, through the product's own leases; and the letters as their recipients find them."""

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from sqlalchemy import text

from shared.db import Database
from shared.workshop import Workshop

_DUE_LETTERS = text(
    "SELECT id FROM letter WHERE status IN ('queued', 'ready') AND due_at <= now() ORDER BY created_at, id"
)
_DUE_JOBS = text(
    "SELECT id FROM job WHERE status = 'queued' AND every IS NULL AND due_at <= now() ORDER BY created_at, id"
)
_LET_TIME_PASS = text(
    "UPDATE letter SET not_before = now(), due_at = now() WHERE status IN ('queued', 'ready')"
)
_LET_JOB_TIME_PASS = text("UPDATE job SET due_at = now() WHERE status = 'queued' AND every IS NULL")


@dataclass
class Working:
    """The hands of one service."""

    database: Database
    workshop: Workshop
    maildir: Path

    def drain(self) -> None:
        """Whatever is due has run, and what followed from it."""
        for _ in range(20):
            letters = [row.id for row in self.database.run(_DUE_LETTERS)]
            jobs = [row.id for row in self.database.run(_DUE_JOBS)]
            if not letters and not jobs:
                return
            self.workshop.send_letters(letters)
            self.workshop.run_jobs(jobs)
        raise AssertionError("work goes on for ever")

    def let_time_pass(self) -> None:
        """Every undo window and waiting time of letters is over; then all work is done."""
        self.database.run(_LET_TIME_PASS)
        self.drain()

    def let_deadlines_pass(self) -> None:
        """Every job that waits for its time is due; then all work is done."""
        self.database.run(_LET_JOB_TIME_PASS)
        self.drain()

    def letters(self, to: str | None = None) -> list[EmailMessage]:
        """The letters that were delivered, oldest first."""
        files = sorted((self.maildir / "new").glob("*"), key=lambda path: path.stat().st_mtime_ns)
        found = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]
        assert all(isinstance(letter, EmailMessage) for letter in found)
        return [letter for letter in found if to is None or letter["Delivered-To"] == to]  # type: ignore[misc]


def text_of(letter: EmailMessage) -> str:
    """The plain text part."""
    body = letter.get_body(preferencelist=("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def html_of(letter: EmailMessage) -> str:
    """The HTML part."""
    body = letter.get_body(preferencelist=("html",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")

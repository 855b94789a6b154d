"""How many mails one core reads, through the child as the intake does; beside it what the standard library takes to split them alone."""

import time
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage

from benchmarks.rows import Row
from inquiry_service.mail.reader import MailReader

SENTENCE = "Is it easy to find a job as a phlebotomist? I could begin in May, on weekday evenings.\n"


class MailReading:
    """Some mails as people and servers send them, and the two ways to read them, for some seconds a round."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._mails = [a_question(), an_answer(), a_question_with_files(), a_bounce()]
        self._reader = MailReader()

    def rows(self) -> tuple[Row, Row]:
        """Ours, and the limit."""
        ours = Row("mails read, one at a time", lambda: self._rate(self._reader.read))
        limit = Row("email.message_from_bytes", lambda: self._rate(message_from_bytes))
        return ours, limit

    def _rate(self, read: Callable[[bytes], object]) -> float:
        began, count = time.monotonic(), 0
        while time.monotonic() - began < self._seconds:
            for mail in self._mails:
                read(mail)
            count += len(self._mails)
        return count / (time.monotonic() - began)

    def close(self) -> None:
        """The child has ended."""
        self._reader.close()


def _mail(subject: str, text: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = (
        "Ann Example <ann@example.com>",
        "hello@riverside.example",
        subject,
    )
    mail.set_content(text)
    return mail


def a_question() -> bytes:
    """Text and HTML."""
    mail = _mail("A question", SENTENCE * 5)
    mail.add_alternative(f"<html><body><p>{SENTENCE * 5}</p></body></html>", subtype="html")
    return mail.as_bytes()


def an_answer() -> bytes:
    """With what it answers quoted below."""
    quoted = "".join(f"> {SENTENCE}" for _ in range(30))
    return _mail(
        "Re: A question", f"{SENTENCE}\nOn Mon, Nov 23, 2026 at 10:00 AM Desk wrote:\n{quoted}"
    ).as_bytes()


def a_question_with_files() -> bytes:
    """Half a megabyte of files."""
    mail = _mail("My papers", SENTENCE)
    for name in ("cv.pdf", "certificate.pdf"):
        mail.add_attachment(bytes(range(256)) * 1000, maintype="application", subtype="pdf", filename=name)
    return mail.as_bytes()


def a_bounce() -> bytes:
    """In words alone, so that every rule is asked."""
    mail = _mail(
        "Undeliverable",
        f"The message could not be delivered.\n\n<bob@example.com>:\n550 no such user\n{SENTENCE * 5}",
    )
    mail.replace_header("From", "MAILER-DAEMON@example.com")
    return mail.as_bytes()

"""Mails to a director's notice, genuine and forged, as they come from a mail server; and the rows they leave behind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from uuid import UUID

from sqlalchemy import select

from inquiry_service.db.models import Inquiry, Message, Reply
from inquiry_service.domain import inquiries, intake
from inquiry_service.worker import make_workshop
from shared.db import Database
from shared.people import Person
from tests.builders import EFFAT, a_director, an_inquiry
from tests.working import Working, text_of

OUR_SERVER = "mx.riverside.example"
ROAD = "imap:mail.riverside.example/INBOX"
ANSWER = "Good morning Effat,\n\nyes, most find work during the externship."
ATTRIBUTION = "On Mon, Nov 23, 2026 at 10:00 AM Frontdesk <{}> wrote:"


@dataclass(frozen=True)
class Desk:
    """A director, an inquiry, and the notice that tells her of it."""

    database: Database
    work: Working
    director: Person
    inquiry_id: UUID
    notice: EmailMessage

    @property
    def reply_to(self) -> str:
        """The address that is bound to this inquiry and this person."""
        return str(self.notice["Reply-To"])

    def passes(self, *, domain: str = "riverside.example", server: str = OUR_SERVER) -> str:
        """What our mail server writes on top of a mail that is what it says."""
        return f"{server}; spf=pass smtp.mailfrom={domain}; dkim=pass header.d={domain}; dmarc=pass (p=reject) header.from={domain}"

    def genuine(self, body: str = ANSWER, **changed: Any) -> bytes:
        """Her answer, above the quoted notice; `changed` may name other parts."""
        given = {
            "senders": [f"Dora Vance <{self.director.email}>"],
            "to": self.reply_to,
            "results": [self.passes()],
            "headers": {},
            "quotes": True,
            "message_id": "<genuine@riverside.example>",
        } | changed
        return a_mail(self, body, **given)

    def arrives(self, data: bytes, *, road: str = ROAD) -> None:
        """The mail was taken in, filed, and whatever follows was done; every waiting time is over."""
        with self.database.transaction() as session:
            intake.store_raw(session, data, mailbox=road)
        self.work.drain()
        self.work.let_time_pass()

    def answers(self) -> list[str]:
        """What the asker got beside the acknowledgement."""
        return [text_of(letter) for letter in self.work.letters(EFFAT) if letter["Auto-Submitted"] is None]

    def replies(self) -> Sequence[Reply]:
        """Ours, oldest first."""
        with self.database.reading() as session:
            return session.scalars(select(Reply).order_by(Reply.changed_at)).all()

    def inquiry(self, inquiry_id: UUID | None = None) -> Inquiry:
        """As it is now."""
        with self.database.reading() as session:
            return inquiries.find(session, inquiry_id or self.inquiry_id)

    def thread(self) -> list[tuple[str, str]]:
        """Kinds and bodies."""
        with self.database.reading() as session:
            found = session.scalars(
                select(Message)
                .where(Message.inquiry_id == self.inquiry_id, Message.position.is_not(None))
                .order_by(Message.position)
            )
            return [(message.kind, message.body) for message in found]


def a_desk(
    database: Database, make_settings: Callable[..., Any], tmp_path: Any, *, sibling_url: str = ""
) -> Desk:
    """A desk whose mail server is trusted, with one question and its notice."""
    workshop = make_workshop(
        make_settings(trusted_authserv_id=OUR_SERVER, enrollment_internal_url=sibling_url), database
    )
    work = Working(database, workshop, tmp_path / "mail")
    director, inquiry_id = a_director(database), an_inquiry(database)
    work.drain()
    return Desk(database, work, director, inquiry_id, work.letters(director.email)[0])


def a_mail(
    desk: Desk,
    body: str,
    *,
    senders: Sequence[str],
    to: str,
    results: Sequence[str],
    headers: dict[str, str],
    quotes: bool,
    message_id: str,
) -> bytes:
    """The bytes, with our mail server's header on top; everything is written as given, so that it can be wrong."""
    top = [f"Authentication-Results: {result}" for result in results]
    top += [f"From: {sender}" for sender in senders]
    top += [f"To: {to}", "Subject: Re: a question", f"Message-ID: {message_id}"]
    top += [f"{name}: {value}" for name, value in headers.items()]
    top += ["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", ""]
    below = ["", ATTRIBUTION.format(to)] + [f"> {line}" for line in text_of(desk.notice).splitlines()]
    return "\r\n".join([*top, *body.split("\n"), *(below if quotes else [])]).encode()

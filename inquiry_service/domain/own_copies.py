"""Copies of our own letters, and notices about them: a journal that is set up wrongly must not look like mail that somebody wrote."""

import re
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from inquiry_service.domain.parsed_email import ParsedEmail
from shared.db import first

A_COPY = "a copy of a letter of ours"
JOURNAL_CAME_BACK = "a letter's copy for the journal came back"
_OUR_FORM = re.compile(r"<[0-9a-f]{32}@(?P<domain>[^<>@]+)>")
_OURS = text("SELECT id FROM letter WHERE message_id = :message_id")


@dataclass(frozen=True)
class OurMail:
    """How our letters are known: the domain of their Message-IDs, who they come from, and who gets the copies."""

    mail_domain: str = ""
    senders: frozenset[str] = frozenset()
    journal_address: str = ""


def what_it_copies(session: Session, mail: ParsedEmail, ours: OurMail) -> str | None:
    """Why nobody has to read the mail; None for every other mail."""
    if _is_about_journal(mail, ours):
        return JOURNAL_CAME_BACK
    return A_COPY if _is_copy(session, mail, ours) else None


def _is_about_journal(mail: ParsedEmail, ours: OurMail) -> bool:
    """What came back is the journal's copy alone: that says nothing about the recipient's."""
    if mail.bounce is None or not ours.journal_address:
        return False
    named = {address.casefold() for address in mail.bounce.addresses}
    return named == {ours.journal_address.casefold()}


def _is_copy(session: Session, mail: ParsedEmail, ours: OurMail) -> bool:
    """A letter of this service by its row, one of the sibling's by its sender and the form of its Message-ID."""
    if mail.message_id is None:
        return False
    if first(session, _OURS, message_id=mail.message_id) is not None:
        return True
    form = _OUR_FORM.fullmatch(mail.message_id)
    is_from_us = len(mail.senders) == 1 and mail.senders[0] in ours.senders
    return is_from_us and form is not None and form["domain"].casefold() == ours.mail_domain.casefold()

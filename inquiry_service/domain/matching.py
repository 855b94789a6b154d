"""Where a mail belongs: by our reply address, else by our own Message-ID, else nowhere. Never by its subject. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from inquiry_service.domain.parsed_email import ParsedEmail
from shared.phrases import phrase

_SECRET_ANYWHERE = re.compile(r"(?i)\br\+[a-z2-7]{26}@")
_SECRET = re.compile(r"r\+([a-z2-7]{26})@")
_RETURN_SECRET = re.compile(r"b\+([a-z2-7]{26})@")


@dataclass(frozen=True)
class KnownAddress:
    """What one of our reply addresses stands for. `is_alive` is false once it expired or was revoked."""

    purpose: str
    subject_id: UUID
    person_id: UUID | None
    is_alive: bool


@dataclass(frozen=True)
class DirectorSide:
    """What must hold for a director's answer by mail. `trusts_road` is true for `/mailbox` alone, or a server that vouched."""

    addresses: frozenset[str]
    is_enabled: bool
    trusts_road: bool


def reply_secrets(recipients: Iterable[str]) -> list[str]:
    """The secrets of our reply addresses among the recipients, in their order."""
    return [match.group(1) for address in recipients if (match := _SECRET.match(address.lower()))]


def return_secrets(recipients: Iterable[str]) -> list[str]:
    """The secrets of our letters' return paths among the recipients: nobody answers to those, and only machines write there."""
    return [match.group(1) for address in recipients if (match := _RETURN_SECRET.match(address.lower()))]


def without_reply_secrets(text: str) -> str:
    """The text with none of our reply addresses in it: a quoted one in an answer would let the asker write as the director."""
    return _SECRET_ANYWHERE.sub("r+…@", text)


def director_verdict(
    mail: ParsedEmail, address: KnownAddress, director: DirectorSide
) -> tuple[Literal["send", "hold", "file"], str]:
    """What becomes of a mail to a director's reply address, and why it is not simply sent."""
    if mail.is_automatic:
        return "file", phrase("an automatic reply")
    if not director.is_enabled:
        return "file", phrase("the account is closed")
    if len(mail.senders) != 1 or mail.senders[0] not in director.addresses:
        return "hold", phrase("it came from another address than yours")
    if not address.is_alive:
        return "hold", phrase("the reply address is too old")
    if not director.trusts_road:
        return "hold", phrase("no trusted server vouched for the sender")
    if not mail.written.strip():
        return "hold", phrase("no text of yours was found in it")
    if not mail.has_quotation:
        return "hold", phrase("neither the marker line nor a quotation was found, so all of it would be sent")
    if not mail.is_certain:
        return "hold", phrase("what you wrote could not be told for certain from what you quoted")
    if any(not file.is_shown_in_text for file in mail.attachments):
        return "hold", phrase("it has files, and an answer carries none")
    return "send", ""

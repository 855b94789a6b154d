"""The letters in the embedded run's Maildir, as their recipients see them, and the mail that a recipient writes back."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import format_datetime, getaddresses, make_msgid
from pathlib import Path

from inquiry_service.mail.parse import safe_name

NAME = re.compile(r"[0-9a-f]{32}\.frontdesk")
MOST_SHOWN = 500


@dataclass(frozen=True)
class LetterHead:
    """A letter in the list. `at` is when it landed."""

    name: str
    recipient: str
    sender: str
    subject: str
    at: datetime


@dataclass(frozen=True)
class FilePart:
    """A file in a letter."""

    name: str
    type: str
    data: bytes


def letters_in(folder: Path, *, to: str | None = None) -> list[LetterHead]:
    """The newest letters first, at most 500; `to` takes those of one recipient."""
    heads = [_head(path) for path in _newest(folder)]
    return [head for head in heads if to is None or head.recipient.casefold() == to.casefold()]


def _newest(folder: Path) -> list[Path]:
    found = [
        path
        for part in ("new", "cur")
        if (folder / part).is_dir()
        for path in (folder / part).iterdir()
        if NAME.fullmatch(path.name.partition(":")[0])
    ]
    return sorted(found, key=lambda path: path.stat().st_mtime_ns, reverse=True)[:MOST_SHOWN]


def _head(path: Path) -> LetterHead:
    with path.open("rb") as file:
        message = BytesHeaderParser(policy=policy.default).parse(file)
    landed_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return LetterHead(
        path.name.partition(":")[0],
        recipient_of(message),
        _said(message, "From"),
        _said(message, "Subject"),
        landed_at,
    )


def raw_letter(folder: Path, name: str) -> bytes | None:
    """The letter's bytes; none when the name is not a letter's."""
    if not NAME.fullmatch(name):
        return None
    for part in ("new", "cur"):
        for path in (folder / part / name, *(folder / part).glob(f"{name}:*")):
            if path.is_file():
                return path.read_bytes()
    return None


def read(data: bytes) -> EmailMessage:
    """The letter with its parts."""
    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _said(message: EmailMessage, header: str) -> str:
    return str(message[header] or "")


def recipient_of(message: EmailMessage) -> str:
    """Whose mailbox it lies in."""
    return _said(message, "Delivered-To") or next(
        (address for _, address in getaddresses([_said(message, "To")])), ""
    )


def html_of(message: EmailMessage) -> str | None:
    """The HTML part, if there is one."""
    part = message.get_body(preferencelist=("html",))
    return str(part.get_content()) if part is not None else None


def files_of(message: EmailMessage) -> list[FilePart]:
    """Calendar files and other attachments."""
    found = []
    for number, part in enumerate(message.iter_attachments(), 1):
        payload = part.get_payload(decode=True)
        name = safe_name(part.get_filename() or f"attachment-{number}")
        found.append(FilePart(name, part.get_content_type(), payload if isinstance(payload, bytes) else b""))
    return found


def reply_address(message: EmailMessage) -> str:
    """Where an answer to the letter goes."""
    for header in ("Reply-To", "From"):
        for _, address in getaddresses([_said(message, header)]):
            if "@" in address:
                return address
    return ""


def write_back(message: EmailMessage, body: str, text: str, *, now: datetime) -> bytes:
    """The recipient's answer as a mail program writes it: own words above, the letter quoted below. `text` is the letter's."""
    recipient = recipient_of(message)
    names = {address.casefold(): name for name, address in getaddresses([_said(message, "To")])}
    answer = EmailMessage(policy=policy.SMTP)
    answer["From"] = Address(display_name=names.get(recipient.casefold(), ""), addr_spec=recipient)
    answer["To"] = reply_address(message)
    subject = _said(message, "Subject")
    answer["Subject"] = subject if subject.lower().startswith("re:") else f"Re: {subject}"
    answer["Date"] = format_datetime(now)
    answer["Message-ID"] = make_msgid(domain=recipient.rpartition("@")[2] or "localhost")
    if message["Message-ID"]:
        answer["In-Reply-To"] = _said(message, "Message-ID")
        answer["References"] = f"{_said(message, 'References')} {_said(message, 'Message-ID')}".strip()
    quoted = "\n".join(f"> {line}".rstrip() for line in text.strip().splitlines())
    answer.set_content(
        f"{body}\n\nOn {now:%a, %b %d, %Y at %I:%M %p} {_said(message, 'From')} wrote:\n\n{quoted}\n"
    )
    return answer.as_bytes()

"""A letter's bytes, from what its composer said: RFC 5322, the same for every attempt. No database, no template."""

import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import lru_cache

from shared.clock import utc_now


@dataclass(frozen=True)
class Attachment:
    """A file in a letter, such as a calendar entry. `parameters` are added to its content type."""

    name: str
    type: str
    data: bytes
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Composed:
    """A letter's content. `reply_to` is an address of ours, or none; `references` are Message-IDs, oldest first."""

    subject: str
    text: str
    html: str
    sender_name: str
    reply_to: str | None = None
    is_automatic: bool = True
    recipient_name: str = ""
    references: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class MailIdentity:
    """Who letters come from: `mail_from` is the school's public address, `mail_domain` that of our reply addresses."""

    mail_from: str
    mail_domain: str
    secret_key: str


# not folded: Python 3.11 loses a name's quotes where it folds, and a name with a comma becomes a second mailbox
_POLICY = policy.SMTP.clone(max_line_length=900)
_PLAIN = re.compile(r"[\w !#$%&'*+,./:;<>@^`{|}~()\[\]-]{0,500}", re.ASCII)  # no quote, no backslash, no "=?"
_NAME_OF_ATOMS = re.compile(r"[A-Za-z0-9 '_-]{0,100}")
_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_BOUNDARY = (
    "=_frontdesk_{}_"  # quoted-printable never has "=_", and base64 has no "_": no text can end a part
)


def build_message(composed: Composed, recipient: str, message_id: str, identity: MailIdentity) -> bytes:
    """The letter's bytes (RFC 5322, CRLF, ASCII lines of at most 998), the same for every attempt.

    Laid out here instead of by `email.message`, which takes most of a letter's time; whatever is not plain ASCII
    is still written by the standard library.
    """
    lines = [
        f"Message-ID: {message_id}\r\n",
        f"Date: {format_datetime(utc_now())}\r\n",
        _mailbox("From", composed.sender_name, identity.mail_from),
        _mailbox("To", composed.recipient_name, recipient),
        _words("Subject", composed.subject),
    ]
    if composed.reply_to:
        lines.append(f"Reply-To: {composed.reply_to}\r\n")
    if composed.references:
        lines.append(f"In-Reply-To: {composed.references[-1]}\r\n")
        lines.append("References: " + "\r\n ".join(composed.references[-10:]) + "\r\n")
    if composed.is_automatic:
        lines.append(
            "Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\nPrecedence: bulk\r\n"
        )
    lines.append("MIME-Version: 1.0\r\n")
    both = _multipart(
        "alternative", [_text_part("plain", composed.text), _text_part("html", composed.html)], "1"
    )
    if composed.attachments:
        both = _multipart("mixed", [both, *map(_file_part, composed.attachments)], "2")
    return "".join(lines).encode("ascii") + both


def _multipart(kind: str, parts: list[bytes], number: str) -> bytes:
    boundary = _BOUNDARY.format(number)
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
    before = f"--{boundary}\r\n".encode()
    return head + b"".join(before + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()


def _text_part(subtype: str, text: str) -> bytes:
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    lines = text.encode("utf-8", "replace").splitlines()
    return head.encode() + binascii.b2a_qp(b"".join(line + b"\r\n" for line in lines))


def _file_part(attachment: Attachment) -> bytes:
    main_type, sub_type = attachment.type.split("/")
    part = EmailMessage(policy=_POLICY)
    part.set_content(
        attachment.data,
        maintype=main_type,
        subtype=sub_type,
        filename=attachment.name,
        params=dict(attachment.parameters),
        disposition="attachment",
    )
    del part["MIME-Version"]
    return part.as_bytes()


def _mailbox(header: str, name: str, address: str) -> str:
    name = _one_line(name)
    if _NAME_OF_ATOMS.fullmatch(name) and _PLAIN_ADDRESS.fullmatch(address):
        return f"{header}: {name} <{address}>\r\n" if name else f"{header}: {address}\r\n"
    return _mailbox_by_library(header, name, address)


def _words(header: str, value: str) -> str:
    value = _one_line(value)
    return f"{header}: {value}\r\n" if _PLAIN.fullmatch(value) else _by_library(header, value)


@lru_cache(maxsize=64)  # the sender of most letters is the same
def _mailbox_by_library(header: str, name: str, address: str) -> str:
    return _by_library(header, Address(display_name=name, addr_spec=address))


def _by_library(header: str, value: str | Address) -> str:
    message = EmailMessage(policy=_POLICY)
    message[header] = value
    return message.as_bytes().decode("ascii").removesuffix("\r\n")


def _one_line(value: str) -> str:
    """No header can be begun inside a header's value."""
    return "".join(
        " " if ord(char) < 32 or ord(char) == 127 or char in "\u2028\u2029\u0085" else char for char in value
    ).strip()

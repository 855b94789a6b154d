"""A letter's bytes, from what its composer said: RFC 5322, the same for every attempt. No database, no template."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email import policy
from email.headerregistry import Address, HeaderRegistry
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


class _HeaderKinds(HeaderRegistry):
    """The standard library makes a new class for every header of every letter; here it makes one for each name."""

    @lru_cache(maxsize=64)  # noqa: B019 - there is one, for as long as the process lives
    def __getitem__(self, name: str) -> type:
        kind: type = super().__getitem__(name)
        return kind


# not folded: Python 3.11 loses a name's quotes where it folds, and a name with a comma becomes a second mailbox
_POLICY = policy.SMTP.clone(max_line_length=900, header_factory=_HeaderKinds())


def build_message(composed: Composed, recipient: str, message_id: str, identity: MailIdentity) -> bytes:
    """The letter's bytes (RFC 5322, CRLF, ASCII lines of at most 998), the same for every attempt."""
    message = EmailMessage(policy=_POLICY)
    message["Message-ID"] = message_id
    message["Date"] = format_datetime(utc_now())
    message["From"] = Address(display_name=_one_line(composed.sender_name), addr_spec=identity.mail_from)
    message["To"] = Address(display_name=_one_line(composed.recipient_name), addr_spec=recipient)
    message["Subject"] = _one_line(composed.subject)
    if composed.reply_to:
        message["Reply-To"] = composed.reply_to
    if composed.references:
        message["In-Reply-To"] = composed.references[-1]
        message["References"] = " ".join(composed.references[-10:])
    if composed.is_automatic:
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message["Precedence"] = "bulk"
    message.set_content(composed.text, cte="quoted-printable")
    message.add_alternative(composed.html, subtype="html", cte="quoted-printable")
    for attachment in composed.attachments:
        main_type, sub_type = attachment.type.split("/")
        message.add_attachment(
            attachment.data,
            maintype=main_type,
            subtype=sub_type,
            filename=attachment.name,
            params=dict(attachment.parameters),
        )
    return message.as_bytes()


def _one_line(value: str) -> str:
    """No header can be begun inside a header's value."""
    return "".join(
        " " if ord(char) < 32 or ord(char) == 127 or char in "\u2028\u2029\u0085" else char for char in value
    ).strip()

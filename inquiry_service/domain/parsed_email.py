"""A mail as the domain sees it; who makes one of raw bytes is `mail/parse.py`."""

from dataclasses import dataclass, field
from datetime import datetime

from inquiry_service.terms import BounceReason, MailKind


@dataclass(frozen=True)
class AttachedFile:
    """A file in a mail: a safe name, its declared type, and its bytes. `is_shown_in_text` for a picture of the text's own, such as a logo."""

    name: str
    type: str
    data: bytes = field(repr=False)
    is_shown_in_text: bool = False

    @property
    def size_bytes(self) -> int:
        """How long it is."""
        return len(self.data)


@dataclass(frozen=True)
class Bounce:
    """A letter came back from these addresses, as far as they are named. `is_permanent` once the other side gave up; else it still tries."""

    addresses: tuple[str, ...]
    is_permanent: bool
    reason: BounceReason = BounceReason.UNSAID


@dataclass(frozen=True)
class ParsedEmail:
    """What can be read of a mail. `senders` are bare addresses of From, lower-cased; `text` is all its text, `written` what its writer wrote,
    `quoted` the rest of it.

    `written` is never less than that; `is_certain` where it is no more and no less. `bounce` is there for a bounce alone.
    `sent_at` is what the mail itself says.
    """

    message_id: str | None
    senders: tuple[str, ...]
    sender_name: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    written: str
    quoted: str
    has_quotation: bool
    is_certain: bool
    references: tuple[str, ...]
    kind: MailKind
    authentication_results: tuple[str, ...]
    attachments: tuple[AttachedFile, ...] = ()
    bounce: Bounce | None = None
    sent_at: datetime | None = None

    @property
    def is_automatic(self) -> bool:
        """No person wrote it to us: it is filed, changes no clock, and is answered by nothing."""
        return self.kind != MailKind.PERSON

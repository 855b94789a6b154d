"""A mail as the domain sees it; who makes one of raw bytes is `mail/parse.py`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AttachedFile:
    """A file in a mail: a safe name, its declared type, and its size in bytes."""

    name: str
    type: str
    size_bytes: int


@dataclass(frozen=True)
class ParsedEmail:
    """What can be read of a mail. `senders` are bare addresses of From, lower-cased; `text` is all its text, `written` what its writer wrote."""

    message_id: str | None
    senders: tuple[str, ...]
    sender_name: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    written: str
    has_quotation: bool
    references: tuple[str, ...]
    is_automatic: bool
    authentication_results: tuple[str, ...]
    attachments: tuple[AttachedFile, ...] = ()

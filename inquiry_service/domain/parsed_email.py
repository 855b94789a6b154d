"""A mail as the domain sees it; who makes one of raw bytes is `mail/parse.py`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AttachedFile:
    """A file in a mail: a safe name, its declared type, and its size. `is_shown_in_text` for a picture of the text's own, such as a logo."""

    name: str
    type: str
    size_bytes: int
    is_shown_in_text: bool = False


@dataclass(frozen=True)
class ParsedEmail:
    """What can be read of a mail. `senders` are bare addresses of From, lower-cased; `text` is all its text, `written` what its writer wrote.

    `written` is never less than that; `is_certain` where it is no more and no less.
    """

    message_id: str | None
    senders: tuple[str, ...]
    sender_name: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    written: str
    has_quotation: bool
    is_certain: bool
    references: tuple[str, ...]
    is_automatic: bool
    authentication_results: tuple[str, ...]
    attachments: tuple[AttachedFile, ...] = ()

"""Raw bytes to `ParsedEmail`: whatever can be read is read, and nothing in a mail may raise past `parse`."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import getaddresses

from mailparser_reply import EmailReplyParser

from inquiry_service.domain.parsed_email import AttachedFile, ParsedEmail
from inquiry_service.mail.html_text import text_of_html

MARKER = "Write your answer above this line"
MAX_TEXT = 200_000
_LANGUAGES = ["en", "es", "de", "fr", "pt", "it", "nl", "pl", "da"]
_QUOTED = re.compile(r"(?m)^\s*>")
_NUL = re.compile("[\x00\ud800-\udfff]")


class UnreadableMail(Exception):
    """Nothing can be made of the bytes."""


def parse(data: bytes) -> ParsedEmail:
    """What can be read of the mail. Raises UnreadableMail only where there is no header at all."""
    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    if not message.keys():
        raise UnreadableMail("it has no headers")
    text = _clean(_text(message))[:MAX_TEXT]
    written, has_quotation = what_was_written(text)
    senders = _addresses(message, "From")
    return ParsedEmail(
        message_id=_one(message, "Message-ID"),
        senders=tuple(address.casefold() for _, address in senders),
        sender_name=senders[0][0] if senders else "",
        recipients=tuple(
            a for header in ("Delivered-To", "To", "Cc") for _, a in _addresses(message, header)
        ),
        subject=_one(message, "Subject") or "",
        text=text,
        written=written,
        has_quotation=has_quotation,
        references=_references(message),
        is_automatic=_is_automatic(message),
        authentication_results=tuple(str(value) for value in message.get_all("Authentication-Results", [])),
        attachments=tuple(_attachments(message)),
    )


def what_was_written(text: str) -> tuple[str, bool]:
    """The writer's own words above the quotation, and whether a quotation (or our marker) was found. Never empty for a text that is not."""
    own, marker, _ = text.partition(MARKER)
    if marker:
        own = own.rpartition("\n")[0]  # what precedes the marker on its line is the quote sign or a dash
    read = EmailReplyParser(languages=_LANGUAGES).read(own)
    latest = (read.latest_reply or "").strip()
    has_quotation = bool(marker) or bool(_QUOTED.search(text)) or len(read.replies) > 1
    return latest or own.strip() or text.strip(), has_quotation


def _clean(text: str) -> str:
    return _NUL.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def _one(message: Message, header: str) -> str | None:
    try:
        value = message[header]
    except Exception:  # the library raises many kinds on broken headers
        return None
    return _clean(str(value)).strip() or None if value is not None else None


def _addresses(message: Message, header: str) -> list[tuple[str, str]]:
    try:
        values = [str(value) for value in message.get_all(header, [])]
    except Exception:
        return []
    return [(_clean(name), address) for name, address in getaddresses(values) if "@" in address]


def _references(message: Message) -> tuple[str, ...]:
    found = " ".join(_one(message, header) or "" for header in ("References", "In-Reply-To"))
    return tuple(dict.fromkeys(re.findall(r"<[^<>\s]+>", found)))[-50:]


def _is_automatic(message: Message) -> bool:
    """RFC 3834 and its older cousins; `Auto-Submitted: no` is a person."""
    submitted = (_one(message, "Auto-Submitted") or "no").lower()
    precedence = (_one(message, "Precedence") or "").lower()
    return (
        not submitted.startswith("no")
        or precedence in ("bulk", "junk", "list", "auto_reply")
        or any(
            message[header] is not None
            for header in ("List-Id", "List-Unsubscribe", "X-Autoreply", "X-Autorespond")
        )
        or (_one(message, "Return-Path") or "") == "<>"
        or message.get_content_type() == "multipart/report"
    )


def _text(message: EmailMessage) -> str:
    try:
        body = message.get_body(preferencelist=("plain", "html"))
    except Exception:
        body = None
    if body is None:
        return ""
    content = _content(body)
    return text_of_html(content) if body.get_content_type() == "text/html" else content


def _content(part: Message) -> str:
    try:
        return str(part.get_content())  # type: ignore[attr-defined]
    except Exception:  # an unknown charset, broken base64: what is there is shown
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else str(part.get_payload())


def _attachments(message: EmailMessage) -> list[AttachedFile]:
    found = []
    try:
        parts = list(message.iter_attachments())
    except Exception:
        return []
    for number, part in enumerate(parts, 1):
        payload = part.get_payload(decode=True)
        size = len(payload) if isinstance(payload, bytes) else 0
        found.append(
            AttachedFile(
                safe_name(part.get_filename() or f"attachment-{number}"), part.get_content_type(), size
            )
        )
    return found


def safe_name(name: str) -> str:
    """A file name without folders, control characters, or a leading dot."""
    last = re.split(r"[\\/]", _clean(name))[-1]
    return re.sub(r"[^\w.() -]", "_", last).lstrip(".").strip()[:120] or "attachment"

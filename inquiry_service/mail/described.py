"""A mail in one line of JSON, for whoever looks at what the intake would read in it."""

import json
from pathlib import Path
from typing import Any

from inquiry_service.domain.parsed_email import Bounce, ParsedEmail
from inquiry_service.mail.reader import MAX_MAIL_BYTES, MailReader, MailUnreadable, ReaderAway

_NOTHING: dict[str, Any] = {
    "kind": None,
    "from": None,
    "subject": None,
    "message_id": None,
    "text": "",
    "quoted": "",
    "attachments": [],
    "bounce": None,
    "error": None,
}


def line(reader: MailReader, file: str) -> str:
    """The file's mail, or why it cannot be read; never an exception."""
    try:
        data = Path(file).read_bytes()
    except (OSError, ValueError) as error:
        return json.dumps(
            {"file": file, **_NOTHING, "error": f"the file cannot be read: {type(error).__name__}"}
        )
    return json.dumps({"file": file, **_said(reader, data)})


def _said(reader: MailReader, data: bytes) -> dict[str, Any]:
    try:
        return _of(reader.read(data))
    except (MailUnreadable, ReaderAway) as error:
        shown = data[:MAX_MAIL_BYTES][:10_000].decode("utf-8", "replace").replace("\x00", "\ufffd")
        return {**_NOTHING, "text": shown, "error": str(error) or type(error).__name__}


def _of(mail: ParsedEmail) -> dict[str, Any]:
    return {
        "kind": mail.kind.value,
        "from": mail.senders[0] if mail.senders else None,
        "subject": mail.subject,
        "message_id": mail.message_id,
        "text": mail.written,
        "quoted": mail.quoted,
        "attachments": [{"name": f.name, "type": f.type, "bytes": f.size_bytes} for f in mail.attachments],
        "bounce": _bounce(mail.bounce) if mail.bounce else None,
        "error": None,
    }


def _bounce(bounce: Bounce) -> dict[str, Any]:
    return {
        "address": bounce.addresses[0] if bounce.addresses else None,
        "permanent": bounce.is_permanent,
        "addresses": list(bounce.addresses),
    }

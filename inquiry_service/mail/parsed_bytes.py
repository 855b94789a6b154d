"""A parsed mail as bytes and back, for the pipe between the process that reads mails and the one that files them. Nothing in it is ever run."""

import json
import struct
from datetime import datetime
from typing import Any

from inquiry_service.domain.parsed_email import AttachedFile, Bounce, ParsedEmail
from inquiry_service.terms import BounceReason, MailKind

READ, NOT_READ, WORN_OUT = b"r", b"n", b"w"  # the answer's first byte; the last one asks for a new reader
_LENGTH = struct.Struct(">Q")
_TUPLES = ("senders", "recipients", "references", "authentication_results")
_PLAIN = ("message_id", "sender_name", "subject", "text", "written", "quoted", "has_quotation", "is_certain")


def packed(mail: ParsedEmail) -> bytes:
    """Its words as JSON, then the bytes of its files one after the other."""
    said: dict[str, Any] = {name: getattr(mail, name) for name in (*_PLAIN, *_TUPLES)}
    said["kind"] = mail.kind.value
    said["bounce"] = (
        [mail.bounce.addresses, mail.bounce.is_permanent, mail.bounce.reason] if mail.bounce else None
    )
    said["sent_at"] = mail.sent_at.isoformat() if mail.sent_at else None
    said["files"] = [[f.name, f.type, f.size_bytes, f.is_shown_in_text] for f in mail.attachments]
    words = json.dumps(said).encode("ascii")
    return b"".join([_LENGTH.pack(len(words)), words, *(file.data for file in mail.attachments)])


def unpacked(data: bytes) -> ParsedEmail:
    """The mail again. Raises ValueError, KeyError or TypeError where the bytes are none of ours."""
    (length,) = _LENGTH.unpack_from(data)
    at = _LENGTH.size + length
    said = json.loads(data[_LENGTH.size : at])
    files = []
    for name, type_, size_bytes, is_shown in said["files"]:
        files.append(AttachedFile(str(name), str(type_), data[at : at + size_bytes], bool(is_shown)))
        at += size_bytes
    bounce, sent_at = said["bounce"], said["sent_at"]
    plain: dict[str, Any] = {name: said[name] for name in _PLAIN}
    several: dict[str, Any] = {name: tuple(said[name]) for name in _TUPLES}
    return ParsedEmail(
        **plain,
        **several,
        kind=MailKind(said["kind"]),
        attachments=tuple(files),
        bounce=Bounce(tuple(bounce[0]), bool(bounce[1]), BounceReason(bounce[2])) if bounce else None,
        sent_at=datetime.fromisoformat(sent_at) if sent_at else None,
    )

"""Everything that is held about one person, in one ZIP that they can open: their inquiries to read, and every mail as it was."""

import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from sqlalchemy.orm import Session

from inquiry_service.domain.personal_data import Held
from inquiry_service.terms import INTERNAL
from shared import blobs
from shared.errors import NotFound


@dataclass(frozen=True)
class Elsewhere:
    """What the sibling holds: registrations, and letters by their kind."""

    registrations: Sequence[dict[str, Any]] = ()
    letters: Sequence[tuple[str, bytes]] = ()


def write(
    session: Session,
    into: IO[bytes],
    found: Held,
    *,
    school: str,
    made_at: datetime,
    elsewhere: Elsewhere,
    with_notes: bool,
) -> None:
    """The file is written. What staff wrote for themselves is in it only `with_notes`."""
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        about = {"school": school, "address": found.address, "made_at": made_at, "holds": found.counts()}
        _put(archive, "about.json", about)
        _put(archive, "registrations.json", list(elsewhere.registrations))
        for number, (kind, data) in enumerate(elsewhere.letters, start=1):
            archive.writestr(f"letters/registrations-{number:04}-{kind}.eml", data)
        for inquiry in found.inquiries:
            entries = [
                one
                for one in found.messages
                if one.inquiry_id == inquiry.id and (with_notes or one.kind not in INTERNAL)
            ]
            _put(archive, f"inquiries/{inquiry.reference}.json", _inquiry(inquiry, entries))
        in_others = [_plain(one, "reference", "created_at", "body") for one in found.elsewhere]
        if in_others:
            _put(archive, "written-in-other-threads.json", in_others)
        for number, mail in enumerate(found.mails, start=1):
            _put_bytes(session, archive, f"mails/{number:04}.eml", mail.sha256)
        for number, file in enumerate(found.files, start=1):
            _put_bytes(session, archive, f"files/{number:04}-{file.name}", file.sha256)
        own = {found.address, *(one.asker_email for one in found.inquiries)}
        for number, letter in enumerate(found.letters, start=1):
            if letter.recipient in own and letter.blob_sha256:
                _put_bytes(session, archive, f"letters/{number:04}-{letter.kind}.eml", letter.blob_sha256)


def _inquiry(inquiry: Any, entries: Sequence[Any]) -> dict[str, Any]:
    names = ("reference", "status", "asker_name", "asker_email", "asker_phone", "program", "source")
    more = ("consent_text", "created_at", "registration_reference")
    return _plain(inquiry, *names, *more) | {
        "messages": [
            _plain(one, "created_at", "kind", "via", "staff_name", "sender_address", "body")
            for one in entries
        ]
    }


def _plain(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names if getattr(row, name) is not None}


def _put(archive: zipfile.ZipFile, name: str, value: Any) -> None:
    archive.writestr(name, json.dumps(value, indent=1, ensure_ascii=False, default=str) + "\n")


def _put_bytes(session: Session, archive: zipfile.ZipFile, name: str, sha256: bytes) -> None:
    try:
        data = blobs.get(session, sha256)
    except NotFound:
        return
    if data:
        archive.writestr(name, data)

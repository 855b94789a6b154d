"""The files that go with an answer: part of its draft, back with it by undo, in its letter when it is frozen."""

import mimetypes
import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from inquiry_service.db.models import ReplyFile
from inquiry_service.domain.errors import NoSuchFile
from shared import blobs
from shared.errors import Invalid
from shared.phrases import phrase

MB = 1024 * 1024
MOST_BYTES_EACH, MOST_BYTES, MOST_FILES = 10 * MB, 15 * MB, 20
# A letter's file is saved by a mail program, whatever it is; these are laid out in other ways there, so they are just bytes.
_NOT_SAID = ("message/", "multipart/")


@dataclass(frozen=True)
class GivenFile:
    """A file as a person chose it."""

    name: str
    data: bytes


def safe_name(name: str) -> str:
    """A name without folders, control characters, or a leading dot."""
    last = re.split(r"[\\/]", name)[-1]
    kept = re.sub(r"[^\w.() -]", "_", last).lstrip(". ").strip()
    stem, dot, ending = kept.rpartition(".")
    return (
        f"{stem[: 100 - len(ending)]}{dot}{ending}" if stem and len(ending) < 10 else kept[:100]
    ) or "file"


def type_of(name: str) -> str:
    """What the file is by its name."""
    guessed, coding = mimetypes.guess_type(name, strict=True)
    return (
        "application/octet-stream" if guessed is None or coding or guessed.startswith(_NOT_SAID) else guessed
    )


def attach(session: Session, reply_id: UUID, given: Sequence[GivenFile]) -> None:
    """The files go with the reply, which must be a draft of a locked inquiry. Raises Invalid when they are too many or too large."""
    there = of_reply(session, reply_id)
    if any(len(file.data) > MOST_BYTES_EACH for file in given):
        raise _too_large(phrase("A file can have at most 10 MB."))
    if sum(file.size_bytes for file in there) + sum(len(file.data) for file in given) > MOST_BYTES:
        raise _too_large(phrase("All files of an answer together can have at most 15 MB."))
    if len(there) + len(given) > MOST_FILES:
        raise _too_large(phrase("An answer can have at most 20 files."))
    last = max((file.number for file in there), default=0)
    for number, file in enumerate(given, start=last + 1):
        name = safe_name(file.name)
        session.add(
            ReplyFile(
                reply_id=reply_id,
                number=number,
                name=name,
                type=type_of(name),
                size_bytes=len(file.data),
                sha256=blobs.put(session, file.data),
            )
        )
    session.flush()


def _too_large(why: str) -> Invalid:
    return Invalid(phrase("The file was not attached"), fields={"files": [why]})


def detach(session: Session, reply_id: UUID, number: int) -> None:
    """The file does not go with the reply. Raises NoSuchFile."""
    session.delete(find(session, reply_id, number))
    session.flush()


def find(session: Session, reply_id: UUID, number: int) -> ReplyFile:
    """One file of the reply. Raises NoSuchFile."""
    found = session.get(ReplyFile, (reply_id, number)) if number <= 32767 else None
    if found is None:
        raise NoSuchFile()
    return found


def of_reply(session: Session, reply_id: UUID) -> Sequence[ReplyFile]:
    """The reply's files in their order."""
    return of_replies(session, [reply_id]).get(reply_id, [])


def of_replies(session: Session, reply_ids: Sequence[UUID]) -> dict[UUID, list[ReplyFile]]:
    """The files of each of these replies."""
    found: dict[UUID, list[ReplyFile]] = {}
    query = select(ReplyFile).where(ReplyFile.reply_id.in_(reply_ids)).order_by(ReplyFile.number)
    for file in session.scalars(query) if reply_ids else ():
        found.setdefault(file.reply_id, []).append(file)
    return found

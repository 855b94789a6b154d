"""What the pages of the composer share: the school's words for fields, files as they were chosen, and a draft kept with them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext as _

from inquiry_service.db.models import Reply
from inquiry_service.domain import drafts, reply_files
from inquiry_service.domain.insertions import School
from inquiry_service.domain.reply_files import MOST_BYTES, GivenFile
from inquiry_service.terms import ReplyStatus
from inquiry_service.web.downloads import sized
from inquiry_service.web.forms import FormNotRight
from inquiry_service.web.parts import parts, settings
from inquiry_service.web.words import clipped, said_at
from shared.clock import utc_now
from shared.web.access import current_person
from shared.web.site import MAX_BODY_BYTES, database

MOST_SENT_BYTES = MOST_BYTES + MAX_BODY_BYTES


def school() -> School:
    """What a saved reply says of the school."""
    return School(settings().enrollment_url, settings().school_phone, settings().school_locale)


def program_title(slug: str | None) -> str | None:
    """What the program is called, as far as anybody knows."""
    return next((program.title for program in parts().enrollment.programs() if program.slug == slug), slug)


def given_files() -> list[GivenFile]:
    """The files that were chosen in the form."""
    chosen = [file for file in request.files.getlist("files") if file.filename]
    return [GivenFile(file.filename or "", file.read()) for file in chosen]


def keep_draft(
    inquiry_id: UUID, body: str, *, version: int | None = None, files: Sequence[GivenFile] = ()
) -> Reply:
    """The text and the files are the person's draft. Raises DraftChanged, and Invalid for files that are too large."""
    with database().transaction() as session:
        reply = drafts.save_draft(session, inquiry_id, current_person(), body, version=version)
        if files:
            reply_files.attach(session, reply.id, files)
        return reply


def send_time(typed: str | None) -> datetime:
    """The moment that a form's local time means, in the school's zone. Raises FormNotRight."""
    try:
        return datetime.fromisoformat(typed or "").replace(tzinfo=settings().zone)
    except ValueError:
        raise FormNotRight({"send_at": _("Choose the day and the time at which it shall go.")}) from None


def composer_of(unsent: Sequence[tuple[Reply, str, str]]) -> dict[str, Any]:
    """Of the unsent replies of a thread the person's draft, and other texts of theirs."""
    found = [(reply, body) for reply, body, _author in unsent if reply.status == ReplyStatus.DRAFT]
    reply, body = found[0] if found else (None, "")
    return {
        "draft": body,
        "version": reply.version if reply else 0,
        "draft_id": reply.id if reply else None,
        "draft_saved": said_at(reply.changed_at, utc_now(), settings().zone) if reply and body else "",
        "other_drafts": [
            {"id": other.id, "line": clipped(text, 200)} for other, text in found[1:] if text.strip()
        ],
        "soonest": utc_now().astimezone(settings().zone).strftime("%Y-%m-%dT%H:%M"),
    }


def files_listed(files: Sequence[Any]) -> list[dict[str, Any]]:
    """An answer's files as a page names them."""
    return [{"number": file.number, "name": file.name, "size": sized(file.size_bytes)} for file in files]

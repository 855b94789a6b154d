"""Mails that could not be filed with a thread: seen here with their originals, so that none is lost."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from inquiry_service.db.models import MailFile
from inquiry_service.domain import inbound, mail_files, unfiled
from inquiry_service.terms import RawMailStatus
from inquiry_service.web.auth import DESK
from inquiry_service.web.desk_queue import around_page
from inquiry_service.web.downloads import listed, saved_as
from inquiry_service.web.forms import page, see, typed
from inquiry_service.web.pages.desk_moves import say_no
from inquiry_service.web.parts import settings
from inquiry_service.web.words import clipped, said_at
from shared.clock import utc_now
from shared.errors import DomainError, Invalid, NotFound
from shared.web.access import allow, current_person
from shared.web.mistakes import sentences_of
from shared.web.site import database
from shared.web.words import say

pages = Blueprint("mail", __name__, url_prefix="/desk/unfiled")


@pages.get("")
@allow(*DESK)
def show() -> str:
    """The list."""
    return _list()


def _list(errors: Mapping[str, str] | None = None) -> str:
    with database().reading() as session:
        found = inbound.unsettled(session)
        files = mail_files.of_mails(session, [mail["id"] for mail in found])
        known = unfiled.inquiries_of_sender(session, [mail["sender"] for mail in found if mail["sender"]])
        mails = [_shown(mail, files.get(mail["id"], []), known.get(mail["sender"], [])) for mail in found]
        return render_template(
            "desk/unfiled.html",
            mails=mails,
            errors=errors or {},
            is_unfiled=True,
            **around_page(session, current_person()),
        )


def _shown(
    mail: Mapping[str, Any], files: Sequence[MailFile], known: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """Nothing is parsed here: what filing read of the mail, or its first bytes as they came."""
    at = mail["received_at"]
    not_read = _("not read yet") if mail["status"] == RawMailStatus.STORED else ""
    is_unreadable = mail["status"] == RawMailStatus.UNREADABLE
    opening = bytes(mail["opening"] or b"").decode("utf-8", "replace").replace("\x00", "\ufffd")
    return {
        "id": mail["id"],
        "why": not_read,
        "unreadable_because": (say(mail["error"] or "") or "?") if is_unreadable else "",
        "can_be_read_again": mail["status"] != RawMailStatus.UNFILED,
        "can_be_new": mail["status"] == RawMailStatus.UNFILED and "," not in (mail["sender"] or ","),
        "known": known,
        "files": listed(files),
        "sender": mail["sender"] or "",
        "subject": mail["subject"] or "",
        "text": mail["excerpt"] or clipped(opening, 300),
        "at": at,
        "words": said_at(at, utc_now(), settings().zone),
    }


@pages.post("/<uuid:raw_id>/file")
@allow(*DESK)
def file(raw_id: UUID) -> ResponseReturnValue:
    """The mail belongs to the question with this reference, or is a question of its own where none is named."""
    try:
        with database().transaction() as session:
            if typed("reference").strip():
                chosen = unfiled.file_with(session, raw_id, current_person(), typed("reference"))
                said = _("It goes to %(reference)s in a moment.", reference=chosen.reference)
            else:
                unfiled.open_as_new(session, raw_id, current_person())
                said = _("It becomes a question of its own in a moment.")
        flash(said)
    except Invalid as error:
        return page(_list({f"reference-{raw_id}": sentences_of(error)["reference"]}), 422)
    except DomainError as error:
        say_no(error)
    return see("/desk/unfiled")


@pages.post("/<uuid:raw_id>/set-aside")
@allow(*DESK)
def set_aside(raw_id: UUID) -> ResponseReturnValue:
    """Somebody has seen it; nothing is to be done."""
    try:
        with database().transaction() as session:
            unfiled.set_aside(session, raw_id, current_person())
        flash(_("Set aside. It is kept."))
    except DomainError as error:
        say_no(error)
    return see("/desk/unfiled")


@pages.get("/<uuid:raw_id>/original")
@allow(*DESK)
def original(raw_id: UUID) -> Response:
    """The mail as it came in."""
    with database().reading() as session:
        data = unfiled.original(session, raw_id)
    return saved_as(f"{raw_id}.eml", data, type_="message/rfc822")


@pages.post("/<uuid:raw_id>/retry")
@allow(*DESK)
def read_again(raw_id: UUID) -> ResponseReturnValue:
    """The mail is read once more; what came of it is seen here, or in its thread."""
    try:
        with database().transaction() as session:
            unfiled.read_again(session, raw_id)
        flash(_("It is read once more now. Look here again in a moment."))
    except NotFound:
        raise
    except DomainError as error:
        say_no(error)
    return see("/desk/unfiled")

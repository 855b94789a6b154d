"""The same move for all that are ticked in the list, and its undo."""

from uuid import UUID

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from inquiry_service.domain import bulk_moves, mail_commands
from inquiry_service.domain.bulk_moves import Asked, Done
from inquiry_service.web.auth import DESK
from inquiry_service.web.desk_queue import place_of_request
from inquiry_service.web.forms import see
from inquiry_service.web.parts import due_now, settings
from shared.clock import utc_now
from shared.errors import DomainError
from shared.web.access import allow, current_person
from shared.web.mistakes import sentences_of
from shared.web.site import database

pages = Blueprint("bulk", __name__, url_prefix="/desk/bulk")
SNOOZED = "1d"


@pages.post("")
@allow(*DESK)
def move() -> ResponseReturnValue:
    """Everything that is ticked is moved; what could not be is said."""
    name, _colon, staff_id = request.form.get("move", "").partition(":")
    ids = [inquiry_id for typed in request.form.getlist("ids") if (inquiry_id := _uuid(typed))]
    if not ids:
        flash(_("Nothing is ticked. Tick some in the list first."), "due")
        return _back()
    until = mail_commands.until(SNOOZED, utc_now(), settings().zone)
    asked = Asked(name, due_at=due_now(), staff_id=_uuid(staff_id), until=until)
    try:
        with database().transaction() as session:
            done = bulk_moves.move_all(session, current_person(), ids, asked)
    except DomainError as error:
        flash(" ".join(sentences_of(error).values()), "due")
        return _back()
    flash(_said(done), "done" if done.moved else "due")
    return _back(undo_bulk=done.id if done.moved else None)


@pages.post("/<uuid:bulk_move_id>/undo")
@allow(*DESK)
def undo(bulk_move_id: UUID) -> ResponseReturnValue:
    """All of them are as they were, but for what somebody changed since."""
    with database().transaction() as session:
        done = bulk_moves.undo(session, current_person(), bulk_move_id)
    words = _("Taken back.")
    if done.left:
        words += " " + _left(done, _("which changed since"))
    flash(words)
    return _back()


def _said(done: Done) -> str:
    words: str = ngettext("%(num)d done.", "%(num)d done.", done.moved)
    return words + (" " + _left(done, _("where there was nothing to do")) if done.left else "")


def _left(done: Done, why: str) -> str:
    return str(_("%(number)s left as they were, %(why)s.", number=done.left, why=why))


def _back(**more: object) -> ResponseReturnValue:
    return see(f"/desk?{place_of_request().query(**more)}")


def _uuid(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None

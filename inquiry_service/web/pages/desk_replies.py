"""Answers on the desk: sent with an undo window, drafted, held ones sent or discarded. No typed word is ever lost."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from inquiry_service.db.models import Reply
from inquiry_service.domain import replies, reply_queue
from inquiry_service.domain.errors import DraftChanged, ThreadChanged, WrongMove
from inquiry_service.terms import Via
from inquiry_service.web.auth import DESK
from inquiry_service.web.composing import MOST_SENT_BYTES, given_files, keep_draft, send_time
from inquiry_service.web.desk_queue import place_of_request
from inquiry_service.web.forms import FormNotRight, checked, see, typed
from inquiry_service.web.pages.desk_composer import THE_BOX, is_script
from inquiry_service.web.pages.desk_moves import back_to, say_no
from inquiry_service.web.pages.desk_thread import thread_page
from inquiry_service.web.parts import settings
from inquiry_service.web.schemas.forms import AnswerForm, DraftForm
from shared.clock import utc_now
from shared.errors import DomainError, Invalid
from shared.web.access import allow, current_person, takes_files
from shared.web.mistakes import sentences_of
from shared.web.site import database
from shared.web.words import clock_in_words, moment_in_words

pages = Blueprint("replies", __name__, url_prefix="/desk/inquiries/<uuid:inquiry_id>")
WORKLISTS = ("mine", "new", "open", "never_reached", "held")


@pages.post("/replies")
@takes_files(MOST_SENT_BYTES)
@allow(*DESK)
def answer(inquiry_id: UUID) -> ResponseReturnValue:
    """The answer goes out in a moment, or at its time, and the next inquiry is open; or the thread changed, and the text is kept."""
    try:
        given = checked(AnswerForm(), {"body": _("Write the answer first")})
        scheduled_at = send_time(given["send_at"]) if given["later"] else None
        if files := given_files():  # chosen and not attached yet: whoever sends means them too
            keep_draft(inquiry_id, given["body"], files=files)
        reply = _answer(inquiry_id, given, scheduled_at)
    except FormNotRight as error:
        return _again(inquiry_id, error.errors)
    except Invalid as error:
        return _again(inquiry_id, sentences_of(error))
    except ThreadChanged:
        keep_draft(inquiry_id, given["body"])
        return back_to(inquiry_id, seen=given["based_on"], anchor="#reply")
    except WrongMove as error:
        keep_draft(inquiry_id, given["body"])
        say_no(error)
        return back_to(inquiry_id)
    if reply.scheduled_at is not None:
        moment = moment_in_words(reply.scheduled_at, settings().zone)
        flash(
            _(
                "The answer goes out on %(moment)s. Until then it can be taken back in the thread.",
                moment=moment,
            )
        )
        return see(_after(inquiry_id, None, is_next=given["next"]))
    return see(_after(inquiry_id, reply.id, is_next=given["next"]))


def _again(inquiry_id: UUID, errors: dict[str, str]) -> ResponseReturnValue:
    kept = {name: typed(name) for name in ("body", "send_at")}
    return thread_page(inquiry_id, typed=kept, errors=errors, status=422)


def _answer(inquiry_id: UUID, given: dict[str, Any], scheduled_at: datetime | None) -> Reply:
    with database().transaction() as session:
        return replies.answer(
            session,
            inquiry_id,
            current_person(),
            given["body"],
            is_closing=given["close"],
            based_on=given["based_on"],
            via=Via.DESK,
            undo_s=settings().undo_held_s,
            scheduled_at=scheduled_at,
        )


def _after(inquiry_id: UUID, reply_id: UUID | None, *, is_next: bool) -> str:
    """The next one of the list that nobody else has, or this one again where nothing is left; the undo goes along.

    Whoever asks for the next one gets one, also from a list that is no work list: one's own first, then anybody's.
    """
    place, person = place_of_request(), current_person()
    views = (place.view,) if place.view in WORKLISTS else ("mine", "open") if is_next else ()
    following = inquiry_id
    for view in views:
        with database().reading() as session:
            found = reply_queue.page(
                session, person.id, view, filters=place.filters(), zone=settings().zone, limit=20
            )
        free = (
            item.id for item in found.items if item.id != inquiry_id and item.assignee_id in (None, person.id)
        )
        following = next(free, inquiry_id)
        if following != inquiry_id:
            break
    return f"/desk/inquiries/{following}?{place.query(undo=reply_id)}"


@pages.post("/replies/<uuid:reply_id>/undo")
@allow(*DESK)
def undo(inquiry_id: UUID, reply_id: UUID) -> ResponseReturnValue:
    """The answer is in the box again, word for word."""
    try:
        with database().transaction() as session:
            replies.undo(session, inquiry_id, reply_id, current_person())
        flash(_("Taken back. Your text is in the box."))
    except DomainError as error:
        say_no(error)
    return back_to(inquiry_id, anchor=THE_BOX)


@pages.post("/replies/<uuid:reply_id>/send")
@allow(*DESK)
def send_held(inquiry_id: UUID, reply_id: UUID) -> ResponseReturnValue:
    """A held answer goes out after all."""
    try:
        with database().transaction() as session:
            replies.send_held(session, inquiry_id, reply_id, current_person())
    except DomainError as error:
        say_no(error)
    return back_to(inquiry_id, undo=reply_id)


@pages.post("/replies/<uuid:reply_id>/discard")
@allow(*DESK)
def discard(inquiry_id: UUID, reply_id: UUID) -> ResponseReturnValue:
    """A held answer will not go out; its text stays on record."""
    try:
        with database().transaction() as session:
            replies.discard(session, inquiry_id, reply_id, current_person())
        flash(_("Discarded. It was not sent."))
    except DomainError as error:
        say_no(error)
    return back_to(inquiry_id)


@pages.post("/draft")
@takes_files(MOST_SENT_BYTES)
@allow(*DESK)
def save_draft(inquiry_id: UUID) -> ResponseReturnValue:
    """What is typed so far is kept: said in JSON to the page that saves by itself, on the page otherwise.

    409 with the other text when another page saved one meanwhile: neither is overwritten.
    """
    try:
        given = checked(DraftForm())
        reply = keep_draft(inquiry_id, given["body"] or "", version=given["version"], files=given_files())
    except FormNotRight as error:
        if is_script():
            return {"problem": error.errors.get("body", "")}, 422
        return _again(inquiry_id, error.errors)
    except Invalid as error:
        return _again(inquiry_id, sentences_of(error))
    except DraftChanged as error:
        if is_script():
            return {"body": error.facts["body"], "version": error.facts["version"]}, 409
        return thread_page(inquiry_id, typed={"body": typed("body")}, conflict=error.facts, status=409)
    if is_script():
        words = _("Draft saved %(time)s", time=clock_in_words(utc_now(), settings().zone))
        return {"saved": words, "version": reply.version}
    if request.form.get("then") == "preview":
        return see(f"/desk/inquiries/{inquiry_id}/preview?{place_of_request().query()}")
    flash(_("Draft saved."))
    return back_to(inquiry_id, anchor="#reply")

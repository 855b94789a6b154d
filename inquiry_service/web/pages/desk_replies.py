"""Answers on the desk: sent with an undo window, drafted, held ones sent or discarded. No typed word is ever lost."""

from uuid import UUID

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from inquiry_service.db.models import Reply
from inquiry_service.domain import replies, reply_queue
from inquiry_service.domain.errors import ThreadChanged, WrongMove
from inquiry_service.terms import Via
from inquiry_service.web.auth import DESK
from inquiry_service.web.desk_queue import place_of_request
from inquiry_service.web.forms import FormNotRight, checked, see, typed
from inquiry_service.web.pages.desk_moves import back_to, say_no
from inquiry_service.web.pages.desk_thread import thread_page
from inquiry_service.web.parts import settings
from inquiry_service.web.schemas.forms import AnswerForm, DraftForm
from shared.clock import utc_now
from shared.errors import DomainError
from shared.web.access import allow, current_person
from shared.web.site import database
from shared.web.words import clock_in_words

pages = Blueprint("replies", __name__, url_prefix="/desk/inquiries/<uuid:inquiry_id>")
WORKLISTS = ("mine", "new", "open", "never_reached", "held")


@pages.post("/replies")
@allow(*DESK)
def answer(inquiry_id: UUID) -> ResponseReturnValue:
    """The answer goes out in a moment, and the next inquiry is open; or the thread changed, and the text is kept as a draft."""
    try:
        given = checked(AnswerForm(), {"body": _("Write the answer first")})
    except FormNotRight as error:
        return thread_page(inquiry_id, typed={"body": typed("body")}, errors=error.errors, status=422)
    try:
        reply = _answer(inquiry_id, given["body"], is_closing=given["close"], based_on=given["based_on"])
    except ThreadChanged:
        _keep(inquiry_id, given["body"])
        return back_to(inquiry_id, seen=given["based_on"], anchor="#reply")
    except WrongMove as error:
        _keep(inquiry_id, given["body"])
        say_no(error)
        return back_to(inquiry_id)
    return see(_after(inquiry_id, reply.id))


def _answer(inquiry_id: UUID, body: str, *, is_closing: bool, based_on: UUID | None) -> Reply:
    with database().transaction() as session:
        return replies.answer(
            session,
            inquiry_id,
            current_person(),
            body,
            is_closing=is_closing,
            based_on=based_on,
            via=Via.DESK,
            undo_s=settings().undo_held_s,
        )


def _keep(inquiry_id: UUID, body: str) -> None:
    with database().transaction() as session:
        replies.save_draft(session, inquiry_id, current_person(), body)


def _after(inquiry_id: UUID, reply_id: UUID) -> str:
    """The next one of the list that nobody else has, or this one again where nothing is left; the undo goes along."""
    place, person = place_of_request(), current_person()
    following = inquiry_id
    if place.view in WORKLISTS:
        with database().reading() as session:
            found = reply_queue.page(
                session, person.id, place.view, filters=place.filters(), zone=settings().zone, limit=20
            )
        free = (
            item.id for item in found.items if item.id != inquiry_id and item.assignee_id in (None, person.id)
        )
        following = next(free, inquiry_id)
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
    return back_to(inquiry_id, anchor="#reply")


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
@allow(*DESK)
def save_draft(inquiry_id: UUID) -> ResponseReturnValue:
    """What is typed so far is kept: said in JSON to the page that saves by itself, on the page otherwise."""
    try:
        body = checked(DraftForm())["body"] or ""
    except FormNotRight as error:
        if _is_script():
            return {"problem": error.errors.get("body", "")}, 422
        return thread_page(inquiry_id, typed={"body": typed("body")}, errors=error.errors, status=422)
    _keep(inquiry_id, body)
    if _is_script():
        return {"saved": _("Draft saved %(time)s", time=clock_in_words(utc_now(), settings().zone))}
    flash(_("Draft saved."))
    return back_to(inquiry_id, anchor="#reply")


def _is_script() -> bool:
    return request.accept_mimetypes.best == "application/json"

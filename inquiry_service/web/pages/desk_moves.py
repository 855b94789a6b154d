"""What people do with an inquiry beside answering it: take it, give it, close it, note something, log a call."""

from uuid import UUID

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from inquiry_service.domain import inquiries, mail_commands, notes, reply_queue, snoozes
from inquiry_service.domain.notes import Noted
from inquiry_service.web.auth import DESK
from inquiry_service.web.desk_queue import place_of_request
from inquiry_service.web.forms import FormNotRight, checked, see, typed
from inquiry_service.web.pages.desk_thread import thread_page
from inquiry_service.web.parts import due_now, settings
from inquiry_service.web.schemas.forms import AssignForm, CallForm, NoteForm, SnoozeForm
from shared.clock import utc_now
from shared.errors import DomainError, Invalid, NotFound
from shared.web.access import allow, current_person
from shared.web.mistakes import sentences_of
from shared.web.site import database
from shared.web.words import moment_in_words, say

UNTIL_THEY_WRITE = "answer"
pages = Blueprint("moves", __name__, url_prefix="/desk/inquiries/<uuid:inquiry_id>")


def back_to(inquiry_id: UUID, *, anchor: str = "", **more: object) -> ResponseReturnValue:
    """The thread again, with the list as it was."""
    return see(f"/desk/inquiries/{inquiry_id}?{place_of_request().query(**more)}{anchor}")


def say_no(error: DomainError) -> None:
    """A refusal is said above the thread, which is as it was; what is not there, or belongs to another thread, is not found."""
    if isinstance(error, NotFound):
        raise error
    flash(say(error.detail), "due")


@pages.post("/claim")
@allow(*DESK)
def claim(inquiry_id: UUID) -> ResponseReturnValue:
    """The inquiry is this person's."""
    try:
        with database().transaction() as session:
            reply_queue.claim(session, inquiry_id, current_person())
    except DomainError as error:
        say_no(error)
    return back_to(inquiry_id)


@pages.post("/release")
@allow(*DESK)
def release(inquiry_id: UUID) -> ResponseReturnValue:
    """The inquiry is nobody's again."""
    try:
        with database().transaction() as session:
            inquiries.release(session, inquiry_id, current_person().actor)
    except DomainError as error:
        say_no(error)
    return back_to(inquiry_id)


@pages.post("/assign")
@allow(*DESK)
def assign(inquiry_id: UUID) -> ResponseReturnValue:
    """The inquiry is a colleague's."""
    try:
        chosen = checked(AssignForm())["staff_id"]
        with database().transaction() as session:
            inquiries.assign(session, inquiry_id, current_person().actor, chosen)
    except (FormNotRight, Invalid) as error:
        errors = error.errors if isinstance(error, FormNotRight) else sentences_of(error)
        return thread_page(inquiry_id, errors=errors, status=422)
    return back_to(inquiry_id)


def _move(inquiry_id: UUID, name: str, said: str) -> ResponseReturnValue:
    try:
        with database().transaction() as session:
            inquiries.move(session, inquiry_id, current_person().actor, name, due_at=due_now())
        flash(said)
    except DomainError as error:
        say_no(error)
    return back_to(inquiry_id)


@pages.post("/snooze")
@allow(*DESK)
def snooze(inquiry_id: UUID) -> ResponseReturnValue:
    """The inquiry is out of the way for a while."""
    try:
        words = checked(SnoozeForm(), {"until": _("Choose for how long")})["until"]
        until = mail_commands.until(words, utc_now(), settings().zone)
        if until is None and words != UNTIL_THEY_WRITE:
            raise FormNotRight({"until": _("Choose one of the times, or a day like 2027-01-31.")})
        with database().transaction() as session:
            snoozes.snooze(session, inquiry_id, current_person().actor, until)
        flash(
            _("Put off until they write.")
            if until is None
            else _(
                "Put off until %(moment)s, or until they write.",
                moment=moment_in_words(until, settings().zone),
            )
        )
    except FormNotRight as error:
        return thread_page(inquiry_id, errors=error.errors, status=422)
    except DomainError as error:
        say_no(error)
    return back_to(inquiry_id)


@pages.post("/wake")
@allow(*DESK)
def wake(inquiry_id: UUID) -> ResponseReturnValue:
    """The inquiry is no longer put off."""
    with database().transaction() as session:
        snoozes.wake(session, inquiry_id, current_person().actor)
    return back_to(inquiry_id)


@pages.post("/close")
@allow(*DESK)
def close(inquiry_id: UUID) -> ResponseReturnValue:
    """The inquiry is settled."""
    return _move(inquiry_id, "close", _("Closed. It opens again when they write."))


@pages.post("/reopen")
@allow(*DESK)
def reopen(inquiry_id: UUID) -> ResponseReturnValue:
    """The inquiry waits for us again."""
    return _move(inquiry_id, "reopen", _("Open again."))


@pages.post("/spam")
@allow(*DESK)
def spam(inquiry_id: UUID) -> ResponseReturnValue:
    """The inquiry is spam; it stays on record."""
    return _move(inquiry_id, "spam", _("Marked as spam. It stays in quarantine."))


@pages.post("/not-spam")
@allow(*DESK)
def not_spam(inquiry_id: UUID) -> ResponseReturnValue:
    """The inquiry is released, with the letters that it would have had."""
    return _move(inquiry_id, "not_spam", _("Released. The acknowledgement goes out now."))


@pages.post("/notes")
@allow(*DESK)
def note(inquiry_id: UUID) -> ResponseReturnValue:
    """A note for colleagues."""
    try:
        body = checked(NoteForm(), {"body": _("Write the note")})["body"]
    except FormNotRight as error:
        return thread_page(
            inquiry_id, typed={"note": typed("body")}, errors={"note": error.errors["body"]}, status=422
        )
    with database().transaction() as session:
        noted = notes.write(session, inquiry_id, current_person(), body)
    _say_who_is_told(noted)
    return back_to(inquiry_id, anchor=f"#m-{noted.message.id}")


def _say_who_is_told(noted: Noted) -> None:
    if noted.told:
        flash(_("Told by letter: %(names)s.", names=", ".join(noted.told)))
    for names, words in (
        (
            noted.unknown,
            _("Nobody here is called %(names)s: the note is kept, and nobody is told of it by that name."),
        ),
        (
            noted.ambiguous,
            _("More than one is called %(names)s: the note is kept. Write more of the name to tell one."),
        ),
    ):
        if names:
            flash(words % {"names": ", ".join(f"@{name}" for name in names)}, "due")


@pages.post("/calls")
@allow(*DESK)
def call(inquiry_id: UUID) -> ResponseReturnValue:
    """A call is on record, and perhaps the answer was given in it."""
    try:
        given = checked(CallForm(), {"body": _("Write what was said")})
    except FormNotRight as error:
        return thread_page(
            inquiry_id, typed={"call": typed("body")}, errors={"call": error.errors["body"]}, status=422
        )
    with database().transaction() as session:
        written = inquiries.log_call(
            session, inquiry_id, current_person(), given["body"], is_answered=given["is_answered"]
        )
    return back_to(inquiry_id, anchor=f"#m-{written.id}")

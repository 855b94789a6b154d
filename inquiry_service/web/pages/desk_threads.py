"""What people do with a thread as a whole: tags, its program, merging and splitting, and the list of what was done."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from inquiry_service.domain import history, inquiries, ledger, merges, splits, tags
from inquiry_service.domain.errors import NoSuchInquiry, OtherAddress
from inquiry_service.web.auth import DESK
from inquiry_service.web.desk_history import in_words
from inquiry_service.web.desk_queue import frame, place_of_request
from inquiry_service.web.forms import FormNotRight, checked, typed
from inquiry_service.web.pages.desk_moves import back_to, say_no
from inquiry_service.web.pages.desk_thread import thread_page
from inquiry_service.web.parts import due_now, parts, settings
from inquiry_service.web.schemas.forms import MergeForm, ProgramForm, TagForm
from inquiry_service.web.words import said_at
from shared.clock import utc_now
from shared.errors import DomainError, Invalid
from shared.web.access import allow, current_person
from shared.web.mistakes import sentences_of
from shared.web.site import database

pages = Blueprint("whole_threads", __name__, url_prefix="/desk/inquiries/<uuid:inquiry_id>")


@pages.post("/tags")
@allow(*DESK)
def add_tag(inquiry_id: UUID) -> ResponseReturnValue:
    """The inquiry has the tag."""
    try:
        word = checked(TagForm(), {"word": _("Write a word first")})["word"]
        with database().transaction() as session:
            tags.add(session, inquiry_id, current_person().actor, word)
    except FormNotRight as error:
        return _again(inquiry_id, error, word=typed("word"))
    except Invalid as error:
        return _again(inquiry_id, FormNotRight({"word": sentences_of(error)["tag"]}), word=typed("word"))
    return back_to(inquiry_id, anchor="#tags")


@pages.post("/tags/remove")
@allow(*DESK)
def remove_tag(inquiry_id: UUID) -> ResponseReturnValue:
    """The inquiry has the tag no longer."""
    with database().transaction() as session:
        tags.remove(session, inquiry_id, current_person().actor, typed("word"))
    return back_to(inquiry_id, anchor="#tags")


@pages.post("/program")
@allow(*DESK)
def change_program(inquiry_id: UUID) -> ResponseReturnValue:
    """The inquiry is about another program, whose directors are told."""
    try:
        chosen = checked(ProgramForm())["new_program"]
        with database().transaction() as session:
            inquiries.change_program(session, inquiry_id, current_person().actor, chosen)
        flash(_("Changed. Whoever answers for the program is told, while the question waits for us."))
    except FormNotRight as error:
        return _again(inquiry_id, error)
    except DomainError as error:
        say_no(error)
    return back_to(inquiry_id)


@pages.post("/merge")
@allow(*DESK)
def merge(inquiry_id: UUID) -> ResponseReturnValue:
    """The question with that reference goes into this thread; from another address only when somebody says that it is one person."""
    try:
        given = checked(MergeForm(), {"reference": _("Enter the reference of the other question")})
        with database().transaction() as session:
            other = ledger.find(session, given["reference"])
            merges.merge(
                session, current_person(), inquiry_id, other.id, is_one_person=given["is_one_person"]
            )
        flash(_("%(reference)s is part of this thread now.", reference=other.reference))
    except FormNotRight as error:
        return _again(inquiry_id, error, merge=typed("reference"))
    except OtherAddress:
        return _ask_whether_one_person(inquiry_id, given["reference"])
    except NoSuchInquiry:
        with database().reading() as session:
            inquiries.find(session, inquiry_id)
        unknown = FormNotRight({"reference": _("No question has this reference.")})
        return _again(inquiry_id, unknown, merge=typed("reference"))
    except DomainError as error:
        say_no(error)
    return back_to(inquiry_id)


def _ask_whether_one_person(inquiry_id: UUID, reference: str) -> ResponseReturnValue:
    with database().reading() as session:
        other = ledger.find(session, reference)
    confirm = {
        "merge": other.reference,
        "merge_name": other.asker_name,
        "merge_address": other.asker_email or _("no email address"),
    }
    said = _("These two were asked from different addresses. Look at both before you merge them.")
    return thread_page(inquiry_id, typed=confirm, errors={"reference": said}, status=409)


@pages.post("/unmerge")
@allow(*DESK)
def unmerge(inquiry_id: UUID) -> ResponseReturnValue:
    """The merged inquiry has its own thread again, and is open before the person."""
    try:
        with database().transaction() as session:
            merges.unmerge(session, current_person(), inquiry_id, due_at=due_now())
        flash(_("Taken apart. This is its own thread again."))
    except DomainError as error:
        say_no(error)
    return back_to(inquiry_id)


@pages.post("/split")
@allow(*DESK)
def split(inquiry_id: UUID) -> ResponseReturnValue:
    """What is ticked is a question of its own, and open before the person."""
    chosen = [message_id for word in request.form.getlist("message_ids") if (message_id := _uuid(word))]
    try:
        with database().transaction() as session:
            new = splits.split(
                session, parts().references, current_person(), inquiry_id, chosen, due_at=due_now()
            )
        flash(_("This is a question of its own now: %(reference)s.", reference=new.reference))
    except Invalid as error:
        return _again(inquiry_id, error)
    except DomainError as error:
        say_no(error)
        return back_to(inquiry_id)
    return back_to(new.id)


@pages.get("/history")
@allow(*DESK)
def show_history(inquiry_id: UUID) -> str:
    """What was done to it, by whom and when."""
    with database().reading() as session:
        inquiry = inquiries.find(session, inquiry_id)
        found = history.of(session, inquiry_id)
        around = frame(session, current_person(), place_of_request(), current=inquiry_id)
    now, zone = utc_now(), settings().zone
    lines = [
        {
            "what": in_words(row, inquiry.reference),
            "who": row.person_name,
            "at": row.at,
            "words": said_at(row.at, now, zone),
        }
        for row in found
    ]
    return render_template("desk/history.html", **around, inquiry=inquiry, lines=lines, most=history.MOST)


def _again(inquiry_id: UUID, error: FormNotRight | Invalid, **kept: Any) -> ResponseReturnValue:
    errors = error.errors if isinstance(error, FormNotRight) else sentences_of(error)
    return thread_page(inquiry_id, typed=kept, errors=errors, status=422)


def _uuid(word: str) -> UUID | None:
    try:
        return UUID(word)
    except ValueError:
        return None

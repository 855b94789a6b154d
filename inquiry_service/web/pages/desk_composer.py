"""What helps to write an answer: offered texts and how they are put in, files, earlier texts, and texts that were put aside."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from inquiry_service.db.models import Inquiry
from inquiry_service.domain import (
    draft_versions,
    drafts,
    inquiries,
    insertions,
    replies,
    reply_files,
    saved_replies,
    similar,
    survivors,
)
from inquiry_service.domain.errors import DraftChanged, NoSuchReply
from inquiry_service.domain.insertions import Insertion
from inquiry_service.domain.live_facts import LiveSection
from inquiry_service.domain.merge_fields import fields_in
from inquiry_service.terms import ReplyStatus
from inquiry_service.web.auth import DESK
from inquiry_service.web.composing import MOST_SENT_BYTES, given_files, keep_draft, program_title, school
from inquiry_service.web.desk_offers import offers_of
from inquiry_service.web.desk_queue import frame, place_of_request
from inquiry_service.web.downloads import saved_as
from inquiry_service.web.forms import FormNotRight, checked, page, typed
from inquiry_service.web.pages.desk_moves import back_to, say_no
from inquiry_service.web.pages.desk_thread import thread_page
from inquiry_service.web.parts import parts, settings
from inquiry_service.web.schemas.forms import DraftForm, InsertForm
from inquiry_service.web.words import said_at
from shared import blobs
from shared.clock import utc_now
from shared.errors import DomainError, Invalid, NotFound
from shared.web.access import allow, current_person, takes_files
from shared.web.mistakes import sentences_of
from shared.web.site import database

pages = Blueprint("composer", __name__, url_prefix="/desk/inquiries/<uuid:inquiry_id>")
THE_BOX = "#body"  # has the focus: what came back can be changed or sent at once


@pages.get("/offers")
@allow(*DESK)
def offers(inquiry_id: UUID) -> str:
    """The texts that are offered for this question, for a page that asks for them by itself."""
    with database().reading() as session:
        inquiry = inquiries.find(session, inquiry_id)
        found = offers_of(session, inquiry, current_person(), is_all="all" in request.args)
    return render_template(
        "desk/_offers.html", inquiry=inquiry, base=f"/desk/inquiries/{inquiry_id}", **found
    )


@pages.post("/insert")
@takes_files(MOST_SENT_BYTES)
@allow(*DESK)
def insert(inquiry_id: UUID) -> ResponseReturnValue:
    """A text is put in: said to the page that puts it where the cursor is, or added below what was typed."""
    try:
        given = checked(InsertForm())
        insertion = _insertion(inquiry_id, given["insert"], given["body"] or "")
    except FormNotRight as error:
        return _refused(inquiry_id, error.errors)
    if is_script():
        return {"text": insertion.text, "words": _to_check(insertion)}
    body = insertions.joined(given["body"] or "", insertion.text)
    keep_draft(inquiry_id, body, version=None, files=given_files())
    if words := _to_check(insertion):
        flash(words, "due")
    return back_to(inquiry_id, anchor="#reply")


def _insertion(inquiry_id: UUID, wanted: str, body: str) -> Insertion:
    """What was asked for, its facts kept with the draft. Raises FormNotRight, NoSuchSavedReply, NoSuchReply."""
    kind, _colon, name = wanted.partition(":")
    chosen = _uuid(name)
    with database().reading() as session:
        program = inquiries.find(session, inquiry_id).program
    live = parts().enrollment.live_sections(program)  # the sibling is asked while no row is locked
    title = program_title(program)
    with database().transaction() as session:
        inquiry, person = inquiries.find(session, inquiry_id), current_person()
        if kind == "saved":
            text = saved_replies.find(session, chosen, person).body
            filled = insertions.fill(session, inquiry, person, text, live, school(), program_title=title)
            found = replace(filled, saved_reply_id=chosen)
        elif kind == "similar":
            found = similar.insertion(session, inquiry, chosen)
        elif kind == "link" and (section := _section(live, name)):
            found = insertions.link(session, inquiry, person, section, school())
        else:
            raise FormNotRight({"body": _("No class of this program takes registrations now.")})
        insertions.keep(session, inquiry_id, person, found, body)
    return found


def _section(live: Any, name: str) -> LiveSection | None:
    """The section with that id; `next` is the next one with a free seat."""
    if name == "next":
        return insertions.chosen(live)
    return next((section for section in live if section.id == name), None)


def _uuid(name: str) -> UUID:
    try:
        return UUID(name)
    except ValueError:
        return UUID(int=0)


def _to_check(insertion: Insertion) -> str:
    """What a person should look at before the answer goes."""
    if left := fields_in(insertion.text):
        names = ", ".join(f"{{{name}}}" for name in left)
        return str(_("Fill in %(names)s yourself: it is not known now.", names=names))
    if insertion.to_check:
        return str(_("From an earlier answer, so check: %(words)s", words=", ".join(insertion.to_check[:6])))
    return ""


def _refused(inquiry_id: UUID, errors: dict[str, str]) -> ResponseReturnValue:
    if is_script():
        return {"problem": next(iter(errors.values()))}, 422
    return thread_page(inquiry_id, typed={"body": typed("body")}, errors=errors, status=422)


def is_script() -> bool:
    """Whether a script of ours asks, and not a person's browser."""
    return request.accept_mimetypes.best == "application/json"


@pages.post("/draft/files")
@takes_files(MOST_SENT_BYTES)
@allow(*DESK)
def attach(inquiry_id: UUID) -> ResponseReturnValue:
    """The chosen files go with the draft, and what was typed is kept."""
    return _kept_with(inquiry_id, files=True)


@pages.post("/draft/files/<int:number>/remove")
@takes_files(MOST_SENT_BYTES)
@allow(*DESK)
def detach(inquiry_id: UUID, number: int) -> ResponseReturnValue:
    """The file does not go, and what was typed is kept."""
    with database().transaction() as session:
        inquiry = survivors.lock(session, inquiry_id)
        reply = drafts.own_draft(session, inquiry, current_person())
        if reply is None:
            raise NoSuchReply()
        reply_files.detach(session, reply.id, number)
    return _kept_with(inquiry_id, files=False)


def _kept_with(inquiry_id: UUID, *, files: bool) -> ResponseReturnValue:
    try:
        given = checked(DraftForm())
        chosen = given_files() if files else []
        if files and not chosen:
            raise FormNotRight({"files": _("Choose a file first.")})
        keep_draft(inquiry_id, given["body"] or "", version=given["version"], files=chosen)
    except FormNotRight as error:
        return thread_page(inquiry_id, typed={"body": typed("body")}, errors=error.errors, status=422)
    except Invalid as error:
        return thread_page(inquiry_id, typed={"body": typed("body")}, errors=sentences_of(error), status=422)
    except DraftChanged as error:
        return thread_page(inquiry_id, typed={"body": typed("body")}, conflict=error.facts, status=409)
    return back_to(inquiry_id, anchor="#reply")


@pages.get("/replies/<uuid:reply_id>/files/<int:number>")
@allow(*DESK)
def file(inquiry_id: UUID, reply_id: UUID, number: int) -> Response:
    """A file of an answer; of a draft only for who writes it."""
    with database().reading() as session:
        reply = replies.find(session, inquiry_id, reply_id)
        if reply.status == ReplyStatus.DRAFT and reply.author_id != current_person().id:
            raise NoSuchReply()
        found = reply_files.find(session, reply.id, number)
        return saved_as(found.name, blobs.get(session, found.sha256))


@pages.get("/draft/versions")
@allow(*DESK)
def versions(inquiry_id: UUID) -> ResponseReturnValue:
    """The texts that the draft had."""
    person, now, zone = current_person(), utc_now(), settings().zone
    with database().reading() as session:
        inquiry: Inquiry = inquiries.find(session, inquiry_id)
        reply = drafts.own_draft(session, inquiry, person)
        found = [
            {
                "number": one.number,
                "body": one.body,
                "at": one.saved_at,
                "words": said_at(one.saved_at, now, zone),
            }
            for one in (draft_versions.listed(session, reply.id) if reply else ())
        ]
        html = render_template(
            "desk/versions.html",
            inquiry=inquiry,
            versions=found,
            **frame(session, person, place_of_request(), current=inquiry_id),
        )
    return page(html)


@pages.post("/draft/versions/<int:number>/restore")
@allow(*DESK)
def restore(inquiry_id: UUID, number: int) -> ResponseReturnValue:
    """The box has that text again."""
    with database().transaction() as session:
        drafts.restore_version(session, inquiry_id, current_person(), number)
    flash(_("That text is in the box again. The other one is among the earlier texts."))
    return back_to(inquiry_id, anchor=THE_BOX)


@pages.post("/replies/<uuid:reply_id>/edit")
@allow(*DESK)
def edit(inquiry_id: UUID, reply_id: UUID) -> ResponseReturnValue:
    """A held answer, or another text of one's own, is in the box."""
    try:
        with database().transaction() as session:
            replies.edit_held(session, inquiry_id, reply_id, current_person())
    except NotFound:
        raise
    except DomainError as error:
        say_no(error)
    return back_to(inquiry_id, anchor=THE_BOX)

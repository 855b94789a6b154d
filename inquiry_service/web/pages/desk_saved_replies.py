"""Saved replies: written, looked at with today's facts, changed, archived."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from inquiry_service.db.models import SavedReply
from inquiry_service.domain import insertions, merge_fields, saved_replies
from inquiry_service.domain.errors import SavedReplyChanged
from inquiry_service.web.auth import DESK
from inquiry_service.web.composing import program_title, school
from inquiry_service.web.desk_queue import around_page
from inquiry_service.web.forms import FormNotRight, checked, page, see, typed
from inquiry_service.web.parts import parts
from inquiry_service.web.schemas.saved_replies import SavedReplyForm
from inquiry_service.web.words import program_code
from shared.errors import Invalid
from shared.web.access import allow, current_person
from shared.web.mistakes import sentences_of
from shared.web.site import database

pages = Blueprint("saved_replies", __name__, url_prefix="/desk/saved-replies")
FIELDS = ("title", "body", "program", "is_own")
Values = Mapping[str, Any]


@pages.get("")
@allow(*DESK)
def show() -> ResponseReturnValue:
    """All of them, and a form for one more."""
    return _page({}, is_archived="archived" in request.args)


@pages.get("/<uuid:saved_reply_id>")
@allow(*DESK)
def edit(saved_reply_id: UUID) -> ResponseReturnValue:
    """One of them, in the form."""
    with database().reading() as session:
        found = saved_replies.find(session, saved_reply_id, current_person())
    values = {"title": found.title, "body": found.body, "program": found.program, "is_own": found.owner_id}
    return _page(values, edited=found)


@pages.post("")
@allow(*DESK)
def write() -> ResponseReturnValue:
    """It can be inserted, or the form is there again, with a look at it where that was asked for."""
    return _written(None)


@pages.post("/<uuid:saved_reply_id>")
@allow(*DESK)
def change(saved_reply_id: UUID) -> ResponseReturnValue:
    """It has the words of the form."""
    with database().reading() as session:
        found = saved_replies.find(session, saved_reply_id, current_person())
    return _written(found)


def _written(edited: SavedReply | None) -> ResponseReturnValue:
    needed = {"title": _("Enter a title"), "body": _("Write the text")}
    person, kept = current_person(), {name: typed(name) for name in FIELDS}
    seen = typed("seen") or None
    try:
        values = checked(SavedReplyForm(), needed)
        if request.form.get("do") == "preview":
            return _page(kept, edited=edited, seen=seen, preview=_preview(values))
        with database().transaction() as session:
            if edited is None:
                saved_replies.write(session, person, **values)
            else:
                saved_replies.change(session, edited.id, person, **values, seen=seen)
    except FormNotRight as error:
        return _page(kept, edited=edited, seen=seen, errors=error.errors, status=422)
    except Invalid as error:
        return _page(kept, edited=edited, seen=seen, errors=sentences_of(error), status=422)
    except SavedReplyChanged:
        return _page(kept, edited=_as_it_is(edited), is_behind=True, status=409)
    flash(_("Saved. It is offered beside the questions of its program."))
    return see("/desk/saved-replies")


def _as_it_is(edited: SavedReply | None) -> SavedReply | None:
    with database().reading() as session:
        return saved_replies.find(session, edited.id, current_person()) if edited else None


def _preview(values: Values) -> str:
    """The text as it would be inserted now, for somebody invented. Raises Invalid."""
    saved_replies.check(values["body"])
    program = values["program"]
    return insertions.example(
        current_person(),
        values["body"],
        parts().enrollment.live_sections(program),
        school(),
        name=_("Maria"),
        program_title=program_title(program),
    )


@pages.post("/<uuid:saved_reply_id>/archive")
@allow(*DESK)
def archive(saved_reply_id: UUID) -> ResponseReturnValue:
    """Nobody is offered it."""
    with database().transaction() as session:
        saved_replies.archive(session, saved_reply_id, current_person())
    flash(_("Archived. It can be brought back from the archive."))
    return see("/desk/saved-replies")


@pages.post("/<uuid:saved_reply_id>/bring-back")
@allow(*DESK)
def bring_back(saved_reply_id: UUID) -> ResponseReturnValue:
    """It is offered again."""
    with database().transaction() as session:
        saved_replies.bring_back(session, saved_reply_id, current_person())
    flash(_("It is offered again."))
    return see("/desk/saved-replies")


def _page(
    values: Values,
    *,
    edited: SavedReply | None = None,
    errors: Mapping[str, str] | None = None,
    preview: str | None = None,
    is_archived: bool = False,
    is_behind: bool = False,
    seen: str | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    programs = [(program.slug, program.title) for program in parts().enrollment.programs()]
    with database().reading() as session:
        found = [
            {
                "id": saved.id,
                "title": saved.title,
                "body": saved.body,
                "program": program_code(saved.program) if saved.program else "",
                "is_own": saved.owner_id is not None,
            }
            for saved in saved_replies.listed(session, current_person(), is_archived=is_archived)
        ]
        html = render_template(
            "desk/saved_replies.html",
            saved=found,
            values=values,
            edited=edited,
            errors=errors or {},
            preview=preview,
            is_archived=is_archived,
            is_behind=is_behind,
            seen=seen or (edited.version if edited else None),
            is_saved_replies=True,
            field_words=_field_words(),
            programs=programs,
            **around_page(session, current_person()),
        )
    return page(html, status)


def _field_words() -> list[tuple[str, str]]:
    """What each field becomes."""
    words = {
        "name": _("the asker's given name"),
        "program": _("the program that they asked about"),
        "next_start": _("the first day of the next class with a free seat"),
        "next_starts": _("the first days of the next classes"),
        "seats_left": _("how many seats that class has left"),
        "price": _("its price"),
        "registration_link": _("a link that registers this person for that class"),
        "director": _("your name"),
        "school_phone": _("the school's phone number"),
    }
    return [(f"{{{name}}}", words[name]) for name in merge_fields.FIELDS]

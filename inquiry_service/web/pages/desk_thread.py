"""One inquiry on the desk: its thread, the box for the answer, and the facts beside it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inquiry_service.clients.enrollment import RegistrationOfPerson, SectionFact
from inquiry_service.db.models import Inquiry
from inquiry_service.domain import inquiries, links, notes, survivors, tags
from inquiry_service.domain.undo_window import Undoable, undoable
from inquiry_service.terms import FOR_US, UNSETTLED, InquiryStatus
from inquiry_service.web.auth import DESK
from inquiry_service.web.composing import composer_of
from inquiry_service.web.desk_entries import talk_of
from inquiry_service.web.desk_offers import offers_of
from inquiry_service.web.desk_queue import frame, place_of_request, tag_options
from inquiry_service.web.forms import page, see
from inquiry_service.web.parts import parts, settings
from inquiry_service.web.words import (
    clipped,
    due_in_words,
    program_code,
    registration_status,
    said_at,
    status_name,
)
from shared.clock import utc_now
from shared.people import Person
from shared.web.access import allow, current_person
from shared.web.site import database

pages = Blueprint("thread", __name__)
SET_ASIDE = (InquiryStatus.QUARANTINED, InquiryStatus.SPAM)


@pages.get("/desk/inquiries/<uuid:inquiry_id>")
@allow(*DESK)
def show(inquiry_id: UUID) -> ResponseReturnValue:
    """The thread; of a merged inquiry, the thread that it went into."""
    return thread_page(inquiry_id)


def thread_page(
    inquiry_id: UUID,
    *,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    conflict: Mapping[str, Any] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """The thread's page; after a form that was not right, with what was typed and why.

    `conflict` is another text of the draft, saved on another page: both are shown.
    """
    person, place = current_person(), place_of_request()
    with database().reading() as session:
        inquiry = survivors.survivor(session, inquiry_id)
        if inquiry.id != inquiry_id and request.method == "GET":
            return _where_it_went(inquiries.find(session, inquiry_id), inquiry)
        values = frame(session, person, place, current=inquiry.id) | {"undo": _undo(session, person)}
        values |= _thread_values(session, inquiry, person, values["colleagues"]) | _facts(session, inquiry)
        values |= _offers(session, inquiry, person)
        values["tags"], values["known_tags"] = tags.here_and_elsewhere(session, inquiry.id)
        values["tag_options"] = tag_options(place, values["known_tags"])
    if values["standing"].counts["mentions"]:
        with database().transaction() as session:
            values["new_to_me"] = notes.see(session, inquiry.id, person)
    values |= _known_of_sibling(inquiry)  # calls to the sibling: no connection is held meanwhile
    values |= {"version": conflict["version"]} if conflict else {}
    html = render_template(
        "desk/thread.html",
        **values,
        typed=typed or {},
        body=(typed or {}).get("body", values["draft"]),
        errors=errors or {},
        conflict=conflict,
        opened=_opened(errors or {}),
    )
    return page(html, status)


def _offers(session: Session, inquiry: Inquiry, person: Person) -> dict[str, Any]:
    """The offered texts where no script fetches them."""
    wanted = request.args.get("do", "")
    if wanted not in ("offers", "saved"):
        return {"offers": None}
    return offers_of(session, inquiry, person, is_all=wanted == "saved")


def _where_it_went(merged: Inquiry, inquiry: Inquiry) -> ResponseReturnValue:
    flash(_("%(reference)s was merged into this thread.", reference=merged.reference))
    return see(f"/desk/inquiries/{inquiry.id}?{request.query_string.decode('ascii', 'ignore')}")


def _opened(errors: dict[str, str]) -> str:
    """Which small form stands open in the page: the one that was not right, or the one asked for where no script runs."""
    forms = {
        "note": "note",
        "call": "call",
        "staff_id": "assign",
        "until": "snooze",
        "reference": "merge",
        "message_ids": "split",
    }
    return next((form for field, form in forms.items() if field in errors), request.args.get("do", ""))


def _thread_values(
    session: Session, inquiry: Inquiry, person: Person, colleagues: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    talk = talk_of(session, inquiry, person, seen=_uuid("seen"))
    return {
        "inquiry": inquiry,
        "talk": talk,
        **composer_of(talk.unsent),
        "program": program_code(inquiry.program) if inquiry.program else "",
        "due": _due(inquiry, utc_now()),
        "assignee": dict(colleagues).get(str(inquiry.assignee_id)),
        "is_mine": inquiry.assignee_id == person.id,
        "can_answer": inquiry.status not in SET_ASIDE
        and bool(inquiry.asker_email)
        and inquiry.erased_at is None,
        "can_split": any(entry["can_go"] for entry in talk.entries),
        "can_close": inquiry.status in (*FOR_US, InquiryStatus.WAITING),
        "can_reopen": inquiry.status in (InquiryStatus.CLOSED, InquiryStatus.WAITING),
        "is_set_aside": inquiry.status in SET_ASIDE,
    }


def _due(inquiry: Inquiry, now: datetime) -> tuple[str, str] | None:
    if inquiry.status not in FOR_US or inquiry.due_at is None:
        return None
    return due_in_words(inquiry.due_at, now, settings().zone)


def _facts(session: Session, inquiry: Inquiry) -> dict[str, Any]:
    now, zone = utc_now(), settings().zone
    return {
        "others": [
            {
                "id": o.id,
                "reference": o.reference,
                "line": clipped(o.opening, 80),
                "words": said_at(o.created_at, now, zone),
                "status": status_name(o.status),
                "is_unsettled": o.status in UNSETTLED,
            }
            for o in links.others_of_address(session, inquiry)
        ]
    }


def _known_of_sibling(inquiry: Inquiry) -> dict[str, Any]:
    """The next starts, and what this person registered for, each as of when it was read; without the sibling there is neither."""
    live = parts().enrollment.next_sections(inquiry.program)
    registered = parts().enrollment.registrations_of(inquiry.asker_email_normal)
    return {
        "starts": [_start(section) for section in live.items] if live else [],
        "as_of": live.as_of if live else None,
        "registrations": [_registration(fact) for fact in registered.items] if registered else [],
        "registrations_as_of": registered.as_of if registered else None,
    }


def _registration(fact: RegistrationOfPerson) -> dict[str, Any]:
    words, state = registration_status(fact.status)
    return {
        "reference": fact.reference,
        "title": fact.section_title,
        "day": date.fromisoformat(fact.starts_on),
        "words": words,
        "state": state,
        "url": f"{settings().enrollment_url}/office/sections/{fact.section_id}",
    }


def _start(section: SectionFact) -> dict[str, Any]:
    return {
        "title": section.title,
        "day": date.fromisoformat(section.starts_on),
        "price_cents": section.price_cents,
        "capacity": section.capacity,
        "taken": section.capacity - section.seats_left,
        "waiting": section.waiting,
    }


def _undo(session: Session, person: Person) -> Undoable | None:
    reply_id = _uuid("undo")
    return undoable(session, reply_id, person) if reply_id else None


def _uuid(name: str) -> UUID | None:
    try:
        return UUID(request.args.get(name, ""))
    except ValueError:
        return None

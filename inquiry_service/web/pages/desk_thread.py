"""One inquiry on the desk: its thread, the box for the answer, and the facts beside it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from inquiry_service.clients.enrollment import Known, SectionFact
from inquiry_service.db.models import Inquiry
from inquiry_service.domain import drafts, inquiries, links
from inquiry_service.domain.undo_window import Undoable, undoable
from inquiry_service.terms import FOR_US, InquiryStatus
from inquiry_service.web.auth import DESK
from inquiry_service.web.composing import composer_of
from inquiry_service.web.desk_entries import talk_of
from inquiry_service.web.desk_offers import offers_of
from inquiry_service.web.desk_queue import frame, place_of_request
from inquiry_service.web.forms import page
from inquiry_service.web.parts import parts, settings
from inquiry_service.web.words import clipped, due_in_words, program_code, said_at
from shared.clock import utc_now
from shared.people import Person
from shared.web.access import allow, current_person
from shared.web.site import database

pages = Blueprint("thread", __name__)
SET_ASIDE = (InquiryStatus.QUARANTINED, InquiryStatus.SPAM)


@pages.get("/desk/inquiries/<uuid:inquiry_id>")
@allow(*DESK)
def show(inquiry_id: UUID) -> ResponseReturnValue:
    """The thread."""
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
        inquiry = inquiries.find(session, inquiry_id)
        values = frame(session, person, place, current=inquiry_id) | {"undo": _undo(session, person)}
        values |= _thread_values(session, inquiry, person, values["colleagues"]) | _facts(session, inquiry)
        values |= _offers(session, inquiry, person)
    # a call to the sibling: no connection is held meanwhile
    values |= _starts(parts().enrollment.next_sections(inquiry.program))
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


def _opened(errors: dict[str, str]) -> str:
    """Which small form stands open in the page: the one that was not right, or the one asked for where no script runs."""
    forms = {"note": "note", "call": "call", "staff_id": "assign", "until": "snooze"}
    return next((form for field, form in forms.items() if field in errors), request.args.get("do", ""))


def _thread_values(
    session: Session, inquiry: Inquiry, person: Person, colleagues: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    unsent = drafts.unsent_of(session, inquiry.id, person)
    composer = composer_of(unsent)
    return {
        "inquiry": inquiry,
        "talk": talk_of(session, inquiry, person, unsent, seen=_uuid("seen")),
        **composer,
        "program": program_code(inquiry.program) if inquiry.program else "",
        "due": _due(inquiry, utc_now()),
        "assignee": dict(colleagues).get(str(inquiry.assignee_id)),
        "is_mine": inquiry.assignee_id == person.id,
        "can_answer": inquiry.status not in SET_ASIDE,
        "can_close": inquiry.status in (*FOR_US, InquiryStatus.WAITING),
        "can_reopen": inquiry.status in (InquiryStatus.CLOSED, InquiryStatus.WAITING),
        "is_set_aside": inquiry.status in SET_ASIDE,
    }


def _due(inquiry: Inquiry, now: datetime) -> tuple[str, str] | None:
    if inquiry.status not in FOR_US or inquiry.due_at is None:
        return None
    return due_in_words(inquiry.due_at, now, settings().zone)


def _starts(live: Known | None) -> dict[str, Any]:
    return {
        "starts": [_start(section) for section in live.items] if live else [],
        "as_of": live.as_of if live else None,
    }


def _facts(session: Session, inquiry: Inquiry) -> dict[str, Any]:
    others = [other for other in links.inquiries_of_address(session, inquiry.id) if other.id != inquiry.id]
    now, zone = utc_now(), settings().zone
    return {
        "others": [
            {
                "id": o.id,
                "line": clipped(o.opening, 80),
                "words": said_at(o.created_at, now, zone),
                "status": o.status,
            }
            for o in others
        ],
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

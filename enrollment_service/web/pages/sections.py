"""One dated offering, and its dates as a calendar file."""

from uuid import UUID

from flask import Blueprint, render_template

from enrollment_service.domain import sections
from enrollment_service.domain.seat_truth import SeatTruth, read_truth
from shared.web.access import ANYONE, allow
from shared.web.site import database

pages = Blueprint("section_pages", __name__)
SHOWN_MEETINGS = 8


@pages.get("/sections/<uuid:section_id>")
@allow(ANYONE)
def show_section(section_id: UUID) -> str:
    """Dates, place, price and live seats; and the way in."""
    with database().reading() as session:
        section = sections.show_section(session, section_id)
        meetings = sections.meetings_of(session, section_id)
        truth = read_truth(session, section_id)
        siblings = sections.open_siblings(session, section)
    return render_template(
        "section.html",
        section=section,
        meetings=meetings[:SHOWN_MEETINGS],
        later_meetings=meetings[SHOWN_MEETINGS:],
        state=state_of(truth),
        siblings=siblings,
        position=truth.waiting + 1,
    )


def state_of(truth: SeatTruth) -> str:
    """What a visitor can do now: register, wait, or neither (full, closed)."""
    if not truth.is_in_window:
        return "closed"
    if truth.free:
        return "register"
    return "wait" if truth.waiting < truth.waitlist_limit else "full"

"""One's own registration, by the link of a letter: see it, answer an offer, cancel it with a code."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from enrollment_service.domain import offers, registrations, waitlist
from enrollment_service.domain.errors import OfferSettled, RegistrationEnded, WrongCode
from enrollment_service.domain.sections import meetings_of
from enrollment_service.mail.calendar import calendar_file
from enrollment_service.mail.words import deadline
from enrollment_service.terms import ACTIVE
from enrollment_service.web.desk import desk
from enrollment_service.web.schemas.registrations import LinksFormSchema
from shared.clock import utc_now
from shared.errors import TooMany
from shared.web.access import ANYONE, LINK, allow
from shared.web.headers import mark_private
from shared.web.mistakes import sentences_of
from shared.web.site import database, limited
from shared.web.words import say

pages = Blueprint("my_pages", __name__)
pages.after_request(mark_private)
SHOWN_MEETINGS = 8


@pages.get("/my")
@allow(ANYONE)
def ask_for_links() -> str:
    """Where a lost link is asked for."""
    return render_template("my/links.html", errors={}, email="", is_sent=False)


@pages.post("/my")
@allow(ANYONE)
def send_links() -> ResponseReturnValue:
    """The same answer for everybody, whether the address is known or not."""
    limited("links", lambda settings: settings.limit_public_writes)
    typed = request.form.get("email", "")[:300]
    try:
        email = LinksFormSchema().load(request.form.to_dict())["email"]
    except ValidationError as mistakes:
        errors = sentences_of(mistakes)
        return render_template("my/links.html", errors=errors, email=typed, is_sent=False), 422
    with database().transaction() as session:
        registrations.ask_for_links(session, email)
    return render_template("my/links.html", errors={}, email="", is_sent=True)


@pages.get("/my/<link>")
@allow(LINK)
def show(link: str) -> ResponseReturnValue:
    """The registration as it is now. Opening it proves that somebody reads the address."""
    with database().transaction() as session:
        registration = registrations.show_by_link(session, link)
        registrations.prove_address(session, registration, link)
        meetings = meetings_of(session, registration.section_id)
        position = waitlist.position(session, registration.id)
    return render_template(
        "my/registration.html",
        registration=registration,
        link=link,
        meetings=meetings[:SHOWN_MEETINGS],
        later_meetings=meetings[SHOWN_MEETINGS:],
        position=position,
        deadline=_deadline(registration),
        can_cancel=registration.status in ACTIVE,
        has_passed=request.args.get("said") == "offer-passed",
    )


@pages.post("/my/<link>/offer")
@allow(LINK)
def answer_offer(link: str) -> ResponseReturnValue:
    """Yes takes the seat, no passes it on. A late answer is told so on the page itself."""
    answer = offers.accept if request.form.get("answer") == "accept" else offers.decline
    try:
        with database().transaction() as session:
            registration = registrations.show_by_link(session, link)
            if registration.offer_id is None:
                raise OfferSettled()
            answer(session, registration.offer_id)
    except OfferSettled:
        return redirect(url_for(".show", link=link, said="offer-passed"), 303)
    return redirect(url_for(".show", link=link), 303)


@pages.post("/my/<link>/code")
@allow(LINK)
def ask_for_code(link: str) -> ResponseReturnValue:
    """Six digits go to the address on file."""
    limited("codes", lambda settings: settings.limit_public_writes)
    try:
        with database().transaction() as session:
            registration = registrations.show_by_link(session, link)
            registrations.prove_address(session, registration, link)
            registrations.ask_for_cancel_code(session, registration.id)
    except TooMany as refusal:
        return _cancel_page(link, {"code": say(refusal.detail)}), 429
    except RegistrationEnded:
        return redirect(url_for(".show", link=link), 303)
    return redirect(url_for(".enter_code", link=link), 303)


@pages.get("/my/<link>/cancel")
@allow(LINK)
def enter_code(link: str) -> ResponseReturnValue:
    """Where the six digits are typed."""
    return _cancel_page(link, {})


@pages.post("/my/<link>/cancel")
@allow(LINK)
def cancel(link: str) -> ResponseReturnValue:
    """Cancelled, when the code is right."""
    limited("codes", lambda settings: settings.limit_public_writes)
    with database().reading() as session:
        registration = registrations.show_by_link(session, link)
    try:
        registrations.cancel_with_code(
            database(),
            registration.id,
            request.form.get("code", "")[:20],
            secret_key=desk().settings.secret_key,
        )
    except WrongCode as refusal:
        return _cancel_page(link, sentences_of(refusal)), 422
    except RegistrationEnded:
        pass
    return redirect(url_for(".show", link=link), 303)


@pages.get("/my/<link>/class-dates.ics")
@allow(LINK)
def calendar(link: str) -> Response:
    """The meetings, for a calendar."""
    settings = desk().settings
    with database().reading() as session:
        registration = registrations.show_by_link(session, link)
        meetings = meetings_of(session, registration.section_id)
    data = calendar_file(
        registration, meetings, domain=settings.mail_domain, school=settings.school_name, at=utc_now()
    )
    response = make_response(data)
    response.content_type = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="class-dates.ics"'
    return response


def _cancel_page(link: str, errors: dict[str, str]) -> str:
    with database().reading() as session:
        registration = registrations.show_by_link(session, link)
    return render_template("my/cancel.html", registration=registration, link=link, errors=errors)


def _deadline(registration: Any) -> str | None:
    if registration.offer_expires_at is None:
        return None
    return deadline(registration.offer_expires_at, registration.time_zone, desk().settings.school_locale)

"""Registering, without a cookie and without scripts: details, check, done. Everything typed travels with the form."""

import re
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeTimedSerializer
from marshmallow import ValidationError
from werkzeug.exceptions import NotFound

from enrollment_service.domain import sections
from enrollment_service.domain.errors import AlreadyRegistered, RegistrationClosed, SectionFull, WaitlistFull
from enrollment_service.domain.registrations import register
from enrollment_service.domain.seat_truth import read_truth
from enrollment_service.domain.seating import Registered
from enrollment_service.terms import RegistrationStatus, Source
from enrollment_service.web.desk import desk, seat_request
from enrollment_service.web.pages.sections import state_of
from enrollment_service.web.schemas.registrations import RegistrationFormSchema
from shared.errors import DomainError, SameKeyOtherBody
from shared.idempotency import fingerprint
from shared.tokens import new_id
from shared.web.access import ANYONE, allow
from shared.web.headers import mark_private
from shared.web.mistakes import sentences_of
from shared.web.site import database, limited
from shared.web.words import say

pages = Blueprint("register_pages", __name__)
FIELDS = ("name", "email", "phone", "for_name", "inquiry")
SECRET = re.compile(r"[a-z2-7]{26}")
DONE_VALID_S = 7 * 24 * 3600
_schema = RegistrationFormSchema()


@pages.get("/register/<uuid:section_id>")
@allow(ANYONE)
def details(section_id: UUID) -> ResponseReturnValue:
    """Step 1: who you are. What a link already knows (an inquiry's reference) is filled in, and by an answer's link the details too."""
    values = {name: request.args.get(name, "")[:200] for name in FIELDS}
    secret = request.args.get("for", "")
    if not SECRET.fullmatch(secret):
        return _details_page(section_id, values, desk().form_tokens.issue())
    values |= {name: said for name, said in asdict(desk().staff.prefill(secret, section_id)).items() if said}
    page = make_response(_details_page(section_id, values, desk().form_tokens.issue()))
    return mark_private(page)  # type: ignore[no-any-return]


@pages.post("/register/<uuid:section_id>")
@allow(ANYONE)
def next_step(section_id: UUID) -> ResponseReturnValue:
    """Step 2 shows what was typed; step 3 takes the seat. A mistake goes back to step 1 with everything kept."""
    values = {name: request.form.get(name, "")[:2000] for name in FIELDS}
    token = request.form.get("form_token", "")
    if request.form.get("step") == "details":
        return _details_page(section_id, values, token)
    try:
        checked: dict[str, Any] = _schema.load(
            {name: value for name, value in values.items() if value or name in ("name", "email")}
        )
    except ValidationError as mistakes:
        errors = sentences_of(mistakes)
        return _details_page(section_id, values, token, errors), 422
    if request.form.get("step") != "confirm":
        return _check_page(section_id, values, checked, token)
    return _take(section_id, values, checked, token)


@pages.get("/register/done/<ticket>")
@allow(ANYONE)
def done(ticket: str) -> str:
    """The seat, or the place in line, with the reference and what happens next. Holds nothing personal."""
    try:
        answer = _tickets().loads(ticket, max_age=DONE_VALID_S)
    except BadSignature:
        raise NotFound from None
    with database().reading() as session:
        section = sections.show_section(session, UUID(answer["section"]))
        meetings = sections.meetings_of(session, section.id)
    return render_template(
        "register/done.html", section=section, answer=answer, first_meeting=meetings[0] if meetings else None
    )


def _take(
    section_id: UUID, values: dict[str, str], checked: dict[str, Any], token: str
) -> ResponseReturnValue:
    limited("registrations", lambda settings: settings.limit_public_writes)
    submission_id = desk().form_tokens.read(token).submission_id or new_id()
    wish = seat_request(
        {**checked, "section_id": section_id},
        key=f"form:{submission_id}",
        body_hash=fingerprint({**checked, "section_id": str(section_id)}),
        source=Source.WEB,
    )
    accepts_waitlist = bool(request.form.get("accepts_waitlist"))
    try:
        try:
            registered = register(database(), wish, accepts_waitlist=accepts_waitlist)
        except SameKeyOtherBody:  # somebody went back and registers another person: a wish of its own
            wish = replace(wish, key=f"{wish.key}:{wish.body_hash.hex()[:16]}")
            registered = register(database(), wish, accepts_waitlist=accepts_waitlist)
    except (SectionFull, WaitlistFull, RegistrationClosed, AlreadyRegistered) as refusal:
        return _sorry_page(section_id, values, token, refusal), 409
    return redirect(url_for("register_pages.done", ticket=_ticket(section_id, registered)), 303)


def _details_page(
    section_id: UUID, values: dict[str, str], token: str, errors: dict[str, str] | None = None
) -> str:
    with database().reading() as session:
        section = sections.show_section(session, section_id)
        truth = read_truth(session, section_id)
        siblings = sections.open_siblings(session, section)
    state = state_of(truth)
    template = "register/details.html" if state in ("register", "wait") else "register/closed.html"
    return render_template(
        template,
        section=section,
        values=values,
        errors=errors or {},
        form_token=token,
        is_waiting=state == "wait",
        position=truth.waiting + 1,
        siblings=siblings,
        state=state,
    )


def _check_page(section_id: UUID, values: dict[str, str], checked: dict[str, Any], token: str) -> str:
    with database().reading() as session:
        section = sections.show_section(session, section_id)
        truth = read_truth(session, section_id)
    return render_template(
        "register/check.html",
        section=section,
        values=values | {"email": checked["email"]},
        form_token=token,
        is_waiting=state_of(truth) == "wait",
        position=truth.waiting + 1,
    )


def _sorry_page(section_id: UUID, values: dict[str, str], token: str, refusal: DomainError) -> str:
    with database().reading() as session:
        section = sections.show_section(session, section_id)
        truth = read_truth(session, section_id)
        siblings = sections.open_siblings(session, section)
    titles: dict[type[Exception], str] = {
        SectionFull: _("Somebody was a moment faster"),
        WaitlistFull: _("This class and its waitlist are full"),
        RegistrationClosed: _("Registration for this class is not open"),
        AlreadyRegistered: _("You are already registered"),
    }
    return render_template(
        "register/sorry.html",
        section=section,
        values=values,
        form_token=token,
        title=titles[type(refusal)],
        why=say(refusal.detail),
        is_known=isinstance(refusal, AlreadyRegistered),
        can_wait=state_of(truth) == "wait" and isinstance(refusal, SectionFull),
        position=truth.waiting + 1,
        siblings=siblings,
    )


def _tickets() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(desk().settings.secret_key, salt="register-done")


def _ticket(section_id: UUID, registered: Registered) -> str:
    return _tickets().dumps(
        {
            "section": str(section_id),
            "reference": registered.reference,
            "is_waiting": registered.status is RegistrationStatus.WAITLISTED,
            "position": registered.position,
        }
    )

"""The registrar's office: the sections, and one section with its roster, its line and the truth of its seats."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import ValidationError

from enrollment_service.domain import registrations, sections
from enrollment_service.domain.seat_truth import read_truth
from enrollment_service.domain.seating import change_capacity
from enrollment_service.terms import Source
from enrollment_service.web.auth import RUNS_OFFICE, SEES_OFFICE
from enrollment_service.web.desk import seat_request
from enrollment_service.web.schemas.office import CapacitySchema, OfficeRegistrationFormSchema, ReasonSchema
from shared import letters
from shared.errors import DomainError
from shared.idempotency import checked_key, fingerprint
from shared.tokens import new_id
from shared.web.access import allow, current_person
from shared.web.mistakes import sentences_of
from shared.web.site import database
from shared.web.words import say

pages = Blueprint("office_pages", __name__)
FIELDS = ("name", "email", "phone", "for_name")


@pages.get("/office/")
@allow(*SEES_OFFICE)
def list_sections() -> str:
    """Every section that is still to end, with its seats."""
    with database().reading() as session:
        listed = sections.list_for_office(session)
    return render_template("office/sections.html", sections=listed)


@pages.get("/office/sections/<uuid:section_id>")
@allow(*SEES_OFFICE)
def show_section(section_id: UUID) -> str:
    """Who sits, who waits, what was written to them, and what can be done."""
    return _section_page(section_id)


@pages.post("/office/sections/<uuid:section_id>/capacity")
@allow("registrar", "director")
def set_capacity(section_id: UUID) -> ResponseReturnValue:
    """More seats are offered at once; fewer than taken count as overbooked."""
    try:
        values = CapacitySchema().load(_given("capacity", "reason"))
        with database().transaction() as session:
            said = change_capacity(
                session,
                section_id,
                values["capacity"],
                actor=current_person().actor,
                reason=values.get("reason") or "",
            )
    except (ValidationError, DomainError) as refusal:
        return _section_page(section_id, refusal=refusal, about="capacity"), 422
    flash(say(said))
    return redirect(url_for(".show_section", section_id=section_id), 303)


@pages.post("/office/sections/<uuid:section_id>/registrations")
@allow("registrar", "director")
def register(section_id: UUID) -> ResponseReturnValue:
    """A seat by the registrar's hand; beyond the last one with a reason."""
    try:
        values = OfficeRegistrationFormSchema().load(_given(*FIELDS, "overbook", "reason"))
        wish = seat_request(
            {**values, "section_id": section_id},
            key=f"office:{checked_key(request.form.get('submission_id') or None) or new_id()}"[:200],
            body_hash=fingerprint({**values, "section_id": str(section_id)}),
            source=Source.OFFICE,
            at_any_time=True,
        )
        with database().transaction() as session:
            registered = registrations.register_by_office(
                session,
                wish,
                actor=current_person().actor,
                overbook=values["overbook"],
                reason=values.get("reason") or "",
            )
    except (ValidationError, DomainError) as refusal:
        return _section_page(section_id, refusal=refusal, about="registration"), 422
    flash(_("%(reference)s has a seat. The confirmation is on its way.", reference=registered.reference))
    return redirect(url_for(".show_section", section_id=section_id), 303)


@pages.post("/office/registrations/<uuid:registration_id>/cancel")
@allow("registrar", "director")
def cancel(registration_id: UUID) -> ResponseReturnValue:
    """Cancelled with a reason; the seat goes to the longest waiting."""
    with database().reading() as session:
        registration = registrations.show(session, registration_id)
    section_id = registration.section_id
    try:
        values = ReasonSchema().load(_given("reason"))
        with database().transaction() as session:
            registrations.cancel_by_office(
                session, registration_id, actor=current_person().actor, reason=values["reason"]
            )
    except (ValidationError, DomainError) as refusal:
        return _section_page(section_id, refusal=refusal, about=str(registration_id)), 422
    flash(_("%(reference)s is cancelled.", reference=registration.reference))
    return redirect(url_for(".show_section", section_id=section_id), 303)


def _given(*names: str) -> dict[str, str]:
    """What was typed; an empty optional field is the same as none."""
    return {name: request.form[name] for name in names if request.form.get(name, "").strip()}


def _section_page(
    section_id: UUID, *, refusal: ValidationError | DomainError | None = None, about: str = ""
) -> str:
    with database().reading() as session:
        section = sections.show_section(session, section_id)
        meetings = sections.meetings_of(session, section_id)
        truth = read_truth(session, section_id)
        roster = registrations.roster(session, section_id)
        people = [*roster.seated, *roster.waiting, *roster.ended]
        written = _letters_by_subject(letters.letters_of(session, [person.id for person in people]))
    errors = sentences_of(refusal) if refusal else {}
    return render_template(
        "office/section.html",
        section=section,
        first_meeting=meetings[0] if meetings else None,
        meetings=len(meetings),
        truth=truth,
        roster=roster,
        letters=written,
        can_change=current_person().has_any(frozenset(RUNS_OFFICE)),
        errors=errors,
        problems=[(_id_of(name, about), words) for name, words in errors.items()],
        about=about,
        values=request.form if refusal else {},
        submission_id=new_id(),
    )


def _id_of(field: str, about: str) -> str:
    """Which of the page's fields is meant: a reason is asked for in each of its forms."""
    if field != "reason":
        return field
    return {"capacity": "capacity-reason", "registration": "overbook-reason"}.get(about, f"reason-{about}")


def _letters_by_subject(found: Any) -> dict[UUID, list[Any]]:
    by_subject: dict[UUID, list[Any]] = {}
    for letter in found:
        by_subject.setdefault(letter.subject_id, []).append(letter)
    return by_subject

"""The registrar's addresses: roster, capacity, registering by hand, cancelling."""

from typing import Any
from uuid import UUID

from flask import request

from enrollment_service.domain import registrations, sections
from enrollment_service.domain.seat_truth import read_truth
from enrollment_service.domain.seating import change_capacity
from enrollment_service.terms import Source
from enrollment_service.web.api.registrations import as_json
from enrollment_service.web.auth import SEES_OFFICE
from enrollment_service.web.desk import seat_request
from enrollment_service.web.schemas.office import (
    CapacityAnswerSchema,
    CapacitySchema,
    OfficeRegistrationSchema,
    ReasonSchema,
    RosterEntrySchema,
    RosterSchema,
)
from enrollment_service.web.schemas.registrations import RegisteredSchema
from shared.idempotency import fingerprint
from shared.tokens import new_id
from shared.web.access import allow, current_person
from shared.web.api import blueprint, idempotency_key
from shared.web.site import database

bp = blueprint("office", "enrollment", "The registrar's office")


@bp.route("/office/sections/<uuid:section_id>/roster")
@bp.response(200, RosterSchema)
@allow(*SEES_OFFICE)
def show_roster(section_id: UUID) -> dict[str, Any]:
    """Who sits, who waits, and the truth of the seats."""
    with database().reading() as session:
        section = sections.show_section(session, section_id)
        truth = read_truth(session, section_id)
        roster = registrations.roster(session, section_id)
    return {
        "section_id": section_id,
        "title": section.title,
        "truth": truth.in_words(),
        "is_whole": truth.is_whole,
        "seated": roster.seated,
        "waiting": roster.waiting,
    }


@bp.route("/office/sections/<uuid:section_id>/capacity", methods=["PUT"])
@bp.arguments(CapacitySchema)
@bp.response(200, CapacityAnswerSchema)
@allow("registrar", "director")
def set_capacity(values: dict[str, Any], section_id: UUID) -> dict[str, Any]:
    """The section has this many seats; added ones go to the waitlist at once."""
    with database().transaction() as session:
        said = change_capacity(
            session,
            section_id,
            values["capacity"],
            actor=current_person().actor,
            reason=values.get("reason") or "",
        )
        return {"said": said, "truth": read_truth(session, section_id).in_words()}


@bp.route("/office/sections/<uuid:section_id>/registrations", methods=["POST"])
@bp.arguments(OfficeRegistrationSchema)
@bp.response(201, RegisteredSchema)
@allow("registrar", "director")
def register_by_office(values: dict[str, Any], section_id: UUID) -> dict[str, Any]:
    """A seat by the registrar's hand; beyond the last one only with `overbook` and a reason."""
    wish = seat_request(
        {**values, "section_id": section_id},
        key=idempotency_key() or str(new_id()),
        # the section stands in the address: without it a repeated key answered with another section's seat
        body_hash=fingerprint(f"office:{section_id}\n".encode() + request.get_data(cache=True)),
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
    return as_json(registered)


@bp.route("/office/registrations/<uuid:registration_id>/cancel", methods=["POST"])
@bp.arguments(ReasonSchema)
@bp.response(200, RosterEntrySchema)
@allow("registrar", "director")
def cancel_registration(values: dict[str, Any], registration_id: UUID) -> Any:
    """Cancelled with a reason; the seat goes to the longest waiting."""
    with database().transaction() as session:
        registrations.cancel_by_office(
            session, registration_id, actor=current_person().actor, reason=values["reason"]
        )
        return registrations.show(session, registration_id)

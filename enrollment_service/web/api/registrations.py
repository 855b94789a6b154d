"""POST registrations: the public write."""

from typing import Any

from flask import request

from enrollment_service.domain.registrations import register
from enrollment_service.domain.seating import Registered
from enrollment_service.terms import Source
from enrollment_service.web.desk import seat_request
from enrollment_service.web.schemas.registrations import RegisteredSchema, RegistrationRequestSchema
from shared.idempotency import fingerprint
from shared.tokens import new_id
from shared.web.access import ANYONE, allow
from shared.web.api import blueprint, idempotency_key
from shared.web.site import database, limited

bp = blueprint("registrations", "enrollment", "Taking a seat, or a place in line")


@bp.route("/registrations", methods=["POST"])
@bp.arguments(RegistrationRequestSchema)
@bp.response(201, RegisteredSchema)
@allow(ANYONE)
def create_registration(values: dict[str, Any]) -> dict[str, Any]:
    """A seat when one is free, else a place in line. The same Idempotency-Key and body give the same answer."""
    limited("registrations", lambda settings: settings.limit_public_writes)
    wish = seat_request(
        values,
        key=idempotency_key() or str(new_id()),
        body_hash=fingerprint(request.get_data(cache=True)),
        source=Source.API,
    )
    return as_json(register(database(), wish, accepts_waitlist=True))


def as_json(registered: Registered) -> dict[str, Any]:
    """The answer; only the waitlisted have a position."""
    answer = {"id": registered.id, "reference": registered.reference, "status": registered.status.value}
    return answer if registered.position is None else {**answer, "position": registered.position}

"""One's own registration by the link of a letter: see it, cancel it, answer an offer."""

from typing import Any

from enrollment_service.domain import offers, registrations, waitlist
from enrollment_service.domain.errors import OfferSettled
from enrollment_service.web.desk import desk
from enrollment_service.web.schemas.registrations import CodeSchema, MyRegistrationSchema, OfferAnswerSchema
from shared.web.access import LINK, allow
from shared.web.api import blueprint, no_store
from shared.web.site import database, limited

bp = blueprint("mine", "enrollment", "One's own registration, by the secret link of a letter")


@bp.route("/my/<link>")
@bp.response(200, MyRegistrationSchema)
@no_store
@allow(LINK)
def show_mine(link: str) -> dict[str, Any]:
    """The registration as it is now."""
    with database().transaction() as session:
        registration = registrations.show_by_link(session, link)
        registrations.prove_address(session, registration, link)
        return _as_json(registration, waitlist.position(session, registration.id))


@bp.route("/my/<link>/cancel-code", methods=["POST"])
@bp.response(202)
@no_store
@allow(LINK)
def ask_for_code(link: str) -> None:
    """Six digits are on their way to the address on file."""
    limited("codes", lambda settings: settings.limit_public_writes)
    with database().transaction() as session:
        registration = registrations.show_by_link(session, link)
        registrations.prove_address(session, registration, link)
        registrations.ask_for_cancel_code(session, registration.id)


@bp.route("/my/<link>/cancel", methods=["POST"])
@bp.arguments(CodeSchema)
@bp.response(200, MyRegistrationSchema)
@no_store
@allow(LINK)
def cancel_mine(values: dict[str, Any], link: str) -> dict[str, Any]:
    """Cancelled, when the code is right."""
    limited("codes", lambda settings: settings.limit_public_writes)
    with database().reading() as session:
        registration = registrations.show_by_link(session, link)
    registrations.cancel_with_code(
        database(), registration.id, values["code"], secret_key=desk().settings.secret_key
    )
    with database().reading() as session:
        return _as_json(registrations.show(session, registration.id), None)


@bp.route("/my/<link>/offer", methods=["POST"])
@bp.arguments(OfferAnswerSchema)
@bp.response(200, MyRegistrationSchema)
@no_store
@allow(LINK)
def answer_offer(values: dict[str, Any], link: str) -> dict[str, Any]:
    """The offered seat is taken, or passed on."""
    with database().transaction() as session:
        registration = registrations.show_by_link(session, link)
        if registration.offer_id is None:
            raise OfferSettled()
        answer = offers.accept if values["answer"] == "accept" else offers.decline
        answer(session, registration.offer_id)
        return _as_json(registrations.show(session, registration.id), None)


def _as_json(registration: Any, position: int | None) -> dict[str, Any]:
    offer = (
        {"id": registration.offer_id, "expires_at": registration.offer_expires_at}
        if registration.offer_id
        else None
    )
    return {**registration._mapping, "position": position, "offer": offer}

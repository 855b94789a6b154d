"""For the sibling only, by its signature: whose registration a reply address of ours belongs to, and which letter of ours came back."""

from datetime import date
from typing import Any

from marshmallow import fields

from enrollment_service.domain import figures
from enrollment_service.domain.errors import RegistrationNotFound
from enrollment_service.domain.registrations import show_by_reply_address
from enrollment_service.web.schemas.registrations import ReplyAddressSchema
from shared import letters, returned_letters
from shared.errors import NotFound
from shared.phrases import phrase
from shared.web.access import SIBLING, allow
from shared.web.api import blueprint, no_store
from shared.web.fields import Schema
from shared.web.site import database

bp = blueprint("internal", "enrollment", "For the inquiry service")


@bp.route("/internal/reply-addresses/<address_hash>")
@bp.response(200, ReplyAddressSchema)
@no_store
@allow(SIBLING)
def show_reply_address(address_hash: str) -> Any:
    """The registration that an answer to one of our letters is about."""
    hashed = _hash(address_hash)
    with database().reading() as session:
        return show_by_reply_address(session, hashed)


class DoubtSchema(Schema):
    """Whether letters of this service are in doubt."""

    newest_at = fields.AwareDateTime(allow_none=True, required=True)


@bp.route("/internal/letters-in-doubt")
@bp.response(200, DoubtSchema)
@no_store
@allow(SIBLING)
def letters_in_doubt() -> dict[str, Any]:
    """Since when the newest letter in doubt is so: the sibling asks the people who decide."""
    with database().reading() as session:
        return {"newest_at": letters.newest_doubt(session)}


class SectionFigureSchema(Schema):
    """How full a section is."""

    code = fields.String(required=True)
    title = fields.String(required=True)
    program = fields.String(required=True)
    starts_on = fields.Date(required=True)
    seats = fields.Integer(required=True)
    taken = fields.Integer(required=True)
    waiting = fields.Integer(required=True)


class FiguresSchema(Schema):
    """Numbers for the sibling's reports."""

    registered_inquiries = fields.List(fields.String(), required=True)
    sections = fields.List(fields.Nested(SectionFigureSchema), required=True)


@bp.route("/internal/figures/<from_on>/<to_on>")
@bp.response(200, FiguresSchema)
@no_store
@allow(SIBLING)
def show_figures(from_on: str, to_on: str) -> Any:
    """Which questions led to a seat since the first day, and how full the sections that start between the two are."""
    try:
        days = [date.fromisoformat(day) for day in (from_on, to_on)]
    except ValueError:
        raise NotFound(phrase("These are no days")) from None
    with database().reading() as session:
        return figures.figures(session, *days)


@bp.route("/internal/return-paths/<return_hash>/bounced", methods=["POST"])
@bp.response(204)
@no_store
@allow(SIBLING)
def letter_bounced(return_hash: str) -> None:
    """The letter with this return path came back, and nobody tries any more. Saying it twice changes nothing."""
    _came_back(return_hash, is_permanent=True)


@bp.route("/internal/return-paths/<return_hash>/delayed", methods=["POST"])
@bp.response(204)
@no_store
@allow(SIBLING)
def letter_delayed(return_hash: str) -> None:
    """The letter with this return path is late."""
    _came_back(return_hash, is_permanent=False)


def _came_back(address_hash: str, *, is_permanent: bool) -> None:
    hashed = _hash(address_hash)
    with database().transaction() as session:
        letter = returned_letters.letter_of_return_path(session, hashed)
        if letter is None:
            raise NotFound(phrase("No letter has this return path"))
        returned_letters.came_back(
            session, letter, is_permanent=is_permanent, why=phrase("it came back by mail")
        )


def _hash(address_hash: str) -> bytes:
    """The hash that the sibling asks about. Raises RegistrationNotFound."""
    try:
        return bytes.fromhex(address_hash)
    except ValueError:
        raise RegistrationNotFound() from None

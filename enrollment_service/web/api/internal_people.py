"""For the sibling only, by its signature: what one person registered for, and what is held about them, to export and to erase.

Addresses come in the body, never in an address line.
"""

from base64 import b64encode
from typing import Any
from uuid import UUID

from marshmallow import fields
from sqlalchemy.orm import Session

from enrollment_service.domain import personal_data
from enrollment_service.domain.personal_data import Held, StillRegistered
from enrollment_service.domain.registrations import of_person
from shared import blobs
from shared.audit import Actor
from shared.erasures import Erasure, LetterGoing
from shared.errors import Invalid
from shared.web.access import SIBLING, allow
from shared.web.api import blueprint, no_store
from shared.web.fields import Schema, Text
from shared.web.site import database

bp = blueprint("internal people", "enrollment", "For the inquiry service: one person's data")


class PersonQuestionSchema(Schema):
    """Who. Any address that a mail may have come from, not only one that a form takes."""

    address = Text(max_length=320, required=True)


class HeldRegistrationSchema(Schema):
    """A registration; `why` and `source` say by which rule it stays."""

    reference = fields.String()
    status = fields.String()
    program = fields.String()
    section = fields.String()
    starts_on = fields.Date()
    is_to_come = fields.Boolean()
    why = fields.String()
    source = fields.String()


class HeldSchema(Schema):
    """What an erasure would meet."""

    registrations = fields.List(fields.Nested(HeldRegistrationSchema))
    letters = fields.Integer()


class ExportSchema(Schema):
    """Everything, to be handed to the person; letters as they went out, in base64."""

    registrations = fields.List(fields.Dict())
    letters = fields.List(fields.Dict())


class ErasureSchema(PersonQuestionSchema):
    """Who, by whom, why; `gives_up` says that places in classes to come may go."""

    id = fields.UUID(required=True)
    salt = Text(max_length=64, required=True)
    address_hash = Text(max_length=128, required=True)
    reason = Text(max_length=500, required=True)
    person_id = fields.UUID(required=True)
    person_name = Text(max_length=200, required=True)
    gives_up = fields.Boolean(required=True)


class KeptSchema(Schema):
    """What stays, by which rule."""

    reference = fields.String()
    why = fields.String()
    source = fields.String()


class ErasedSchema(Schema):
    """What went and what stays; or why nothing did: `still_registered` names places to come, `is_going` a letter under way."""

    erased = fields.Dict()
    kept = fields.List(fields.Nested(KeptSchema))
    still_registered = fields.List(fields.String())
    is_going = fields.Boolean()


class OfPersonSchema(Schema):
    """What somebody registered for."""

    reference = fields.String(required=True)
    status = fields.String(required=True)
    section_id = fields.UUID(required=True)
    section_title = fields.String(required=True)
    starts_on = fields.Date(required=True)


class OfPersonListSchema(Schema):
    """The newest first."""

    items = fields.List(fields.Nested(OfPersonSchema), required=True)


@bp.route("/internal/people/registrations", methods=["POST"])
@bp.arguments(PersonQuestionSchema)
@bp.response(200, OfPersonListSchema)
@no_store
@allow(SIBLING)
def registrations(question: dict[str, Any]) -> Any:
    """What that person registered for."""
    with database().reading() as session:
        return {"items": of_person(session, question["address"])}


@bp.route("/internal/people/held", methods=["POST"])
@bp.arguments(PersonQuestionSchema)
@bp.response(200, HeldSchema)
@no_store
@allow(SIBLING)
def held(question: dict[str, Any]) -> Any:
    """What there is about that address."""
    with database().reading() as session:
        found = personal_data.held(session, question["address"])
    return {"registrations": _held_registrations(found), "letters": len(found.letters)}


def _held_registrations(found: Held) -> list[dict[str, Any]]:
    rules = {one.id: duty for one, duty in found.kept()}
    return [
        {
            "reference": one.reference,
            "status": one.status,
            "program": one.program_title,
            "section": one.section_title,
            "starts_on": one.starts_on,
            "is_to_come": one.is_to_come,
            "why": rules[one.id].says if one.id in rules else "",
            "source": rules[one.id].source if one.id in rules else "",
        }
        for one in found.registrations
    ]


@bp.route("/internal/people/export", methods=["POST"])
@bp.arguments(PersonQuestionSchema)
@bp.response(200, ExportSchema)
@no_store
@allow(SIBLING)
def export(question: dict[str, Any]) -> Any:
    """All of it."""
    with database().reading() as session:
        found = personal_data.held(session, question["address"])
        letters = [_letter(session, one) for one in found.letters]
    names = (
        "reference",
        "status",
        "name",
        "for_name",
        "email",
        "phone",
        "source",
        "created_at",
        "confirmed_at",
    )
    more = ("ended_at", "ended_because", "program_title", "section_title", "starts_on", "ends_on")
    return {
        "registrations": [
            {name: _plain(getattr(one, name)) for name in (*names, *more)} for one in found.registrations
        ],
        "letters": letters,
    }


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)


def _letter(session: Session, letter: Any) -> dict[str, Any]:
    data = blobs.get(session, letter.blob_sha256) if letter.blob_sha256 else b""
    return {"kind": letter.kind, "sent_at": _plain(letter.sent_at), "bytes": b64encode(data).decode()}


@bp.route("/internal/people/erase", methods=["POST"])
@bp.arguments(ErasureSchema)
@bp.response(200, ErasedSchema)
@no_store
@allow(SIBLING)
def erase(wanted: dict[str, Any]) -> Any:
    """It is emptied but for what a rule keeps. Saying it twice changes nothing more."""
    try:
        salt, address_hash = bytes.fromhex(wanted["salt"]), bytes.fromhex(wanted["address_hash"])
    except ValueError:
        raise Invalid(fields={"salt": ["Hexadecimal digits."]}) from None
    erasure = Erasure(UUID(str(wanted["id"])), salt, address_hash)
    actor = Actor(wanted["person_id"], wanted["person_name"])
    try:
        with database().transaction() as session:
            erased, kept = personal_data.erase(
                session,
                actor,
                wanted["address"],
                erasure,
                reason=wanted["reason"],
                gives_up=wanted["gives_up"],
            )
    except StillRegistered as refusal:
        return {"still_registered": refusal.references}
    except LetterGoing:
        return {"is_going": True}
    return {"erased": erased, "kept": kept}

"""Who somebody is: for the browser, for the sibling service with a browser's cookie, and for tokens that it knows."""

from typing import Any
from uuid import UUID

from marshmallow import fields

from inquiry_service.domain import staff
from inquiry_service.web.auth import EVERYBODY
from shared.people import Person
from shared.web.access import SIBLING, allow, current_person
from shared.web.api import blueprint
from shared.web.fields import Schema
from shared.web.site import database

bp = blueprint("staff", "inquiry", "The people who work here")


class PersonSchema(Schema):
    """A person of the staff."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)


class StandingSchema(Schema):
    """Whether an account is open."""

    is_standing = fields.Boolean(required=True)


@bp.route("/me", methods=["GET"])
@bp.response(200, PersonSchema)
@allow(*EVERYBODY)
def me() -> dict[str, Any]:
    """The caller."""
    person: Person = current_person()
    return {"id": person.id, "name": person.name, "email": person.email, "roles": sorted(person.roles)}


@bp.route("/internal/standing/<uuid:person_id>", methods=["GET"])
@bp.response(200, StandingSchema)
@allow(SIBLING)
def standing(person_id: UUID) -> dict[str, bool]:
    """For the sibling alone: whether the person behind one of its tokens may still come in."""
    return {"is_standing": staff.is_standing(database(), person_id)}

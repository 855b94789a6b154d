"""Who is asking this service: the `staff` cookie, which this service gives out, or one of its bearer tokens."""

from dataclasses import replace

from flask import Request, Response

from inquiry_service.domain import staff
from inquiry_service.terms import DESK_ROLES
from shared.access_tokens import person_of_token
from shared.db import Database
from shared.people import Person
from shared.web.site import Identify, site

COOKIE = "staff"
DESK = DESK_ROLES
DIRECTORS = ("director",)
REPORT_READERS = ("director", "auditor")
EVERYBODY = ("director", "staff", "registrar", "instructor", "auditor")


def identify_by(database: Database) -> Identify:
    """A function that says who a request comes from."""

    def identify(request: Request) -> Person | None:
        if request.headers.get("Authorization"):
            person = person_of_token(database, request.headers["Authorization"])
            return _as_far_as_now(person, staff.standing_roles(database, person.id)) if person else None
        secret = request.cookies.get(COOKIE)
        return staff.who_is(database, secret) if secret and len(secret) < 100 else None

    return identify


def _as_far_as_now(person: Person, roles: frozenset[str]) -> Person | None:
    """A token opens no more than its person may open today."""
    return replace(person, roles=person.roles & roles) if roles else None


def give_cookie(response: Response, secret: str) -> None:
    """The browser is signed in, here and at the sibling."""
    is_https = site().settings.public_url.startswith("https://")
    response.set_cookie(
        COOKIE, secret, max_age=12 * 3600, httponly=True, secure=is_https, samesite="Lax", path="/"
    )


def take_cookie(response: Response) -> None:
    """The browser is signed out."""
    response.delete_cookie(COOKIE, path="/")

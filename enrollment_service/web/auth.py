"""Who is asking: a bearer token of this service, or the `staff` cookie that inquiry knows."""

from typing import Any

from flask import Request, g

from enrollment_service.clients.inquiry import StaffDirectory
from shared.access_tokens import person_of_token
from shared.db import Database
from shared.people import Person
from shared.web.site import Identify

SEES_OFFICE = ("registrar", "director", "staff", "instructor", "auditor")
RUNS_OFFICE = ("registrar", "director")


def make_identify(database: Database, staff: StaffDirectory) -> Identify:
    """The function that every guarded door asks."""

    def identify(request: Request) -> Person | None:
        if "Authorization" in request.headers:
            person = person_of_token(database, request.headers["Authorization"])
            return person if person and staff.is_standing(person.id) else None
        return staff.person(request.cookies.get("staff"))

    return identify


def page_context() -> dict[str, Any]:
    """What every page may ask of its reader: `runs_office` is who decides, beside who looks."""
    person: Person | None = g.get("person")
    return {"runs_office": person is not None and person.has_any(frozenset(RUNS_OFFICE))}

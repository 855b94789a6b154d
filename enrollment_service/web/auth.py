"""Who is asking: a bearer token of this service, or the `staff` cookie that inquiry knows."""

from flask import Request

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
            return person_of_token(database, request.headers["Authorization"])
        return staff.person(request.cookies.get("staff"))

    return identify

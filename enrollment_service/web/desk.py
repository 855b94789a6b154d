"""What the views of this service share beside the site: the numbers of references, and what inquiry knows."""

from dataclasses import dataclass
from typing import Any

from flask import current_app

from enrollment_service.clients.inquiry import StaffDirectory
from enrollment_service.domain.people import Applicant
from enrollment_service.domain.seating import SeatRequest
from enrollment_service.settings import EnrollmentSettings
from enrollment_service.terms import Source
from shared.db import Database
from shared.references import References
from shared.web.form_token import FormTokens


@dataclass(frozen=True)
class Desk:
    """Made once by `create_app`."""

    settings: EnrollmentSettings
    references: References
    form_tokens: FormTokens
    staff: StaffDirectory

    @classmethod
    def make(cls, settings: EnrollmentSettings, database: Database, staff: StaffDirectory) -> "Desk":
        """With the sequence and the secret of this installation."""
        references = References(database, "registration_reference", "R")
        return cls(settings, references, FormTokens(settings.secret_key, "register"), staff)


def desk() -> Desk:
    """The desk of the current request."""
    return current_app.extensions["enrollment_desk"]  # type: ignore[no-any-return]


def seat_request(
    values: dict[str, Any], *, key: str, body_hash: bytes, source: Source, at_any_time: bool = False
) -> SeatRequest:
    """The wish in the values of a form or a JSON body, with a reference of its own."""
    applicant = Applicant(
        name=values["name"],
        email=values["email"],
        phone=values.get("phone") or "",
        for_name=values.get("for_name") or "",
        inquiry=values.get("inquiry") or "",
    )
    return SeatRequest(
        section_id=values["section_id"],
        applicant=applicant,
        reference=desk().references.next(),
        key=key,
        body_hash=body_hash,
        source=source,
        at_any_time=at_any_time,
    )

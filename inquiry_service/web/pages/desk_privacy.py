"""One person's data: what both services hold, as a file for them, and erased when they ask for it. With the record of who was."""

import tempfile
from typing import Any

from flask import Blueprint, Response, flash, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from inquiry_service.clients import personal_data as there
from inquiry_service.clients.enrollment import EnrollmentAway
from inquiry_service.domain import person_export, personal_data
from inquiry_service.web.auth import DIRECTORS
from inquiry_service.web.desk_queue import around_page
from inquiry_service.web.downloads import saved_as
from inquiry_service.web.forms import FormNotRight, checked, see, typed
from inquiry_service.web.parts import parts, settings
from inquiry_service.web.schemas.forms import EraseForm, ExportForm, PersonDataForm
from shared import audit, erasures
from shared.clock import utc_now
from shared.erasures import Erasure
from shared.errors import DomainError
from shared.people import normal_address
from shared.tokens import new_id
from shared.web.access import allow, current_person
from shared.web.headers import mark_private
from shared.web.site import database
from shared.web.words import say

pages = Blueprint("privacy", __name__, url_prefix="/desk/privacy")
HERE = "/desk/privacy"
IN_MEMORY_BYTES = 2_000_000


@pages.get("")
@allow(*DIRECTORS)
def show() -> ResponseReturnValue:
    """A field for an address, what is erased by itself, and the record."""
    return _page()


@pages.post("/look-up")
@allow(*DIRECTORS)
def look_up() -> ResponseReturnValue:
    """What both services hold about that address. It comes in a form: an address belongs in no address line."""
    try:
        address = checked(PersonDataForm(), {"email": _("Enter their email address")})["email"]
        return _page(found=_found(address))
    except FormNotRight as error:
        return _page(errors=error.errors, status=422)
    except DomainError as refusal:
        return _page(errors={"email": say(refusal.detail)}, status=422)


@pages.post("/export")
@allow(*DIRECTORS)
def export() -> ResponseReturnValue:
    """One file with everything. Whoever made it is on record."""
    try:
        given = checked(ExportForm(), {"email": _("Enter their email address")})
        elsewhere = there.exported_there(parts().enrollment, given["email"])
    except FormNotRight as error:
        return _page(errors=error.errors, status=422)
    except EnrollmentAway:
        return _away()
    with tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES) as file, database().transaction() as session:
        person_export.write(
            session,
            file,
            personal_data.held(session, given["email"]),
            school=settings().school_name,
            made_at=utc_now(),
            elsewhere=elsewhere,
            with_notes=given["with_notes"],
        )
        audit.write(session, current_person().actor, "person_exported", new_id())
        file.seek(0)
        data = file.read()
    response: Response = mark_private(saved_as("person.zip", data, type_="application/zip"))
    return response


@pages.post("/erase")
@allow(*DIRECTORS)
def erase() -> ResponseReturnValue:
    """Both services forget the person, but for what a rule keeps. The sibling goes first: it may have to refuse."""
    try:
        given = checked(EraseForm(), {"again": _("Type the address again"), "reason": _("Say why")})
        if normal_address(given["again"]) != normal_address(given["email"]):
            raise FormNotRight({"again": _("This is not the same address.")})
        return _erased(given)
    except FormNotRight as error:
        return _page(found=_found_or_none(typed("email")), errors=error.errors, status=422)
    except EnrollmentAway:
        return _away()
    except DomainError as refusal:
        return _page(errors={"email": say(refusal.detail)}, status=409)


def _erased(given: dict[str, Any]) -> ResponseReturnValue:
    person, address = current_person(), given["email"]
    with database().reading() as session:
        personal_data.held(session, address)  # raises before the sibling does anything
    erasure = Erasure.of(address)
    done = there.erase_there(
        parts().enrollment, address, erasure, person, reason=given["reason"], gives_up=given["gives_up"]
    )
    if done.is_going:
        raise erasures.LetterGoing
    if done.still_registered:
        words = _(
            "They still have places in classes to come: %(references)s.",
            references=", ".join(done.still_registered),
        )
        raise FormNotRight({"gives_up": words})
    with database().transaction() as session:
        counts = personal_data.erase(
            session, person.actor, address, erasure, reason=given["reason"], kept=done.kept
        )
    flash(
        ngettext(
            "Erased: %(num)d inquiry, and all that belongs to it.",
            "Erased: %(num)d inquiries, and all that belongs to them.",
            counts["inquiries"],
        )
    )
    return see(HERE)


def _away() -> ResponseReturnValue:
    words = _("The enrollment service does not answer now. Nothing was done: what both hold goes together.")
    return _page(errors={"email": words}, status=503)


def _found_or_none(address: str) -> dict[str, Any] | None:
    try:
        return _found(address)
    except DomainError:
        return None


def _found(address: str) -> dict[str, Any]:
    with database().reading() as session:
        here = personal_data.held(session, address)
    try:
        registrations, letters = there.held_there(parts().enrollment, address)
        is_away = False
    except EnrollmentAway:
        registrations, letters, is_away = [], 0, True
    return {
        "address": address,
        "inquiries": here.inquiries,
        "counts": here.counts(),
        "registrations": registrations,
        "letters_there": letters,
        "is_away": is_away,
        "is_nothing": here.is_nothing() and not registrations and not letters and not is_away,
        "to_come": [one["reference"] for one in registrations if one["is_to_come"]],
    }


def _page(
    *, found: dict[str, Any] | None = None, errors: dict[str, str] | None = None, status: int = 200
) -> ResponseReturnValue:
    with database().reading() as session:
        views = around_page(session, current_person())
        record = erasures.latest(session)
    html = render_template(
        "desk/privacy.html",
        **views,
        is_privacy=True,
        found=found,
        record=record,
        errors=errors or {},
        typed=request.form,
        spam_days=settings().retention_spam_days,
        settled_days=settings().retention_settled_days,
    )
    response: Response = mark_private(make_response(html, status))
    return response

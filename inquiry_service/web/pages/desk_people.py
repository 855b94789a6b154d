"""The people who work here: who may do what, who answers for which program, and who is new."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inquiry_service.domain import staff, staff_changes
from inquiry_service.web.auth import DIRECTORS
from inquiry_service.web.desk_queue import around_page
from inquiry_service.web.forms import FormNotRight, checked, page, see, typed
from inquiry_service.web.parts import parts, settings
from inquiry_service.web.schemas.forms import InvitationForm, PersonForm
from inquiry_service.web.words import program_code, role_name, said_at
from shared.clock import utc_now
from shared.errors import DomainError, Invalid, NotFound
from shared.people import ROLES
from shared.web.access import allow, current_person
from shared.web.mistakes import sentences_of
from shared.web.site import database
from shared.web.words import say

pages = Blueprint("people", __name__, url_prefix="/desk/people")


@pages.get("")
@allow(*DIRECTORS)
def show() -> ResponseReturnValue:
    """Everybody, and a form for somebody new."""
    return _page()


@pages.post("")
@allow(*DIRECTORS)
def invite() -> ResponseReturnValue:
    """An account and a letter; or the form again with what was typed."""
    try:
        given = checked(
            InvitationForm(), {"name": _("Enter the name"), "email": _("Enter the email address")}
        )
        with database().transaction() as session:
            staff_changes.invite(session, current_person().actor, **_ticked(given))
    except (FormNotRight, Invalid) as error:
        errors = error.errors if isinstance(error, FormNotRight) else sentences_of(error)
        return _page(errors=errors, status=422)
    flash(_("A letter with a link is on its way to them."))
    return see("/desk/people")


@pages.post("/<uuid:person_id>")
@allow(*DIRECTORS)
def change(person_id: UUID) -> ResponseReturnValue:
    """Name, title, roles and programs are as they were ticked."""
    try:
        given = checked(PersonForm(), {"name": _("Enter the name")})
        with database().transaction() as session:
            staff_changes.change(session, current_person().actor, person_id, **_ticked(given))
    except (FormNotRight, Invalid) as error:
        errors = error.errors if isinstance(error, FormNotRight) else sentences_of(error)
        return _page(errors=errors, changed=person_id, status=422)
    flash(_("Changed. At the office it holds within a minute."))
    return see("/desk/people")


def _ticked(given: dict[str, Any]) -> dict[str, Any]:
    programs = request.form.getlist("programs")
    return {
        **given,
        "title": given["title"] or "",
        "roles": [role for role in ROLES if role in request.form.getlist("roles")],
        "programs": [staff.ALL_PROGRAMS] if "*" in programs else [program[:80] for program in programs[:50]],
    }


@pages.post("/<uuid:person_id>/close")
@allow(*DIRECTORS)
def close(person_id: UUID) -> ResponseReturnValue:
    """The person comes in nowhere; their letters in flight are kept."""
    return _done(staff_changes.close, person_id, _("The account is closed, and every session of it is over."))


@pages.post("/<uuid:person_id>/reopen")
@allow(*DIRECTORS)
def reopen(person_id: UUID) -> ResponseReturnValue:
    """The account is open again."""
    return _done(staff_changes.reopen, person_id, _("The account is open again. Tick its programs."))


@pages.post("/<uuid:person_id>/invite-again")
@allow(*DIRECTORS)
def invite_again(person_id: UUID) -> ResponseReturnValue:
    """Another letter with a link."""
    return _done(staff_changes.invite_again, person_id, _("Another letter is on its way."))


@pages.post("/<uuid:person_id>/sign-out")
@allow(*DIRECTORS)
def sign_out(person_id: UUID) -> ResponseReturnValue:
    """Every session of the person is over."""
    return _done(staff_changes.sign_out, person_id, _("They are signed out in every browser."))


@pages.post("/<uuid:person_id>/second-factor-off")
@allow(*DIRECTORS)
def second_factor_off(person_id: UUID) -> ResponseReturnValue:
    """For somebody who lost telephone and paper."""
    return _done(staff_changes.forget_second_factor, person_id, _("Their password alone opens again."))


def _done(do: Callable[[Session, Any, UUID], object], person_id: UUID, said: str) -> ResponseReturnValue:
    try:
        with database().transaction() as session:
            do(session, current_person().actor, person_id)
    except NotFound:
        raise
    except DomainError as error:
        flash(" ".join(sentences_of(error).values()) or say(error.detail), "due")
    else:
        flash(said)
    return see("/desk/people")


def _page(
    *, errors: dict[str, str] | None = None, changed: UUID | None = None, status: int = 200
) -> ResponseReturnValue:
    programs = [(program.slug, program.title) for program in parts().enrollment.programs()]
    now, zone = utc_now(), settings().zone
    with database().reading() as session:
        answers_for = staff_changes.programs_of_all(session)
        seen = staff_changes.seen_at_of_all(session)
        people = [
            {
                "id": one.id,
                "name": one.name,
                "email": one.email,
                "title": one.title,
                "roles": one.roles,
                "role_words": ", ".join(role_name(role) for role in one.roles),
                "programs": answers_for.get(one.id, []),
                "program_words": ", ".join(program_code(p) for p in answers_for.get(one.id, []) if p),
                "is_for_all": staff.ALL_PROGRAMS in answers_for.get(one.id, []),
                "is_closed": one.disabled_at is not None,
                "is_invited": one.password_hash is None and one.disabled_at is None,
                "has_second_factor": one.totp_since is not None,
                "seen": said_at(seen[one.id], now, zone) if one.id in seen else "",
                "is_changed": one.id == changed,
            }
            for one in staff_changes.everybody(session)
        ]
        views = around_page(session, current_person())
    html = render_template(
        "desk/people.html",
        **views,
        is_people=True,
        people=people,
        programs=programs,
        roles=[(role, role_name(role)) for role in ROLES],
        errors=errors or {},
        typed={name: typed(name) for name in ("name", "email", "title")},
        ticked_roles=request.form.getlist("roles"),
        ticked_programs=request.form.getlist("programs"),
        is_inviting=bool(errors) and changed is None,
    )
    return page(html, status)

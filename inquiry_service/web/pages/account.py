"""One's own account: who one is here, the code beside the password, open sessions, and tokens for programs of one's own."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import segno
from flask import Blueprint, Response, flash, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session

from inquiry_service.db.models import Staff
from inquiry_service.domain import second_factor, sessions, staff
from inquiry_service.domain.errors import NoSuchToken, WrongCode
from inquiry_service.web.auth import COOKIE, DESK, EVERYBODY, take_cookie
from inquiry_service.web.forms import FormNotRight, checked, page, see
from inquiry_service.web.pages import account_times
from inquiry_service.web.parts import settings
from inquiry_service.web.schemas.forms import CodeForm, SignatureForm, TokenForm
from inquiry_service.web.words import role_name, said_at
from shared import access_tokens, audit
from shared.clock import utc_now
from shared.errors import Invalid
from shared.web.access import allow, current_person
from shared.web.headers import mark_private
from shared.web.mistakes import sentences_of
from shared.web.site import database

pages = Blueprint("account", __name__)
pages.register_blueprint(account_times.pages)
HERE = "/account"


@pages.get("/account")
@allow(*EVERYBODY)
def show() -> ResponseReturnValue:
    """Name, roles, keys, absence, the second factor, sessions, tokens."""
    return _page()


def _page(*, errors: dict[str, str] | None = None, status: int = 200, **more: object) -> ResponseReturnValue:
    person, now, zone = current_person(), utc_now(), settings().zone
    with database().reading() as session:
        values = _values(session) | account_times.times_part(session, person)
    open_sessions: Sequence[Any] = values.pop("sessions")
    html = render_template(
        "inquiry/account.html",
        person=person,
        roles=[role_name(role) for role in sorted(person.roles)],
        sessions=[
            {
                "id": one.id,
                "browser": one.browser,
                "seen": said_at(one.seen_at, now, zone),
                "is_this": one.is_this,
            }
            for one in open_sessions
        ],
        errors=errors or {},
        typed=request.form,
        **values,
        **more,
    )
    return page(html, status)


def _values(session: Session) -> dict[str, Any]:
    person = current_person()
    account = session.get_one(Staff, person.id)
    return {
        "signature": account.signature,
        "has_second_factor": account.totp_since is not None,
        "left_on_paper": second_factor.left_on_paper(session, person.id),
        "sessions": sessions.of_person(session, person, request.cookies.get(COOKIE, "")),
        "tokens": access_tokens.tokens_of(session, person.id),
    }


@pages.post("/account/away")
@allow(*DESK)
def be_away() -> ResponseReturnValue:
    """A colleague has one's work in that time; or the page again, with what is not right."""
    try:
        account_times.plan_away()
    except FormNotRight as error:
        return _page(errors=error.errors, status=422)
    except Invalid as error:
        return _page(errors=sentences_of(error), status=422)
    return see(HERE)


@pages.post("/account/signature")
@allow(*EVERYBODY)
def sign() -> ResponseReturnValue:
    """What stands below one's name in answers."""
    try:
        given = checked(SignatureForm())
    except FormNotRight as error:
        return _page(errors=error.errors, status=422)
    with database().transaction() as session:
        staff.sign(session, current_person(), given["signature"] or "")
    flash(_("Saved. It stands below your next answers."))
    return see(HERE)


@pages.get("/account/second-factor")
@allow(*EVERYBODY)
def second_factor_form() -> ResponseReturnValue:
    """The picture for the telephone, and a field for its first code."""
    return _second_factor_page()


def _second_factor_page(errors: dict[str, str] | None = None, status: int = 200) -> ResponseReturnValue:
    person = current_person()
    with database().transaction() as session:
        if session.get_one(Staff, person.id).totp_since is not None:
            return see(HERE)
        secret, address = second_factor.begin(session, person.id, settings().school_name)
    drawn = segno.make(address, error="m").svg_inline(
        scale=4, light="#fff"
    )  # its own ground: a dark page leaves none
    picture = Markup(drawn)  # noqa: S704 - made of squares alone
    html = render_template("inquiry/second_factor.html", secret=secret, picture=picture, errors=errors or {})
    response: Response = mark_private(make_response(html, status))
    return response


@pages.post("/account/second-factor")
@allow(*EVERYBODY)
def confirm_second_factor() -> ResponseReturnValue:
    """A code was right: from now on one is asked for, and the codes on paper are shown this once."""
    return _with_code(second_factor.confirm, _second_factor_page)


@pages.post("/account/recovery-codes")
@allow(*EVERYBODY)
def new_recovery_codes() -> ResponseReturnValue:
    """New codes on paper in place of the old."""
    return _with_code(second_factor.new_recovery_codes, _wrong_code)


def _with_code(do: Any, ask_again: Any) -> ResponseReturnValue:
    person = current_person()
    try:
        code = _code()
        with database().transaction() as session:
            codes = do(session, person.actor, person.id, code)
    except FormNotRight as error:
        answer: ResponseReturnValue = ask_again(error.errors, 422)
        return answer
    except WrongCode:
        refused: ResponseReturnValue = ask_again(
            {"code": _("That code is not right, or was used before.")}, 422
        )
        return refused
    response: Response = mark_private(
        make_response(render_template("inquiry/recovery_codes.html", codes=codes))
    )
    return response


def _code() -> str:
    code: str = checked(CodeForm(), {"code": _("Enter the code")})["code"]
    second_factor.count_try(database(), current_person().id)
    return code


def _wrong_code(errors: dict[str, str], status: int) -> ResponseReturnValue:
    return _page(errors=errors, status=status)


@pages.post("/account/second-factor/off")
@allow(*EVERYBODY)
def second_factor_off() -> ResponseReturnValue:
    """The password alone opens again."""
    person = current_person()
    try:
        code = _code()
        with database().transaction() as session:
            second_factor.turn_off(session, person.actor, person.id, code)
    except FormNotRight as error:
        return _page(errors=error.errors, status=422)
    except WrongCode:
        return _page(errors={"code": _("That code is not right, or was used before.")}, status=422)
    flash(_("Your password alone opens again."))
    return see(HERE)


@pages.post("/account/tokens")
@allow(*EVERYBODY)
def make_token() -> ResponseReturnValue:
    """A token with one's own roles; it is shown this once."""
    person = current_person()
    try:
        given = checked(TokenForm(), {"name": _("Say what the token is for")})
    except FormNotRight as error:
        return _page(errors={f"token_{name}": words for name, words in error.errors.items()}, status=422)
    scopes = {"read", given["scope"]}
    with database().transaction() as session:
        token = access_tokens.create_token(
            session,
            name=given["name"],
            person_id=person.id,
            person_name=person.name,
            roles=sorted(person.roles),
            scopes=scopes,
            days=given["days"],
        )
        audit.write(session, person.actor, "token_made", person.id, scopes=",".join(sorted(scopes)))
    return _page(new_token=token)


@pages.post("/account/tokens/<uuid:token_id>/revoke")
@allow(*EVERYBODY)
def revoke_token(token_id: UUID) -> ResponseReturnValue:
    """The token opens nothing any more."""
    person = current_person()
    with database().transaction() as session:
        if not access_tokens.revoke_token(session, person.id, token_id):
            raise NoSuchToken
        audit.write(session, person.actor, "token_revoked", person.id)
    flash(_("The token opens nothing any more."))
    return see(HERE)


@pages.post("/account/sessions/<uuid:session_id>/end")
@allow(*EVERYBODY)
def end_session(session_id: UUID) -> ResponseReturnValue:
    """That browser is signed out."""
    with database().transaction() as session:
        sessions.sign_out_of(session, current_person(), session_id)
    flash(_("That browser is signed out."))
    return see(HERE)


@pages.post("/account/sign-out-everywhere")
@allow(*EVERYBODY)
def leave_everywhere() -> ResponseReturnValue:
    """All of one's browsers are signed out, this one too."""
    with database().transaction() as session:
        sessions.sign_out_everywhere(session, current_person())
    flash(_("You are signed out in every browser."))
    response = see("/sign-in")
    take_cookie(response)
    return response

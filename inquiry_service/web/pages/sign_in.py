"""In and out for the people who work here. Every wrong sign-in reads the same."""

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import Forbidden

from inquiry_service.domain import staff
from inquiry_service.domain.errors import WrongSignIn
from inquiry_service.web.auth import COOKIE, give_cookie, take_cookie
from inquiry_service.web.forms import FormNotRight, checked, page, see
from inquiry_service.web.landing import landing_of, wanted_page
from inquiry_service.web.pages import account, password_reset
from inquiry_service.web.parts import settings
from inquiry_service.web.schemas.forms import SignInForm
from shared.errors import TooMany
from shared.limits import address_block
from shared.web.access import ANYONE, allow, person_or_none, require_own_page
from shared.web.mistakes import sentences_of
from shared.web.site import database

pages = Blueprint("sign_in", __name__)
pages.register_blueprint(password_reset.pages)
pages.register_blueprint(account.pages)


@pages.get("/sign-in")
@allow(ANYONE)
def form() -> ResponseReturnValue:
    """The form; who is in already goes on."""
    person = person_or_none()
    wanted = wanted_page(request.args.get("next"), settings())
    if person is not None:
        return see(wanted or landing_of(person, settings()))
    return _form_page(wanted)


@pages.post("/sign-in")
@allow(ANYONE)
def enter() -> ResponseReturnValue:
    """The browser is signed in, and where its person wanted to go."""
    require_own_page()
    wanted = wanted_page(request.form.get("next"), settings())
    try:
        given = checked(
            SignInForm(), {"email": _("Enter your email address"), "password": _("Enter your password")}
        )
        block = address_block(request.remote_addr or "")
        secret, person = staff.sign_in(database(), given["email"], given["password"], block)
    except FormNotRight as error:
        return _form_page(wanted, errors=error.errors, status=422)
    except WrongSignIn:
        return _form_page(
            wanted, errors={"email": _("That email address and password do not belong together")}, status=422
        )
    except TooMany as error:
        return _form_page(
            wanted, errors=sentences_of(error), status=429, headers={"Retry-After": str(error.retry_after_s)}
        )
    response = see(wanted or landing_of(person, settings()))
    give_cookie(response, secret)
    return response


def _form_page(
    wanted: str | None,
    *,
    errors: dict[str, str] | None = None,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> ResponseReturnValue:
    html = render_template(
        "inquiry/sign_in.html", wanted=wanted, errors=errors or {}, email=request.form.get("email", "")
    )
    return page(html, status, headers=headers)


@pages.post("/sign-out")
@allow(ANYONE)
def leave() -> ResponseReturnValue:
    """The browser is signed out. A press on the sibling's page counts; one on a stranger's is asked about."""
    if not _is_ours():
        return render_template("inquiry/sign_out.html")
    if secret := request.cookies.get(COOKIE):
        staff.sign_out(database(), secret)
    response = make_response(see("/sign-in"))
    take_cookie(response)
    return response


def _is_ours() -> bool:
    if request.headers.get("Origin") == settings().enrollment_url:
        return True
    try:
        require_own_page()
    except Forbidden:
        return False
    return True

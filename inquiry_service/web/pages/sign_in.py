"""In and out for the people who work here. Every wrong sign-in reads the same."""

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import Forbidden

from inquiry_service.domain import staff
from inquiry_service.domain.errors import LinkExpired, SecondFactorNeeded, WrongCode, WrongSignIn
from inquiry_service.web.auth import COOKIE, give_cookie, take_cookie
from inquiry_service.web.forms import FormNotRight, checked, page, see
from inquiry_service.web.landing import landing_of, wanted_page
from inquiry_service.web.pages import account, password_reset
from inquiry_service.web.parts import settings
from inquiry_service.web.schemas.forms import CodeForm, SignInForm
from inquiry_service.web.words import browser_in_words
from shared.errors import TooMany
from shared.limits import address_block
from shared.people import Person
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
        secret, person = staff.sign_in(
            database(), given["email"], given["password"], block, browser=_browser()
        )
    except SecondFactorNeeded as needed:
        return _code_page(wanted, needed.step)
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
    return _entered(secret, person, wanted)


@pages.post("/sign-in/code")
@allow(ANYONE)
def enter_code() -> ResponseReturnValue:
    """The second half of a sign-in, where the account asks for it."""
    require_own_page()
    wanted = wanted_page(request.form.get("next"), settings())
    step = request.form.get("step", "")[:100]
    try:
        given = checked(CodeForm(), {"code": _("Enter the code")})
        secret, person = staff.finish_sign_in(database(), step, given["code"], browser=_browser())
    except FormNotRight as error:
        return _code_page(wanted, step, errors=error.errors, status=422)
    except WrongCode as error:
        words = ngettext(
            "That code is not right. You can try %(num)d more time.",
            "That code is not right. You can try %(num)d more times.",
            int(str(error.facts["left"])),
        )
        return _code_page(wanted, step, errors={"code": words}, status=422)
    except LinkExpired:
        return _form_page(
            wanted, errors={"email": _("That took too long, or too many codes. Sign in again.")}, status=422
        )
    except TooMany as error:
        headers = {"Retry-After": str(error.retry_after_s)}
        return _form_page(wanted, errors=sentences_of(error), status=429, headers=headers)
    return _entered(secret, person, wanted)


def _entered(secret: str, person: Person, wanted: str | None) -> ResponseReturnValue:
    response = see(wanted or landing_of(person, settings()))
    give_cookie(response, secret)
    return response


def _browser() -> str:
    return browser_in_words(request.headers.get("User-Agent", ""))


def _code_page(
    wanted: str | None, step: str, *, errors: dict[str, str] | None = None, status: int = 200
) -> ResponseReturnValue:
    html = render_template("inquiry/sign_in_code.html", wanted=wanted, step=step, errors=errors or {})
    return page(html, status)


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

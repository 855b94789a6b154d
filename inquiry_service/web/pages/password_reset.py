"""A lost password: a mailed link sets a new one. Whether an address has an account is told to nobody."""

from flask import Blueprint, Response, flash, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from inquiry_service.domain import passwords, staff
from inquiry_service.domain.errors import LinkExpired
from inquiry_service.web.forms import FormNotRight, checked, page, see
from inquiry_service.web.schemas.forms import NewPasswordForm, ResetForm
from shared.clock import utc_now
from shared.errors import Invalid, TooMany
from shared.web.access import ANYONE, LINK, allow, require_own_page
from shared.web.headers import mark_private
from shared.web.mistakes import sentences_of
from shared.web.site import database, limited

pages = Blueprint("password_reset", __name__)


@pages.get("/reset")
@allow(ANYONE)
def form() -> str:
    """Where one asks for the letter."""
    return render_template("inquiry/reset.html", errors={}, email="", is_sent="sent" in request.args)


@pages.post("/reset")
@allow(ANYONE)
def send() -> ResponseReturnValue:
    """A letter with a link, if the address has an account; the answer is the same for everyone."""
    require_own_page()
    try:
        limited("reset", lambda s: s.limit_public_writes)
        email = checked(ResetForm(), {"email": _("Enter your email address")})["email"]
    except FormNotRight as error:
        return page(_ask_again(error.errors), 422)
    except TooMany as error:
        return page(_ask_again(sentences_of(error)), 429, headers={"Retry-After": str(error.retry_after_s)})
    with database().transaction() as session:
        staff.request_reset(session, email, hour=utc_now().strftime("%Y%m%d%H"))
    return see("/reset?sent=1")


def _ask_again(errors: dict[str, str]) -> str:
    return render_template("inquiry/reset.html", errors=errors, email=request.form.get("email", ""))


@pages.get("/reset/<secret>")
@allow(LINK)
def new_password(secret: str) -> Response:
    """Where the new password is typed."""
    try:
        with database().reading() as session:
            return _password_page(staff.person_to_reset(session, secret).email)
    except LinkExpired:
        return _used_up()


@pages.post("/reset/<secret>")
@allow(LINK)
def set_password(secret: str) -> Response:
    """The password is set, and every open session of its person is over."""
    require_own_page()
    try:
        with database().reading() as session:
            email = staff.person_to_reset(session, secret).email
        password = checked(NewPasswordForm(), {"password": _("Enter a new password")})["password"]
        staff.check_password(password)
        password_hash = passwords.hash_password(password)
        with database().transaction() as session:
            staff.set_password(session, secret, password_hash)
    except LinkExpired:
        return _used_up()
    except (FormNotRight, Invalid) as error:
        return _password_page(
            email, error.errors if isinstance(error, FormNotRight) else sentences_of(error), 422
        )
    flash(_("Your password is set. Sign in with it."))
    return see("/sign-in")


def _password_page(email: str, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    html = render_template(
        "inquiry/new_password.html", email=email, errors=errors or {}, min_length=passwords.MIN_LENGTH
    )
    response: Response = mark_private(make_response(html, status))
    return response


def _used_up() -> Response:
    response: Response = mark_private(make_response(render_template("inquiry/link_used_up.html"), 410))
    return response

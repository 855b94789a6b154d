"""The page behind the operator's one-time link: whoever has it becomes the first director."""

from flask import Blueprint, Response, flash, make_response, render_template, request
from flask_babel import gettext as _

from inquiry_service.domain import first_director, passwords, staff
from inquiry_service.domain.errors import LinkExpired
from inquiry_service.web.forms import FormNotRight, checked, see
from inquiry_service.web.schemas.forms import FirstDirectorForm
from shared.errors import Invalid
from shared.web.access import LINK, allow, require_own_page
from shared.web.headers import mark_private
from shared.web.mistakes import sentences_of
from shared.web.site import database, limited

pages = Blueprint("first_director", __name__, url_prefix="/account/first")
_NEEDED = {"name": "Enter your name", "email": "Enter your email address", "password": "Enter a password"}


@pages.get("/<secret>")
@allow(LINK)
def form(secret: str) -> Response:
    """Where name, address and password are typed."""
    try:
        with database().reading() as session:
            first_director.check_link(session, secret)
    except LinkExpired:
        return _page("inquiry/link_used_up.html", 410)
    return _page("inquiry/first_director.html", 200)


@pages.post("/<secret>")
@allow(LINK)
def become(secret: str) -> Response:
    """The account is there; its person signs in with it."""
    require_own_page()
    try:
        limited("first_director", lambda s: s.limit_public_writes)
        with database().reading() as session:
            first_director.check_link(session, secret)  # before the password's costly hash
        given = checked(FirstDirectorForm(), {name: _(words) for name, words in _NEEDED.items()})
        staff.check_password(given["password"])
        password_hash = passwords.hash_password(given["password"])
        with database().transaction() as session:
            first_director.become_director(
                session, secret, name=given["name"], email=given["email"], password_hash=password_hash
            )
    except LinkExpired:
        return _page("inquiry/link_used_up.html", 410)
    except FormNotRight as error:
        return _page("inquiry/first_director.html", 422, error.errors)
    except Invalid as error:
        return _page("inquiry/first_director.html", 422, sentences_of(error))
    flash(_("Your account is ready. Sign in with it."))
    return see("/sign-in")


def _page(template: str, status: int, errors: dict[str, str] | None = None) -> Response:
    typed = {name: request.form.get(name, "") for name in ("name", "email")}
    html = render_template(template, errors=errors or {}, typed=typed, min_length=passwords.MIN_LENGTH)
    response: Response = mark_private(make_response(html, status))
    return response

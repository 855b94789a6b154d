"""One's own account: who one is here, and out of every browser at once."""

from flask import Blueprint, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from inquiry_service.domain import sessions
from inquiry_service.web.auth import EVERYBODY, take_cookie
from inquiry_service.web.forms import see
from inquiry_service.web.words import role_name
from shared.web.access import allow, current_person
from shared.web.site import database

pages = Blueprint("account", __name__)


@pages.get("/account")
@allow(*EVERYBODY)
def show() -> str:
    """Name, roles, keys, sessions."""
    person = current_person()
    return render_template(
        "inquiry/account.html", person=person, roles=[role_name(role) for role in sorted(person.roles)]
    )


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

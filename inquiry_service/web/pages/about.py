"""The pages around the desk: where `/` leads, how data are handled, and the style guide of the embedded run."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from inquiry_service.web.forms import see
from inquiry_service.web.landing import landing_of
from inquiry_service.web.parts import settings
from inquiry_service.web.this_machine import require_this_machine
from shared.web.access import ANYONE, allow, person_or_none

pages = Blueprint("about", __name__)


@pages.get("/")
@allow(ANYONE)
def home() -> ResponseReturnValue:
    """Staff go to their work, everybody else to the form."""
    person = person_or_none()
    return see(landing_of(person, settings()) if person else "/ask")


@pages.get("/privacy")
@allow(ANYONE)
def privacy() -> str:
    """What is kept, for whom, and how to have it taken away."""
    return render_template("inquiry/privacy.html")


@pages.get("/styleguide")
@allow(ANYONE)
def styleguide() -> str:
    """Every component in both schemes; only where the project is looked at."""
    if not settings().embedded:
        raise NotFound
    require_this_machine()
    return render_template("shared/styleguide.html")

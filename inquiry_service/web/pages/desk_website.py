"""The school's website: which sites may show the form, and what to put into their pages."""

from flask import Blueprint, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from inquiry_service.domain import allowed_frames
from inquiry_service.web.auth import DIRECTORS
from inquiry_service.web.desk_queue import around_page
from inquiry_service.web.forms import FormNotRight, checked, page, see, typed
from inquiry_service.web.parts import parts, settings
from inquiry_service.web.schemas.forms import FrameForm
from shared.errors import Invalid
from shared.web.access import allow, current_person
from shared.web.mistakes import sentences_of
from shared.web.site import database

pages = Blueprint("website", __name__, url_prefix="/desk/website")


@pages.get("")
@allow(*DIRECTORS)
def show() -> ResponseReturnValue:
    """The sites, a form for one more, and the lines to copy."""
    return _page("")


@pages.post("")
@allow(*DIRECTORS)
def add() -> ResponseReturnValue:
    """One more site may show the form."""
    try:
        given = checked(FrameForm(), {"origin": _("Enter the address of the site")})["origin"]
        with database().transaction() as session:
            origin = allowed_frames.allow(session, current_person(), given)
    except FormNotRight as error:
        return _page(typed("origin"), error.errors, 422)
    except Invalid as error:
        return _page(typed("origin"), sentences_of(error), 422)
    flash(_("Pages of %(origin)s may show the form.", origin=origin))
    return see("/desk/website")


@pages.post("/remove")
@allow(*DIRECTORS)
def remove() -> ResponseReturnValue:
    """A site may no longer."""
    with database().transaction() as session:
        allowed_frames.remove(session, current_person(), typed("origin"))
    flash(_("Removed."))
    return see("/desk/website")


def _page(value: str, errors: dict[str, str] | None = None, status: int = 200) -> ResponseReturnValue:
    address = settings().public_url
    programs = [(program.slug, program.title) for program in parts().enrollment.programs()]
    chosen = f' data-program="{programs[0][0]}"' if programs else ""
    query = f"?program={programs[0][0]}" if programs else ""
    with database().reading() as session:
        html = render_template(
            "desk/website.html",
            origins=allowed_frames.listed(session),
            value=value,
            errors=errors or {},
            address=address,
            programs=programs,
            by_script=f'<script src="{address}/embed.js"{chosen} async></script>',
            by_frame=f'<iframe src="{address}/ask/embed{query}" title="{_("Ask a question")}" width="100%" height="800"></iframe>',
            is_website=True,
            **around_page(session, current_person()),
        )
    return page(html, status)

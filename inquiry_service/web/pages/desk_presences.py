"""Who else has the thread before them: asked every ten seconds by a page that is visible, which says so by asking."""

from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request

from inquiry_service.domain import presences
from inquiry_service.web.auth import DESK
from shared.web.access import allow, current_person
from shared.web.site import database

pages = Blueprint("presences", __name__)


@pages.get("/desk/inquiries/<uuid:inquiry_id>/readers")
@allow(*DESK)
def readers(inquiry_id: UUID) -> Response:
    """The others who read or write here; 304 while they are the same."""
    found = presences.beat(database(), inquiry_id, current_person())
    response: Response = make_response(render_template("desk/_readers.html", readers=found))
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]

"""The director's desk: the queue by its views, the next one at a press, and the mails that belong to no thread."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from inquiry_service.domain import reply_queue, tags
from inquiry_service.domain.errors import NothingToTake
from inquiry_service.web.auth import DESK
from inquiry_service.web.desk_queue import (
    Place,
    frame,
    list_part,
    notices_part,
    place_of_request,
    tag_options,
    views_part,
)
from inquiry_service.web.forms import see
from inquiry_service.web.pages import (
    desk_answers,
    desk_audit,
    desk_bulk,
    desk_composer,
    desk_files,
    desk_hours,
    desk_letters,
    desk_mail,
    desk_moves,
    desk_new,
    desk_people,
    desk_presences,
    desk_preview,
    desk_privacy,
    desk_replies,
    desk_reports,
    desk_saved_replies,
    desk_thread,
    desk_threads,
    desk_website,
)
from inquiry_service.web.parts import parts
from shared.web.access import allow, current_person
from shared.web.site import database

pages = Blueprint("desk", __name__)
for part in (
    desk_thread,
    desk_presences,
    desk_moves,
    desk_threads,
    desk_new,
    desk_bulk,
    desk_replies,
    desk_composer,
    desk_preview,
    desk_saved_replies,
    desk_letters,
    desk_mail,
    desk_files,
    desk_answers,
    desk_website,
    desk_people,
    desk_audit,
    desk_hours,
    desk_reports,
    desk_privacy,
):
    pages.register_blueprint(part.pages)


@pages.get("/desk")
@allow(*DESK)
def queue() -> str:
    """A view of the queue."""
    parts().enrollment.programs()  # for the filter; a call to the sibling: no connection is held meanwhile
    with database().reading() as session:
        place = place_of_request()
        around = frame(session, current_person(), place)
        around["tag_options"] = tag_options(place, tags.in_use(session))
        return render_template("desk/queue.html", **around)


@pages.get("/desk/queue")
@allow(*DESK)
def queue_part() -> Response:
    """The list alone, for a page that keeps itself fresh."""
    with database().reading() as session:
        found = list_part(session, current_person(), place_of_request())
    return _part("desk/_rows.html", **found, current_id=_current())


@pages.get("/desk/views")
@allow(*DESK)
def views() -> Response:
    """The views and their counts alone."""
    with database().reading() as session:
        found = views_part(session, current_person(), place_of_request())
    return _part("desk/_views.html", **found)


@pages.get("/desk/notices")
@allow(*DESK)
def notices() -> Response:
    """What stands above the desk alone: a page that is open hears of a dead worker, and of one that is back."""
    with database().reading() as session:
        return _part("desk/_notices.html", **notices_part(session, current_person()))


def _current() -> UUID | None:
    try:
        return UUID(request.args.get("at", ""))
    except ValueError:
        return None


def _part(template: str, **values: Any) -> Response:
    """304 when nothing changed since the page asked last."""
    response: Response = make_response(render_template(template, **values))
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]


@pages.post("/desk/take-next")
@allow(*DESK)
def take_next() -> ResponseReturnValue:
    """The longest due inquiry that nobody has is this person's, and open before them."""
    try:
        with database().transaction() as session:
            inquiry = reply_queue.take_next(session, current_person())
    except NothingToTake:
        flash(_("Nobody is waiting: every open question has somebody."))
        return see("/desk?view=mine")
    return see(f"/desk/inquiries/{inquiry.id}?{Place('mine').query()}")

"""A question that came by telephone or in person, written down at the desk."""

from collections.abc import Mapping

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inquiry_service.domain import spoken_questions
from inquiry_service.domain.spoken_questions import SpokenQuestion
from inquiry_service.terms import Via
from inquiry_service.web.auth import DESK
from inquiry_service.web.desk_queue import around_page
from inquiry_service.web.forms import FormNotRight, checked, page, see, submission_id, typed
from inquiry_service.web.parts import due_now, parts
from inquiry_service.web.schemas.forms import SpokenForm
from shared import idempotency
from shared.errors import Invalid
from shared.people import Person
from shared.tokens import new_id
from shared.web.access import allow, current_person
from shared.web.mistakes import sentences_of
from shared.web.site import database

pages = Blueprint("spoken", __name__, url_prefix="/desk/new")
FIELDS = ("name", "email", "phone", "program", "question", "via", "note", "is_acknowledged", "is_mine")


@pages.get("")
@allow(*DESK)
def show() -> ResponseReturnValue:
    """The empty form; a name or number that was searched for fills it in."""
    known = {name: request.args[name] for name in ("name", "email", "phone") if name in request.args}
    return _page({"via": Via.PHONE, "is_mine": "1"} | known)


@pages.post("")
@allow(*DESK)
def take_down() -> ResponseReturnValue:
    """The question is in the queue, once however often the form is sent, and open before the person."""
    person = current_person()
    needed = {"name": _("Enter who asked"), "question": _("Write what they asked")}
    try:
        given = checked(SpokenForm(), needed)
        spoken = SpokenQuestion(
            **{**given, "email": given["email"] or "", "via": Via(given["via"])}, due_at=due_now()
        )
        inquiry_id = _once(person, spoken)
    except FormNotRight as error:
        return _page({name: typed(name) for name in FIELDS}, error.errors, 422)
    except Invalid as error:
        return _page({name: typed(name) for name in FIELDS}, sentences_of(error), 422)
    flash(_("Taken down. It stands in the queue as any other question."))
    return see(f"/desk/inquiries/{inquiry_id}")


def _once(person: Person, spoken: SpokenQuestion) -> str:
    def work(session: Session) -> dict[str, str]:
        return {"id": str(spoken_questions.take_down(session, parts().references, person, spoken).id)}

    body_hash = idempotency.fingerprint({name: typed(name) for name in FIELDS})
    key = f"{submission_id()}:{body_hash.hex()[:16]}"
    return str(idempotency.once(database(), f"spoken:{person.id}", key, body_hash, work)["id"])


def _page(
    values: Mapping[str, str], errors: Mapping[str, str] | None = None, status: int = 200
) -> ResponseReturnValue:
    programs = [(program.slug, program.title) for program in parts().enrollment.programs()]
    with database().reading() as session:
        views = around_page(session, current_person())
    html = render_template(
        "desk/new.html",
        **views,
        is_new_question=True,
        values=values,
        errors=errors or {},
        programs=programs,
        submission_id=request.form.get("submission_id") or str(new_id()),
    )
    return page(html, status)

"""Published answers: staff write them once, and whoever types a question like theirs is shown them."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from inquiry_service.domain import published_answers
from inquiry_service.web.auth import DESK
from inquiry_service.web.desk_queue import around_page
from inquiry_service.web.forms import FormNotRight, checked, page, see, typed
from inquiry_service.web.parts import parts, settings
from inquiry_service.web.schemas.forms import PublishedAnswerForm
from inquiry_service.web.words import program_code, said_at
from shared.clock import utc_now
from shared.web.access import allow, current_person
from shared.web.site import database

pages = Blueprint("answers", __name__, url_prefix="/desk/answers")
FIELDS = ("question", "answer", "program")


@pages.get("")
@allow(*DESK)
def show() -> ResponseReturnValue:
    """All of them, and a form for one more; a sent answer fills it in."""
    return _page(_from_reply())


def _from_reply() -> Mapping[str, str]:
    try:
        reply_id = UUID(request.args.get("reply", ""))
    except ValueError:
        return {}
    with database().reading() as session:
        draft = published_answers.draft_from(session, reply_id)
    return dict(zip(FIELDS, draft, strict=False)) if draft else {}


@pages.post("")
@allow(*DESK)
def publish() -> ResponseReturnValue:
    """It is published, or the form is there again with what was typed."""
    needed = {"question": _("Enter the question"), "answer": _("Enter the answer")}
    try:
        values = checked(PublishedAnswerForm(), needed)
    except FormNotRight as error:
        return _page({name: typed(name) for name in FIELDS}, error.errors, 422)
    with database().transaction() as session:
        published_answers.publish(session, current_person(), **values, locale=settings().school_locale)
    flash(_("Published. Visitors see it as soon as they type a question like it."))
    return see("/desk/answers")


@pages.post("/<uuid:answer_id>/withdraw")
@allow(*DESK)
def withdraw(answer_id: UUID) -> ResponseReturnValue:
    """No visitor sees it any more."""
    with database().transaction() as session:
        published_answers.withdraw(session, answer_id, current_person())
    flash(_("Withdrawn. It can be published again below."))
    return see("/desk/answers")


@pages.post("/<uuid:answer_id>/publish")
@allow(*DESK)
def publish_again(answer_id: UUID) -> ResponseReturnValue:
    """Visitors see it again."""
    with database().transaction() as session:
        published_answers.publish_again(session, answer_id, current_person())
    flash(_("Published again."))
    return see("/desk/answers")


def _page(
    values: Mapping[str, str], errors: Mapping[str, str] | None = None, status: int = 200
) -> ResponseReturnValue:
    now, zone = utc_now(), settings().zone
    with database().reading() as session:
        answers = [
            {
                "id": found.id,
                "question": found.question,
                "answer": found.answer,
                "program": program_code(found.program) if found.program else "",
                "is_withdrawn": found.withdrawn_at is not None,
                "at": found.published_at,
                "words": said_at(found.published_at, now, zone),
            }
            for found in published_answers.listed(session)
        ]
        html = render_template(
            "desk/answers.html",
            answers=answers,
            values=values,
            errors=errors or {},
            is_answers=True,
            programs=[(program.slug, program.title) for program in parts().enrollment.programs()],
            **around_page(session, current_person()),
        )
    return page(html, status)

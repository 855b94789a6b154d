"""What a person decides about a letter of a thread whose outcome is not known, or that did not arrive."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inquiry_service.domain import threads
from inquiry_service.web.auth import DESK
from inquiry_service.web.pages.desk_moves import back_to, say_no
from shared import letters
from shared.audit import Actor
from shared.errors import DomainError, NotFound
from shared.phrases import phrase
from shared.web.access import allow, current_person
from shared.web.site import database

pages = Blueprint(
    "letters", __name__, url_prefix="/desk/inquiries/<uuid:inquiry_id>/letters/<uuid:letter_id>"
)


@pages.post("/resend")
@allow(*DESK)
def resend(inquiry_id: UUID, letter_id: UUID) -> ResponseReturnValue:
    """The letter goes again."""
    return _decide(inquiry_id, letter_id, letters.resend, _("It goes out again now."))


@pages.post("/mark-sent")
@allow(*DESK)
def mark_sent(inquiry_id: UUID, letter_id: UUID) -> ResponseReturnValue:
    """The letter is known to have arrived."""
    return _decide(inquiry_id, letter_id, letters.mark_sent, _("Marked as sent."))


def _decide(
    inquiry_id: UUID, letter_id: UUID, decide: Callable[[Session, UUID, Actor], object], said: str
) -> ResponseReturnValue:
    try:
        with database().transaction() as session:
            _check_belongs(session, inquiry_id, letter_id)
            decide(session, letter_id, current_person().actor)
        flash(said)
    except NotFound:
        raise
    except DomainError as error:
        say_no(error)
    return back_to(inquiry_id)


def _check_belongs(session: Session, inquiry_id: UUID, letter_id: UUID) -> None:
    """Raises NotFound for a letter of another thread."""
    subjects = threads.subjects_of(inquiry_id, threads.thread(session, inquiry_id))
    if all(row.id != letter_id for row in letters.letters_of(session, subjects)):
        raise NotFound(phrase("There is no such letter in this thread"))

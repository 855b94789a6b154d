"""Inquiries that are put off: out of the way until a time, or until the asker writes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from inquiry_service.db.models import Inquiry
from inquiry_service.domain import inquiries
from inquiry_service.domain.errors import WrongMove
from inquiry_service.domain.mail_commands import LONGEST
from inquiry_service.terms import InquiryStatus
from shared import audit, jobs
from shared.audit import Actor
from shared.clock import utc_now
from shared.db import first
from shared.errors import Invalid
from shared.phrases import phrase
from shared.tokens import new_id

_CAN_BE_PUT_OFF = (InquiryStatus.NEW, InquiryStatus.OPEN, InquiryStatus.WAITING)
_WAKE = text("""
    UPDATE inquiry SET snoozed_until = NULL, is_snoozed_for_answer = false, back_because = 'time', due_at = now(),
                       status = CASE WHEN status = 'waiting' THEN 'open' ELSE status END
    WHERE id = :id AND snoozed_until <= now() RETURNING id
""")


def snooze(session: Session, inquiry_id: UUID, actor: Actor, until: datetime | None) -> Inquiry:
    """Nobody is offered the inquiry before `until`; then it is due, also when the asker said nothing. Raises WrongMove, Invalid.

    Without a time it waits for the asker, a year at most: then somebody should close it.
    """
    inquiry = inquiries.find(session, inquiry_id, lock=True)
    if inquiry.status not in _CAN_BE_PUT_OFF:
        raise WrongMove(state=inquiry.status)
    is_for_answer = until is None
    until = until or utc_now() + LONGEST
    if not utc_now() < until <= utc_now() + LONGEST:
        raise Invalid(
            phrase("That is no time to put it off to"),
            fields={"until": [phrase("Choose a time to come, within a year.")]},
        )
    inquiry.snoozed_until, inquiry.is_snoozed_for_answer, inquiry.back_because = until, is_for_answer, None
    jobs.enqueue(
        session,
        "wake_inquiry",
        {"inquiry_id": str(inquiry_id)},
        dedupe_key=f"wake:{inquiry_id}:{new_id()}",
        due_at=until,
    )
    until_words = "they write" if is_for_answer else until.isoformat()
    audit.write(session, actor, "inquiry_snoozed", inquiry.id, until=until_words)
    session.flush()
    return inquiry


def wake(session: Session, inquiry_id: UUID, actor: Actor) -> Inquiry:
    """The inquiry is where it would have been without."""
    inquiry = inquiries.find(session, inquiry_id, lock=True)
    if inquiry.snoozed_until is not None:
        inquiry.snoozed_until, inquiry.is_snoozed_for_answer = None, False
        audit.write(session, actor, "inquiry_woken", inquiry.id)
    session.flush()
    return inquiry


def time_is_up(session: Session, inquiry_id: UUID) -> bool:
    """A snooze that is over ends; one that was made longer, or ended already, does not."""
    return first(session, _WAKE, id=inquiry_id) is not None

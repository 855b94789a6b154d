"""The line for a full section."""

from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from enrollment_service.db.queries import broken_constraint, inside
from enrollment_service.db.queries import waitlist as statements
from enrollment_service.domain.errors import AlreadyRegistered, NoFreeSeat, WaitlistFull
from enrollment_service.domain.seat_truth import read_truth, why_not
from enrollment_service.domain.seating import TAKEN_ALREADY, Registered, SeatRequest, lock_seats, take_seat
from enrollment_service.terms import RegistrationStatus
from shared.db import first
from shared.phrases import phrase


def seat_or_line(session: Session, request: SeatRequest) -> Registered:
    """The person has the seat that was just freed, or a place in line; never both.

    Raises RegistrationClosed, WaitlistFull, AlreadyRegistered, SectionNotFound, SameKeyOtherBody.
    """
    # lock first: a join that races a cancellation would leave a free seat and a waiter for ever
    lock_seats(session, request.section_id)
    try:
        return take_seat(inside(session), request)
    except NoFreeSeat:
        return _join_line(session, request)


def _join_line(session: Session, request: SeatRequest) -> Registered:
    try:
        joined = first(session, statements.JOIN_LINE, **request.parameters(RegistrationStatus.WAITLISTED))
    except IntegrityError as error:
        if broken_constraint(error) in TAKEN_ALREADY:
            raise AlreadyRegistered() from None
        raise
    if joined is None:
        truth = read_truth(session, request.section_id)
        if not (truth.is_in_window or request.at_any_time) or truth.is_cancelled:
            raise why_not(truth)
        raise WaitlistFull(
            phrase(
                "%(seats)s; the waitlist takes %(limit)s.", seats=truth.in_words(), limit=truth.waitlist_limit
            )
        )
    return Registered(request.id, request.reference, RegistrationStatus.WAITLISTED, int(joined.position))


def position(session: Session, registration_id: UUID) -> int | None:
    """The place in line now, counted from 1; none for who is not waiting."""
    row = first(session, statements.POSITION, registration_id=registration_id)
    return int(row.position) or None if row else None

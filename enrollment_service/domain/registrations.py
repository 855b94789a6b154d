"""A student's claim on a seat: made, seen by its link, and ended."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from enrollment_service.db.queries import inside, offers
from enrollment_service.db.queries import registrations as statements
from enrollment_service.domain.errors import (
    AlreadyRegistered,
    NoFreeSeat,
    ReasonNeeded,
    RegistrationEnded,
    RegistrationNotFound,
    SectionFull,
    WrongCode,
)
from enrollment_service.domain.people import normal_name
from enrollment_service.domain.seat_truth import read_truth, why_not
from enrollment_service.domain.seating import (
    Registered,
    SeatRequest,
    as_registered,
    give_back_seat,
    lock_seats,
    take_seat,
)
from enrollment_service.domain.waitlist import seat_or_line
from enrollment_service.terms import ACTIVE, SEATED, RegistrationStatus
from shared import letters
from shared.audit import THE_SERVICE, Actor
from shared.audit import write as write_audit
from shared.db import Database, first, rows
from shared.errors import TooMany
from shared.idempotency import same_body_or_raise
from shared.people import normal_address
from shared.phrases import counted, phrase
from shared.tokens import hash_code, hash_secret, new_id

CANCEL = "cancel"
CODE_TRIES_LIMIT = 5
CODES_AN_HOUR = 3
_TRIES = 3


def register(database: Database, request: SeatRequest, *, accepts_waitlist: bool) -> Registered:
    """A seat is taken, or (if that is accepted) a place in line; never both, never neither. Committed when this returns.

    One statement decides; only who goes in line locks the counter row, in a transaction of its own.
    Raises SectionFull, WaitlistFull, RegistrationClosed, AlreadyRegistered, SectionNotFound, SameKeyOtherBody.
    """
    try:
        return _register(database, request, accepts_waitlist=accepts_waitlist)
    except AlreadyRegistered:
        return _earlier_answer(database, request)


def _register(database: Database, request: SeatRequest, *, accepts_waitlist: bool) -> Registered:
    for _ in range(_TRIES):
        try:
            return take_seat(database.run, request)
        except NoFreeSeat:
            with database.reading() as session:
                truth = read_truth(session, request.section_id)
            if not truth.is_in_window:
                raise why_not(truth) from None
            if accepts_waitlist:
                return database.in_transaction(lambda session: seat_or_line(session, request))
            if not truth.free:
                raise why_not(truth) from None
    raise SectionFull(phrase("The last seat was taken while you were registering."))


def _earlier_answer(database: Database, request: SeatRequest) -> Registered:
    """What the same request was told a moment ago. Raises AlreadyRegistered when it was another request that registered them."""
    earlier = database.run(statements.EARLIER_ANSWER, {"scope": "registration", "key": request.key})
    if earlier:
        same_body_or_raise(earlier[0].body_hash, request.body_hash)
        return as_registered(earlier[0].answer, is_fresh=False)
    active = database.run(
        statements.ACTIVE_OF_PERSON,
        {
            "section_id": request.section_id,
            "email_normal": normal_address(request.applicant.email),
            "for_name_normal": normal_name(request.applicant.for_name),
        },
    )
    is_waiting = bool(active) and active[0].status == RegistrationStatus.WAITLISTED
    raise AlreadyRegistered(
        phrase("This address is already on the waitlist of this section.")
        if is_waiting
        else phrase("This address already has a seat in this section.")
    )


def register_by_office(
    session: Session, request: SeatRequest, *, actor: Actor, overbook: bool = False, reason: str = ""
) -> Registered:
    """Like `register`, by the registrar: also outside the public window, and beyond the last seat when `overbook` with a reason.

    Raises ReasonNeeded, SectionFull, AlreadyRegistered, SectionNotFound.
    """
    if overbook and len(reason.strip()) < 5:
        raise ReasonNeeded(
            fields={"reason": [phrase("Write a few words that explain the extra seat later.")]}
        )
    lock_seats(session, request.section_id)
    try:
        registered = take_seat(inside(session), request, overbook=overbook)
    except NoFreeSeat:
        raise why_not_for_office(session, request.section_id) from None
    if registered.is_fresh:
        action = "registered_overbooked" if overbook else "registered_by_office"
        write_audit(
            session, actor, action, registered.id, reason=reason or None, section_id=str(request.section_id)
        )
    return registered


def why_not_for_office(session: Session, section_id: UUID) -> Exception:
    """The window does not bind the office; a full or cancelled section does."""
    truth = read_truth(session, section_id)
    return why_not(truth) if truth.is_cancelled else SectionFull(truth.in_words(), waiting=truth.waiting)


def show(session: Session, registration_id: UUID) -> Any:
    """The registration with its section, program and open offer. Raises RegistrationNotFound."""
    row = first(session, statements.SHOW, registration_id=registration_id)
    if row is None:
        raise RegistrationNotFound()
    return row


def show_by_link(session: Session, secret: str) -> Any:
    """The registration whose letter carried the link. Raises RegistrationNotFound."""
    row = first(session, statements.SHOW_BY_LINK, secret_hash=hash_secret(secret))
    if row is None:
        raise RegistrationNotFound(
            "This link is not alive. The newest letter about your registration has one that is."
        )
    return row


def prove_address(session: Session, registration: Any, secret: str) -> None:
    """Letters to this address may now repeat what its owner typed: the link came from a letter, and somebody opened it."""
    session.execute(statements.PROVE_ADDRESS, {"email_normal": registration.email_normal})
    session.execute(statements.MARK_LINK_USED, {"secret_hash": hash_secret(secret)})


def ask_for_links(session: Session, email: str) -> None:
    """Whoever reads that address gets a letter with links to all its active registrations, once an hour.

    The caller hears the same whether there are any or not.
    """
    found = active_of_address(session, email)
    if found and not session.execute(statements.LINKS_SENT_LATELY, {"email": found[-1].email}).scalar_one():
        newest = found[-1]
        letters.write(
            session,
            "my_links",
            subject_id=newest.id,
            recipient=newest.email,
            dedupe_key=f"my_links:{new_id()}",
        )


def active_of_address(session: Session, email: str) -> list[Any]:
    """The registrations of the address that have not ended, by the first day of their sections."""
    return list(rows(session, statements.ACTIVE_OF_ADDRESS, email_normal=normal_address(email)))


def of_person(session: Session, email: str) -> list[Any]:
    """What the address registered for, the newest first, whatever became of it."""
    return list(rows(session, statements.ALL_OF_ADDRESS, email_normal=normal_address(email)))


def ask_for_cancel_code(session: Session, registration_id: UUID) -> None:
    """A letter with six digits is owed to the address on file. Raises RegistrationEnded, TooMany."""
    registration = show(session, registration_id)
    if registration.status not in ACTIVE:
        raise RegistrationEnded()
    asked = first(
        session, statements.CODES_ASKED, registration_id=registration_id, subject_id=registration_id
    )
    assert asked is not None
    if asked.asked >= CODES_AN_HOUR:
        raise TooMany(
            phrase("We sent three codes within an hour. Use the newest, or try later."), retry_after_s=3600
        )
    letters.write(
        session,
        "cancel_code",
        subject_id=registration_id,
        recipient=registration.email,
        dedupe_key=f"cancel_code:{registration_id}:{asked.last_at.timestamp() if asked.last_at else 0}",
    )


def cancel_with_code(database: Database, registration_id: UUID, code: str, *, secret_key: str) -> None:
    """The registration is cancelled by who reads the mail of its address. A wrong try counts even though it changes nothing.

    Raises WrongCode, RegistrationEnded.
    """
    tried = database.run(
        statements.TRY_CODE,
        {
            "subject_id": registration_id,
            "purpose": CANCEL,
            "code_hash": hash_code(secret_key, registration_id, "".join(filter(str.isdigit, code))),
            "tries_limit": CODE_TRIES_LIMIT,
        },
    )
    if not tried or not tried[0].is_right:
        left = tried[0].tries_left if tried else 0
        words = (
            counted(
                "That is not the code we sent. You can try %(num)s more time.",
                "That is not the code we sent. You can try %(num)s more times.",
                left,
            )
            if left
            else phrase("Ask for a new code: this one no longer works.")
        )
        raise WrongCode(fields={"code": [words]})
    database.in_transaction(
        lambda session: cancel(session, registration_id, because="cancelled by the student")
    )


def cancel(
    session: Session,
    registration_id: UUID,
    *,
    because: str,
    actor: Actor = THE_SERVICE,
    reason: str | None = None,
) -> None:
    """The claim has ended; its seat, if it had one, is offered to the longest waiting. Raises RegistrationEnded, RegistrationNotFound."""
    end(session, registration_id, RegistrationStatus.CANCELLED, ACTIVE, because=because)
    registration = show(session, registration_id)
    letters.write(
        session,
        "cancelled",
        subject_id=registration_id,
        recipient=registration.email,
        dedupe_key=f"cancelled:{registration_id}",
    )
    write_audit(session, actor, "registration_cancelled", registration_id, reason=reason)


def cancel_by_office(session: Session, registration_id: UUID, *, actor: Actor, reason: str) -> None:
    """The office ended the claim, and said why. Raises ReasonNeeded, RegistrationEnded, RegistrationNotFound."""
    if len(reason.strip()) < 5:
        raise ReasonNeeded(fields={"reason": [phrase("Write a few words: the student may ask.")]})
    cancel(session, registration_id, because="cancelled by the office", actor=actor, reason=reason.strip())


def end(
    session: Session,
    registration_id: UUID,
    status: RegistrationStatus,
    from_statuses: tuple[RegistrationStatus, ...],
    *,
    because: str,
) -> None:
    """The claim is over and its seat handed on. Raises RegistrationEnded when it was in none of `from_statuses`."""
    place = first(session, statements.SECTION_OF, registration_id=registration_id)
    if place is None:
        raise RegistrationNotFound()
    lock_seats(session, place.section_id)
    ended = first(
        session,
        statements.END,
        registration_id=registration_id,
        status=status.value,
        because=because,
        from_statuses=[word.value for word in from_statuses],
    )
    if ended is None:
        raise RegistrationEnded()
    _drop_open_offer(session, registration_id)
    if ended.was in SEATED:
        give_back_seat(session, place.section_id)


def _drop_open_offer(session: Session, registration_id: UUID) -> None:
    dropped = first(session, offers.SETTLE_OF_REGISTRATION, registration_id=registration_id)
    if dropped is not None:
        letters.cancel(session, dropped.letter_id, "the registration ended")


@dataclass(frozen=True)
class Roster:
    """Who sits, who waits, and who left."""

    seated: list[Any]
    waiting: list[Any]
    ended: list[Any]


def roster(session: Session, section_id: UUID) -> Roster:
    """Everybody of one section; the waiting in the order of their line."""
    active = rows(session, statements.ROSTER, section_id=section_id)
    return Roster(
        seated=[row for row in active if row.status != RegistrationStatus.WAITLISTED],
        waiting=[row for row in active if row.status == RegistrationStatus.WAITLISTED],
        ended=list(rows(session, statements.ENDED, section_id=section_id)),
    )


def show_by_reply_address(session: Session, address_hash: bytes) -> Any:
    """The registration that answers to one of our reply addresses belong to. Raises RegistrationNotFound."""
    row = first(session, statements.SHOW_BY_REPLY_ADDRESS, address_hash=address_hash)
    if row is None:
        raise RegistrationNotFound()
    return row

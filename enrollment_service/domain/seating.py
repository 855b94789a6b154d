"""Seats: taking one, giving one back, adding some. Every writer comes through here: web, office, API, waitlist, sample school.

Invariants at rest: taken = held + offered + confirmed ≤ capacity + overbooked; no section has a free seat and somebody waiting.
"""

import json
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from enrollment_service.db.queries import Run, broken_constraint
from enrollment_service.db.queries import seating as statements
from enrollment_service.domain.errors import AlreadyRegistered, NoFreeSeat, SectionNotFound
from enrollment_service.domain.people import Applicant, normal_name
from enrollment_service.terms import RegistrationStatus, Source
from shared.audit import Actor
from shared.audit import write as write_audit
from shared.db import first
from shared.errors import Invalid
from shared.idempotency import same_body_or_raise
from shared.logging import current_request_id
from shared.people import normal_address
from shared.phrases import Phrase, counted, listed, phrase
from shared.tokens import new_id

CAPACITY_LIMIT = 1000
SCOPE = "registration"
TAKEN_ALREADY = ("uq_registration_active", "pk_idempotency")  # the person, or the same request, was faster


@dataclass(frozen=True, kw_only=True)
class SeatRequest:
    """One person's wish for a seat of one section. `key` makes repeating it harmless; `body_hash` tells a repeat from another wish."""

    section_id: UUID
    applicant: Applicant
    reference: str
    key: str
    body_hash: bytes
    source: Source = Source.WEB
    at_any_time: bool = False  # the office registers outside the public window
    writes_letter: bool = True
    id: UUID = field(default_factory=new_id)
    letter_id: UUID = field(default_factory=new_id)

    def parameters(self, status: RegistrationStatus) -> dict[str, object]:
        """The values of TAKE_SEAT and JOIN_LINE."""
        answer = {"id": str(self.id), "reference": self.reference, "status": status.value}
        return {
            "id": self.id,
            "reference": self.reference,
            "section_id": self.section_id,
            "name": self.applicant.name,
            "email": self.applicant.email,
            "email_normal": normal_address(self.applicant.email),
            "for_name": self.applicant.for_name,
            "for_name_normal": normal_name(self.applicant.for_name),
            "phone": self.applicant.phone,
            "inquiry": self.applicant.inquiry,
            "source": self.source.value,
            "at_any_time": self.at_any_time,
            "writes_letter": self.writes_letter,
            "letter_id": self.letter_id,
            "scope": SCOPE,
            "key": self.key,
            "body_hash": self.body_hash,
            "answer": json.dumps(answer),
            "request_id": current_request_id(),
        }


@dataclass(frozen=True)
class Registered:
    """What the applicant hears. `position` counts from 1 and only the waitlisted have one; a repeat is not `is_fresh`."""

    id: UUID
    reference: str
    status: RegistrationStatus
    position: int | None = None
    is_fresh: bool = True


def take_seat(run: Run, request: SeatRequest, *, overbook: bool = False) -> Registered:
    """The seat is taken with its registration and the letter owed, in one statement; or nothing at all has changed.

    Raises NoFreeSeat (full, closed or unknown: `why_not` tells), AlreadyRegistered, SameKeyOtherBody.
    """
    parameters = request.parameters(RegistrationStatus.CONFIRMED) | {"overbook": overbook}
    try:
        answered = run(statements.TAKE_SEAT, parameters)
    except IntegrityError as error:
        if broken_constraint(error) in TAKEN_ALREADY:
            raise AlreadyRegistered() from None
        raise
    if not answered:
        raise NoFreeSeat()
    row = answered[0]
    same_body_or_raise(row.body_hash, request.body_hash)
    return as_registered(row.answer, is_fresh=row.is_fresh)


def as_registered(answer: dict[str, object], *, is_fresh: bool) -> Registered:
    """A stored answer, as it was given the first time."""
    position = answer.get("position")
    return Registered(
        id=UUID(str(answer["id"])),
        reference=str(answer["reference"]),
        status=RegistrationStatus(str(answer["status"])),
        position=int(str(position)) if position is not None else None,
        is_fresh=is_fresh,
    )


def lock_seats(session: Session, section_id: UUID) -> None:
    """Nobody else moves a seat or the line of this section until the transaction ends. Lock several in the order of their ids."""
    if first(session, statements.LOCK, section_id=section_id) is None:
        raise SectionNotFound()


def give_back_seat(session: Session, section_id: UUID) -> None:
    """The seat is free, and in the same transaction the longest waiting has it as an offer. The counter is locked before."""
    if first(session, statements.FREE_SEAT, section_id=section_id) is None:
        raise AssertionError("a seat was given back that nobody had taken")
    offer_free_seats(session, section_id)


def offer_free_seats(session: Session, section_id: UUID) -> int:
    """No seat is free while somebody waits: each is held by an offer to the longest waiting. Returns how many offers were made."""
    made = 0
    while first(
        session,
        statements.OFFER_SEAT,
        section_id=section_id,
        offer_id=new_id(),
        letter_id=new_id(),
        request_id=current_request_id(),
    ):
        made += 1
    return made


def change_capacity(
    session: Session, section_id: UUID, capacity: int, *, actor: Actor, reason: str = ""
) -> Phrase:
    """The section has `capacity` seats. Fewer than are taken: the rest counts as overbooked and freed seats pay it back first.

    Returns what happened, in words. Raises SectionNotFound, Invalid.
    """
    if not 0 <= capacity <= CAPACITY_LIMIT:
        raise Invalid(
            phrase("The number of seats is not right"),
            fields={"capacity": [phrase("A number from 0 to %(limit)s.", limit=CAPACITY_LIMIT)]},
        )
    lock_seats(session, section_id)
    seats = first(session, statements.SET_CAPACITY, section_id=section_id, capacity=capacity)
    assert seats is not None
    offers = offer_free_seats(session, section_id)
    write_audit(
        session,
        actor,
        "capacity_changed",
        section_id,
        reason=reason or None,
        capacity=capacity,
        overbooked=seats.overbooked,
    )
    said = [counted("%(num)s seat", "%(num)s seats", capacity)]
    if seats.overbooked:
        said.append(phrase("%(n)s overbooked: as many freed seats stay empty", n=seats.overbooked))
    if offers:
        said.append(phrase("%(n)s offered to the waitlist", n=offers))
    return listed(said)

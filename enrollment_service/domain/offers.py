"""An offered seat: its clock starts when the letter is sent, and one of accept, decline, expire or fail ends it."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from enrollment_service.db.queries import offers as statements
from enrollment_service.db.queries import registrations as claims
from enrollment_service.domain.errors import OfferSettled
from enrollment_service.domain.registrations import end, show
from enrollment_service.domain.seating import lock_seats
from enrollment_service.terms import OfferStatus, RegistrationStatus
from shared import jobs, letters
from shared.audit import THE_SERVICE
from shared.audit import write as write_audit
from shared.db import first

EXPIRE_OFFER = "expire_offer"


def latest_end(sent_at: datetime, valid_hours: int, starts_on: date, zone: ZoneInfo) -> datetime:
    """When an offer sent at that moment ends: after its hours, and with the section's first day at the latest. Pure."""
    return min(sent_at + timedelta(hours=valid_hours), datetime.combine(starts_on, time(), zone))


def find(session: Session, offer_id: UUID) -> Any:
    """The offer, in whatever state. Raises OfferSettled when there is none: nobody learns more from a guessed id."""
    offer = first(session, statements.SHOW, offer_id=offer_id)
    if offer is None:
        raise OfferSettled()
    return offer


def start_clock(session: Session, offer_id: UUID) -> None:
    """The letter is out: from now on the time to answer runs, and its end is a row of work. The second call changes nothing."""
    started = first(session, statements.START_CLOCK, offer_id=offer_id)
    if started is not None:
        jobs.enqueue(
            session,
            EXPIRE_OFFER,
            {"offer_id": str(offer_id)},
            dedupe_key=f"{EXPIRE_OFFER}:{offer_id}",
            due_at=started.expires_at,
        )


def accept(session: Session, offer_id: UUID) -> None:
    """The seat that was offered is theirs. Raises OfferSettled."""
    offer = _settle(session, offer_id, OfferStatus.ACCEPTED)
    confirmed = first(
        session,
        claims.CONFIRM,
        registration_id=offer.registration_id,
        from_status=RegistrationStatus.OFFERED.value,
    )
    if confirmed is None:
        raise OfferSettled()
    letters.write(
        session,
        "confirmation",
        subject_id=confirmed.id,
        recipient=confirmed.email,
        dedupe_key=f"confirmation:{confirmed.id}",
    )
    write_audit(session, THE_SERVICE, "offer_accepted", confirmed.id)


def decline(session: Session, offer_id: UUID) -> None:
    """The seat goes to the next in line. Raises OfferSettled."""
    offer = _settle(session, offer_id, OfferStatus.DECLINED)
    _end(
        session, offer.registration_id, RegistrationStatus.CANCELLED, because="the offered seat was declined"
    )
    write_audit(session, THE_SERVICE, "offer_declined", offer.registration_id)


def expire(session: Session, offer_id: UUID) -> None:
    """The deadline has passed: the seat goes to the next in line. Raises OfferSettled, also when the deadline is still ahead."""
    offer = _settle(session, offer_id, OfferStatus.EXPIRED)
    _end(
        session,
        offer.registration_id,
        RegistrationStatus.EXPIRED,
        because="the offer was not answered in time",
    )
    registration = show(session, offer.registration_id)
    letters.write(
        session,
        "offer_passed",
        subject_id=registration.id,
        recipient=registration.email,
        dedupe_key=f"offer_passed:{offer_id}",
    )
    write_audit(session, THE_SERVICE, "offer_expired", offer.registration_id)


def pass_on(session: Session, offer_id: UUID, *, fate: str) -> None:
    """The letter never arrived (`fate`: failed or bounced): the seat goes to the next in line, and the office sees it. Raises OfferSettled."""
    offer = _settle(session, offer_id, OfferStatus.FAILED)
    _end(session, offer.registration_id, RegistrationStatus.EXPIRED, because=f"the offer's letter {fate}")
    write_audit(session, THE_SERVICE, "offer_letter_failed", offer.registration_id, fate=fate)


def letter_settled(session: Session, letter_id: UUID, fate: str) -> None:
    """What the fate of an offer's letter means for the offer. An unknown fate means nothing yet: a person is asked."""
    offer = first(session, statements.BY_LETTER, letter_id=letter_id)
    if offer is None or offer.status != OfferStatus.OPEN:
        return
    if fate == "sent":
        start_clock(session, offer.id)
    elif fate in ("failed", "bounced"):
        pass_on(session, offer.id, fate=fate)


def _settle(session: Session, offer_id: UUID, status: OfferStatus) -> Any:
    lock_seats(session, find(session, offer_id).section_id)
    settled = first(session, statements.SETTLE, offer_id=offer_id, status=status.value)
    if settled is None:
        raise OfferSettled()
    return settled


def _end(session: Session, registration_id: UUID, status: RegistrationStatus, *, because: str) -> None:
    end(session, registration_id, status, (RegistrationStatus.OFFERED,), because=because)

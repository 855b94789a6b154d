"""What is held about one person, who is known by their address; what the law keeps of it, and how the rest is emptied."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from enrollment_service.db.queries import personal_data as statements
from enrollment_service.domain.registrations import end
from enrollment_service.terms import ACTIVE, RegistrationStatus
from shared import audit, erasures
from shared.audit import THE_SERVICE, Actor
from shared.db import first, rows
from shared.erasures import Erasure
from shared.errors import DomainError, Invalid, NotFound
from shared.people import normal_address
from shared.phrases import phrase
from shared.tokens import new_id

SOURCE_NEEDED = 5  # letters


class StillRegistered(DomainError):
    """They have a seat or a place in line in a class that is still to begin. `references` names them."""

    code = "still-registered"
    title = phrase("They have places in classes that are still to begin")

    def __init__(self, references: Sequence[str]) -> None:
        super().__init__(references=list(references))
        self.references = list(references)


class NoSuchDuty(NotFound):
    """No duty has that id, or it has ended."""

    code = "duty-not-found"
    title = phrase("There is no such rule")


@dataclass(frozen=True)
class Held:
    """What there is about one address, the oldest first; `duties` are the rules in force."""

    address: str
    registrations: Sequence[Any]
    letters: Sequence[Any]
    duties: Sequence[Any]
    today: date

    def to_come(self) -> list[Any]:
        """Places in classes that are still to begin."""
        return [one for one in self.registrations if one.is_to_come]

    def kept(self) -> list[tuple[Any, Any]]:
        """Registrations that a rule keeps, each with the rule."""
        found = ((one, duty_for(one, self.duties, self.today)) for one in self.registrations)
        return [(one, duty) for one, duty in found if duty is not None]


def duty_for(registration: Any, duties: Sequence[Any], today: date) -> Any:
    """The rule in force that keeps it, or None: for a record whose years are not over."""
    if not registration.is_record:
        return None
    return next(
        (
            duty
            for duty in duties
            if duty.keep_years is None or today <= _plus(registration.ends_on, duty.keep_years)
        ),
        None,
    )


def _plus(day: date, years: int) -> date:
    """The same day so many years later; of a leap day the one before."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def held(session: Session, address: str) -> Held:
    """Everything about that address."""
    normal = normal_address(address)
    registrations = rows(session, statements.REGISTRATIONS, address=normal)
    spellings = sorted({normal, *(one.email for one in registrations)})
    return Held(
        normal,
        registrations,
        rows(session, statements.LETTERS, ids=[one.id for one in registrations], addresses=spellings),
        rows(session, statements.DUTIES_IN_FORCE),
        session.execute(statements.TODAY).scalar_one(),
    )


def erase(
    session: Session, actor: Actor, address: str, erasure: Erasure, *, reason: str, gives_up: bool
) -> tuple[dict[str, int], list[dict[str, str]]]:
    """Nothing here says any more who that person is, but what a rule keeps: their name and the class. Returns what went and what stays.

    With `gives_up` their places in classes to come go to the next in line. Raises StillRegistered, LetterGoing.
    """
    to_come = held(session, address).to_come()
    if to_come and not gives_up:
        raise StillRegistered([one.reference for one in to_come])
    for one in sorted(to_come, key=lambda one: (one.section_id, one.id)):
        end(session, one.id, RegistrationStatus.CANCELLED, ACTIVE, because="erased")
    found = held(session, address)
    kept = found.kept()
    ids, kept_ids = [one.id for one in found.registrations], [one.id for one, _ in kept]
    spellings = sorted({found.address, *(one.email for one in found.registrations)})
    letter_ids = [letter.id for letter in found.letters]
    erasures.empty_letters(session, letter_ids, subject_ids=ids, addresses=spellings)
    session.execute(statements.ERASE, {"ids": ids, "kept": kept_ids})
    session.execute(statements.FORGET_PROOF, {"address": found.address})
    counts = {
        "registrations": len(ids) - len(kept),
        "letters": len(letter_ids),
        "places_given_up": len(to_come),
    }
    stays = [{"reference": one.reference, "why": duty.says, "source": duty.source} for one, duty in kept]
    erasures.record(session, erasure, actor, reason=reason, erased=counts, kept=stays)
    audit.write(session, actor, "person_erased", erasure.id, reason=reason)
    return counts, stays


def erase_again(session: Session, wanted: Sequence[Erasure]) -> int:
    """After a restore: whoever is on the list is erased once more. Returns how many were still known here."""
    if not wanted:
        return 0
    known = [row.address for row in rows(session, statements.ADDRESSES)]
    number = 0
    for address, erasure in erasures.addresses_erased(known, wanted):
        erase(session, THE_SERVICE, address, erasure, reason="repeated after a restore", gives_up=True)
        number += 1
    return number


def duties(session: Session) -> Sequence[Any]:
    """Every rule, also those that ended."""
    return rows(session, statements.DUTIES)


def add_duty(
    session: Session,
    actor: Actor,
    *,
    says: str,
    source: str,
    keep_years: int | None,
    effective_from: date | None,
) -> None:
    """From that day on (today, without one) registrations of classes that began are kept because of it. Raises Invalid."""
    if len(source.strip()) < SOURCE_NEEDED:
        raise Invalid(fields={"source": [phrase("Say where it is written: a law, a rule and its number.")]})
    duty_id = new_id()
    values = {"id": duty_id, "says": says, "source": source, "keep_years": keep_years}
    session.execute(statements.ADD_DUTY, values | {"effective_from": effective_from})
    audit.write(session, actor, "record_duty_added", duty_id)


def end_duty(session: Session, actor: Actor, duty_id: UUID) -> None:
    """It keeps nothing any more. Raises NoSuchDuty."""
    if first(session, statements.END_DUTY, id=duty_id) is None:
        raise NoSuchDuty()
    audit.write(session, actor, "record_duty_ended", duty_id)

"""Being away: a colleague has one's work from a day until another, and what they did not touch comes back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inquiry_service.db.models import Absence, Staff
from inquiry_service.db.queries import absences as statements
from inquiry_service.terms import DESK_ROLES
from shared import audit, jobs
from shared.audit import THE_SERVICE
from shared.db import first, rows
from shared.errors import Invalid
from shared.people import Person
from shared.phrases import phrase
from shared.tokens import new_id

LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Away:
    """From the beginning of a day until the end of another, both in the school's zone; `colleague_id` has the work."""

    first_day: date
    last_day: date
    colleague_id: UUID


def plan(session: Session, person: Person, away: Away, zone: ZoneInfo) -> Absence:
    """The person is away in that time, instead of any other; what begins today begins now. Raises Invalid."""
    now = session.execute(select(func.now())).scalar_one()
    from_, until = _midnight(away.first_day, zone), _midnight(away.last_day + timedelta(days=1), zone)
    if not (from_ < until and now < until <= now + LONGEST):
        raise Invalid(
            phrase("That is no time to be away"),
            fields={
                "last_day": [phrase("Choose a day from today on, not before the first one, within a year.")]
            },
        )
    _check_colleague(session, person, away.colleague_id, from_, until)
    come_back(session, person)
    absence = Absence(
        id=new_id(),
        staff_id=person.id,
        colleague_id=away.colleague_id,
        away_from=max(from_, now),
        away_until=until,
    )
    session.add(absence)
    session.flush()
    for kind, due_at in (("begin_absence", absence.away_from), ("end_absence", until)):
        jobs.enqueue(
            session, kind, {"absence_id": str(absence.id)}, dedupe_key=f"{kind}:{absence.id}", due_at=due_at
        )
    audit.write(session, person.actor, "absence_planned", absence.id, colleague=str(away.colleague_id))
    begin(session, absence.id)
    session.refresh(absence)
    return absence


def _check_colleague(
    session: Session, person: Person, colleague_id: UUID, from_: datetime, until: datetime
) -> None:
    colleague = session.get(Staff, colleague_id)
    works = colleague is not None and colleague.disabled_at is None and set(colleague.roles) & set(DESK_ROLES)
    if not works or colleague_id == person.id:
        raise Invalid(
            phrase("There is no such colleague"),
            fields={"colleague_id": [phrase("Choose a colleague who works at the desk.")]},
        )
    overlap = select(Absence.id).where(
        Absence.ended_at.is_(None),
        Absence.staff_id == colleague_id,
        Absence.away_from < until,
        Absence.away_until > from_,
    )
    if session.scalars(overlap).first() is not None:
        raise Invalid(
            phrase("They are away themselves"),
            fields={"colleague_id": [phrase("They are away in that time too. Choose somebody else.")]},
        )


def begin(session: Session, absence_id: UUID) -> int:
    """Its time has come: the colleague has the work. Does nothing before, and nothing the second time. Returns how many were handed over."""
    row = first(session, statements.BEGIN, id=absence_id)
    if row is None:
        return 0
    who = {"staff_id": row.staff_id, "colleague_id": row.colleague_id}
    handed = rows(session, statements.HAND_OVER, id=absence_id, by=THE_SERVICE.name, **who)
    audit.write(session, THE_SERVICE, "absence_begun", absence_id, inquiries=len(handed))
    return len(handed)


def end(session: Session, absence_id: UUID, *, early: bool = False) -> int:
    """It is over: what the colleague did not touch is the person's again. Does nothing the second time. Returns how many came back."""
    row = first(session, statements.END, id=absence_id, early=early)
    if row is None:
        return 0
    who = {"staff_id": row.staff_id, "colleague_id": row.colleague_id}
    back = rows(session, statements.HAND_BACK, id=absence_id, by=THE_SERVICE.name, **who)
    audit.write(session, THE_SERVICE, "absence_ended", absence_id, inquiries=len(back))
    return len(back)


def come_back(session: Session, person: Person) -> None:
    """The person is here, and plans to be."""
    found = session.scalars(
        select(Absence.id).where(Absence.staff_id == person.id, Absence.ended_at.is_(None))
    ).all()
    for absence_id in found:
        end(session, absence_id, early=True)
        audit.write(session, person.actor, "came_back", absence_id)


@dataclass(frozen=True)
class Around:
    """Who is away until when, who has the work, and how many questions wait of it."""

    staff_id: UUID
    name: str
    colleague_name: str
    away_until: datetime
    waiting: int

    @classmethod
    def of_json(cls, found: Mapping[str, Any]) -> "Around":
        """From a row that came as JSON with other things."""
        return cls(
            UUID(found["staff_id"]),
            found["name"],
            found["colleague_name"],
            datetime.fromisoformat(found["away_until"]),
            int(found["waiting"]),
        )


def around(session: Session, person_id: UUID) -> Sequence[Any]:
    """The person's own absence, present or planned, and those of the colleagues whose work they have."""
    return rows(session, statements.AROUND, staff_id=person_id)


def end_all_of(session: Session, staff_id: UUID) -> None:
    """Nobody covers for them, and they for nobody: the account is closed."""
    session.execute(statements.END_ALL_OF, {"staff_id": staff_id})


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)

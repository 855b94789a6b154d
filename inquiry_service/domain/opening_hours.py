"""Changing the hours, the holidays and how soon answers are due. What waits is due anew, by a job that follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from inquiry_service.db.models import Holiday, OpeningHours, ProgramLevel
from inquiry_service.db.queries import service_level as statements
from inquiry_service.domain import service_levels
from inquiry_service.domain.business_hours import Span
from inquiry_service.domain.typed_hours import length_text, spans_text
from shared import audit, jobs
from shared.db import Database, rows
from shared.errors import Invalid
from shared.people import Person
from shared.phrases import phrase
from shared.tokens import new_id

BATCH = 1000
MOST_HOLIDAYS = 400
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class Hours:
    """What the school keeps: spans by weekday (Monday is 0), and within how many open minutes it answers."""

    week: Mapping[int, Sequence[Span]]
    within_min: int
    programs: Mapping[str, int] = field(default_factory=dict)
    has_reminders: bool = True


def keep(session: Session, person: Person, hours: Hours) -> None:
    """These hours hold from now on. Raises Invalid for a week in which nobody is ever there."""
    if not any(hours.week.values()):
        raise Invalid(
            phrase("Nobody would ever be there"),
            fields={"day-0": [phrase("Enter the hours of one day at least.")]},
        )
    session.execute(delete(OpeningHours))
    session.add_all(
        OpeningHours(weekday=day, opens_min=opens, closes_min=closes)
        for day, spans in hours.week.items()
        for opens, closes in spans
    )
    session.execute(delete(ProgramLevel))
    for program, minutes in sorted(hours.programs.items()):
        session.execute(statements.SAVE_PROGRAM, {"program": program, "within": minutes})
    session.execute(
        statements.SAVE_SCHOOL, {"within": hours.within_min, "has_reminders": hours.has_reminders}
    )
    spans = {DAYS[day]: spans_text(spans) for day, spans in sorted(hours.week.items())}
    lengths = {f"within {program}": length_text(minutes) for program, minutes in hours.programs.items()}
    within = length_text(hours.within_min)
    _changed(
        session, person, "hours_changed", **spans, within=within, reminders=hours.has_reminders, **lengths
    )


def add_holiday(session: Session, person: Person, day: date, name: str, span: Span | None) -> None:
    """The school is closed that day, or open for `span` alone. One of the same day is replaced. Raises Invalid."""
    if session.query(Holiday).count() >= MOST_HOLIDAYS:
        raise Invalid(fields={"day": [phrase("There are too many days already; remove old ones first.")]})
    opens, closes = span or (None, None)
    session.execute(
        statements.SAVE_HOLIDAY, {"day": day, "name": name, "opens_min": opens, "closes_min": closes}
    )
    _changed(
        session,
        person,
        "holiday_added",
        day=day.isoformat(),
        name=name,
        hours=spans_text([span] if span else []),
    )


def remove_holiday(session: Session, person: Person, day: date) -> None:
    """It is a day like any other; does nothing the second time."""
    gone = session.execute(delete(Holiday).where(Holiday.day == day).returning(Holiday.day))
    if gone.first() is not None:
        _changed(session, person, "holiday_removed", day=day.isoformat())


def _changed(session: Session, person: Person, action: str, **details: Any) -> None:
    audit.write(session, person.actor, action, person.id, **details)
    jobs.enqueue(session, "renew_due_times", {}, dedupe_key=f"renew_due_times:{new_id()}")


def renew_due_times(database: Database) -> int:
    """Every open question that is not overdue yet is due by the hours of now; a transaction a batch. Returns how many moved."""
    moved, after = 0, (None, None)
    while True:
        with database.transaction() as session:
            level = service_levels.read(session)
            found = rows(session, statements.DUE_LATER, after_at=after[0], after_id=after[1], limit=BATCH)
            due = [(row.id, row.due_at, level.due_at(row.due_from, row.program)) for row in found]
            changed = [(id_, was, due_at) for id_, was, due_at in due if was != due_at]
            if changed:
                ids, were, new = (list(column) for column in zip(*changed, strict=True))
                session.execute(statements.DUE_ANEW, {"ids": ids, "were": were, "due": new})
        moved += len(changed)
        if len(found) < BATCH:
            return moved
        after = found[-1].due_at, found[-1].id

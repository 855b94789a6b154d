"""What the school promises: its hours and how soon an answer is due, for all or for a program. Read with one statement, as it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session, object_session

from inquiry_service.db.models import Inquiry
from inquiry_service.db.queries import service_level as statements
from inquiry_service.domain.business_hours import ANSWER_WITHIN, WEEKDAYS_NINE_TO_FIVE, Calendar, Holiday
from shared.db import Database, first

ZONE = "zone"  # what a process calls the school's time zone in `Database.facts`


@dataclass(frozen=True)
class ServiceLevel:
    """Answers are due after `within` of open time; `programs` has those with a time of their own. `at` is when it was read."""

    calendar: Calendar
    within: timedelta = ANSWER_WITHIN
    programs: Mapping[str, timedelta] = field(default_factory=dict)
    has_reminders: bool = True
    at: datetime = field(default_factory=lambda: datetime.min.replace(tzinfo=UTC))

    def within_of(self, program: str | None) -> timedelta:
        """How soon a question about that program is answered, in open time."""
        return self.programs.get(program or "", self.within)

    def due_at(self, asked_at: datetime, program: str | None = None) -> datetime:
        """When a question that came in at that moment is due."""
        return self.calendar.due_at(asked_at, self.within_of(program))


def read(session: Session) -> ServiceLevel:
    """As it stands; nine to five and two hours where nobody changed anything."""
    row = first(session, statements.READ)
    assert row is not None
    return _level(row, session.info.get(ZONE, ZoneInfo("UTC")))


def read_at_once(database: Database, zone: ZoneInfo) -> ServiceLevel:
    """The same outside a transaction."""
    return _level(database.run(statements.READ)[0], zone)


def _level(row: Any, zone: ZoneInfo) -> ServiceLevel:
    school = row.school or {}
    return ServiceLevel(
        Calendar(
            zone, _week(row.week), {date.fromisoformat(day): _holiday(*of) for day, *of in row.holidays or ()}
        ),
        timedelta(minutes=school["within"]) if school else ANSWER_WITHIN,
        {program: timedelta(minutes=minutes) for program, minutes in (row.programs or {}).items()},
        school.get("has_reminders", True),
        row.at,
    )


def _week(spans: Any) -> Mapping[int, tuple[tuple[int, int], ...]]:
    if not spans:
        return {day: tuple(hours) for day, hours in WEEKDAYS_NINE_TO_FIVE.items()}
    return {day: tuple((opens, closes) for of, opens, closes in spans if of == day) for day in range(7)}


def _holiday(name: str, opens: int | None, closes: int | None) -> Holiday:
    return Holiday(name, () if opens is None or closes is None else ((opens, closes),))


def due_now(level: ServiceLevel, program: str | None, *, otherwise: datetime) -> datetime:
    """When a question about that program that came in this moment is due, if the program has a time of its own."""
    return level.due_at(level.at, program) if program in level.programs else otherwise


def renew(inquiry: Inquiry, due_at: datetime) -> None:
    """The question is ours again, and the clock of its answer begins anew. `due_at` is by the school's time; a program may have its own."""
    session = object_session(inquiry)
    assert session is not None
    level = read(session)
    inquiry.due_from, inquiry.due_at = level.at, due_now(level, inquiry.program, otherwise=due_at)
    inquiry.closed_at = inquiry.resolution_s = inquiry.resolution_open_s = None

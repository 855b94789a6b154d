"""What happened to the questions of a period: how many, how fast, whose, and what waits. Figures only; who may see them is the web's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from inquiry_service.db.queries import reports as statements
from shared.clock import utc_now

SPEEDS = ("1", "2", "4", "8", "more", "none")
BACKLOG_HOURS = (4, 24, 72, 168)
MOST_BARS = 62


@dataclass(frozen=True)
class Asked:
    """Which questions: those of the days from `first` to `last`, by the school's clock; the empty program or source is none at all."""

    first: date
    last: date
    zone: ZoneInfo
    program: str | None = None
    source: str | None = None
    director: UUID | None = None

    @property
    def unit(self) -> str:
        """Days, weeks or months: so that a chart has not too many bars."""
        days = (self.last - self.first).days + 1
        return "day" if days <= MOST_BARS else "week" if days <= MOST_BARS * 7 else "month"

    @property
    def begins_at(self) -> datetime:
        """The first moment of it."""
        return datetime.combine(self.first, time(), self.zone)

    @property
    def ends_at(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), self.zone)

    def filters(self) -> dict[str, object]:
        """What narrows it beside the days."""
        given = {"program": self.program, "source": self.source, "director": self.director}
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True)
class Times:
    """Half, and nine of ten, took at most so many seconds; None where nothing happened."""

    median_s: int | None = None
    p90_s: int | None = None


@dataclass(frozen=True)
class Group:
    """Questions that have something in common: `key` says what, `name` how people call it where the key does not.

    How long it took until they were closed is known of all together.
    """

    key: str
    asked: int = 0
    answered: int = 0
    unanswered: int = 0
    closed_unanswered: int = 0
    response: Times = Times()
    response_open: Times = Times()
    resolution: Times = Times()
    resolution_open: Times = Times()
    name: str | None = None


@dataclass(frozen=True)
class Bucket:
    """A day, or the week or month that begins with it."""

    begins_on: date
    asked: int
    answered: int
    unanswered: int


@dataclass(frozen=True)
class Waiting:
    """What waits now, by age: less than each of BACKLOG_HOURS, and longer than all of them."""

    by_age: Sequence[int]
    overdue: int
    oldest_at: datetime | None
    as_of: datetime

    @property
    def number(self) -> int:
        """All of it."""
        return sum(self.by_age)


@dataclass(frozen=True)
class SavedReplyUse:
    """Answers of the period that began with one saved reply; an empty `key` is all that are somebody's own.

    `response` is of those that were the first answer. `asked_again`: after how many of them the asker wrote once more.
    """

    key: str
    title: str
    sent: int
    first_answers: int
    asked_again: int
    response: Times = Times()
    response_open: Times = Times()


@dataclass(frozen=True)
class Report:
    """Everything about the questions of a period. `by` has groups by program, source, director and speed, the largest first.

    `saved_replies` are about the answers that went out in it, whenever they were asked for.
    """

    whole: Group
    by: Mapping[str, Sequence[Group]]
    buckets: Sequence[Bucket]
    hours: Mapping[tuple[int, int], int]
    waiting: Waiting
    set_aside: int
    registered: Mapping[str, Mapping[str, int]] | None = field(default=None)
    saved_replies: Sequence[SavedReplyUse] = ()


def report(session: Session, asked: Asked, registered: Sequence[str] | None = None) -> Report:
    """The figures as they stand, in six statements at most. `registered`: references of questions whose asker has a seat; None where
    nobody knows.
    """
    filters = asked.filters()
    names = tuple(sorted(filters))
    period = filters | {"from_at": asked.begins_at, "to_at": asked.ends_at}
    session.execute(statements.ROOM)
    by = _groups(session, names, period)
    timeline = _rows(
        session, statements.timeline(names), period | {"unit": asked.unit, "zone": str(asked.zone)}
    )
    others = _rows(session, statements.others(names), period)[0]
    whole = replace(
        by.pop("all", [Group("")])[0],
        resolution=_times(others.resolution),
        resolution_open=_times(others.resolution_open),
    )
    return Report(
        whole,
        by,
        [Bucket(r.bucket, r.asked, r.answered, r.unanswered) for r in timeline if r.of == statements.IN_TIME],
        {(r.weekday, r.hour): r.asked for r in timeline if r.of == statements.BY_HOUR},
        _waiting(_rows(session, statements.backlog(names), filters)),
        others.set_aside,
        None if registered is None else _registered(session, names, period, registered),
        [_use(row) for row in _rows(session, statements.saved_replies(names), period)],
    )


def _use(row: Any) -> SavedReplyUse:
    times = _times(row.response), _times(row.response_open)
    return SavedReplyUse(row.key or "", row.title or "", row.sent, row.first_answers, row.asked_again, *times)


def _rows(session: Session, statement: str, values: Mapping[str, object]) -> Sequence[Any]:
    return session.execute(text(statement), dict(values)).all()


def _groups(session: Session, names: tuple[str, ...], period: Mapping[str, object]) -> dict[str, list[Group]]:
    found: dict[str, list[Group]] = {name: [] for name in statements.GROUPED_BY.values() if name != "all"}
    for row in _rows(session, statements.groups(names), period):
        by = statements.GROUPED_BY[row.of]
        key = "" if by == "all" else getattr(row, by) or ""
        found.setdefault(by, []).append(
            Group(
                key,
                row.asked,
                row.answered,
                row.unanswered,
                row.closed_unanswered,
                _times(row.response),
                _times(row.response_open),
                name=row.director_name if by == "director" else None,
            )
        )
    found["speed"].sort(key=lambda group: SPEEDS.index(group.key))
    return found


def _times(found: Sequence[float] | None) -> Times:
    return Times(*(None if value is None else round(value) for value in found)) if found else Times()


def _waiting(found: Sequence[Any]) -> Waiting:
    by_age = [0] * (len(BACKLOG_HOURS) + 1)
    for row in found:
        by_age[row.age] = row.waiting
    return Waiting(
        by_age,
        sum(row.overdue for row in found),
        min((row.oldest_at for row in found), default=None),
        utc_now(),
    )


def _registered(
    session: Session, names: tuple[str, ...], period: Mapping[str, object], references: Sequence[str]
) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {
        "all": {"": 0},
        "program": {},
        "source": {},
        "director": {},
        "speed": {},
    }
    for row in _rows(session, statements.registered(names), {**period, "references": list(references)}):
        by = statements.GROUPED_BY[row.of]
        found[by]["" if by == "all" else getattr(row, by) or ""] = row.registered
    return found

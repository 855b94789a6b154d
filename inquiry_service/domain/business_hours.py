"""The hours that the school keeps: when an answer is due, and how much open time lies between two moments. Pure.

A day's hours are spans of minutes after midnight by the school's own clock; what is counted is real time between them, so that
a day on which the clocks change has as many open hours as pass.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTES_A_DAY = 24 * 60
ANSWER_WITHIN = timedelta(hours=2)
LONGEST_CLOSED_DAYS = 400  # longer than any holiday: beyond, open time never comes

Span = tuple[int, int]
"""From and until, in minutes after midnight; 1440 is the end of the day."""

WEEKDAYS_NINE_TO_FIVE: Mapping[int, Sequence[Span]] = dict.fromkeys(range(5), ((9 * 60, 17 * 60),))


@dataclass(frozen=True)
class Holiday:
    """A day with a name that is closed, or has hours of its own."""

    name: str
    spans: Sequence[Span] = ()


@dataclass(frozen=True)
class Calendar:
    """Spans by weekday (Monday is 0), each day's in order and apart from each other; a holiday's take their place."""

    zone: ZoneInfo
    week: Mapping[int, Sequence[Span]] = field(default_factory=lambda: WEEKDAYS_NINE_TO_FIVE)
    holidays: Mapping[date, Holiday] = field(default_factory=dict)

    def spans_on(self, day: date) -> Sequence[Span]:
        """The day's hours, by the school's clock."""
        holiday = self.holidays.get(day)
        return holiday.spans if holiday else self.week.get(day.weekday(), ())

    def due_at(self, asked_at: datetime, within: timedelta) -> datetime:
        """The moment when `within` of open time has passed since `asked_at`; both aware, returned in `asked_at`'s own zone.

        A school that is never open again counts every hour.
        """
        left = within
        for begins, ends in self._open_from(asked_at):
            if begins + left <= ends:
                return (begins + left).astimezone(asked_at.tzinfo)
            left -= ends - begins
        return asked_at + within

    def open_between(self, began_at: datetime, ended_at: datetime) -> timedelta:
        """How much open time lies between the two; none when the school was closed all the while, or they are the other way round."""
        total = timedelta()
        for day in self._days(began_at, ended_at):
            for begins, ends in self._open_on(day):
                total += max(min(ends, ended_at) - max(begins, began_at), timedelta())
        return total

    def is_open(self, at: datetime) -> bool:
        """Whether somebody is there at that moment."""
        return any(begins <= at < ends for begins, ends in self._open_on(at.astimezone(self.zone).date()))

    def opens_at(self, at: datetime) -> datetime | None:
        """When the school is open next: the moment itself while it is open; None when it never is again."""
        return next((begins for begins, _ in self._open_from(at)), None)

    def closes_at(self, at: datetime) -> datetime | None:
        """When the last span of the moment's day ends; None when all of them are over."""
        found = [ends for _, ends in self._open_on(at.astimezone(self.zone).date()) if ends > at]
        return max(found, default=None)

    def _open_from(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The spans after the moment, in order, what is over cut off."""
        first = at.astimezone(self.zone).date()
        for number in range(-1, LONGEST_CLOSED_DAYS):
            for begins, ends in self._open_on(first + timedelta(days=number)):
                if ends > at:
                    yield max(begins, at.astimezone(UTC)), ends

    def _open_on(self, day: date) -> list[tuple[datetime, datetime]]:
        return [(self._moment(day, begins), self._moment(day, ends)) for begins, ends in self.spans_on(day)]

    def _moment(self, day: date, minute: int) -> datetime:
        """When the clock shows that minute for the first time; one that it skips is where it would have been."""
        if minute == MINUTES_A_DAY:
            day, minute = day + timedelta(days=1), 0
        return datetime.combine(day, time(minute // 60, minute % 60), self.zone).astimezone(UTC)

    def _days(self, began_at: datetime, ended_at: datetime) -> Iterator[date]:
        day, last = (moment.astimezone(self.zone).date() for moment in (began_at, ended_at))
        while day <= last:
            yield day
            day += timedelta(days=1)

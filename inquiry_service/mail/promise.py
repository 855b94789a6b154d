"""When an answer can be expected, as letters say it: the values of the sentences in `_promise.txt`, in the school's language."""

from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from inquiry_service.domain.expectation import Promise

_QUARTER_MIN = 15


class Promised(NamedTuple):
    """`minutes` while the school is open and answers usually come today, else `by` and `by_day`; `opens` and `opens_day` while it is closed."""

    minutes: int
    by: str
    by_day: str
    opens: str
    opens_day: str


def promised(promise: Promise, now: datetime, zone: ZoneInfo, locale: str) -> Promised:
    """The promise as somebody reads it at that place; times are rounded up, to quarters of an hour and half hours."""
    minutes = (
        -(-int(promise.within.total_seconds()) // (_QUARTER_MIN * 60)) if promise.within is not None else 0
    )
    by = _to_half_hour(promise.answer_by)
    return Promised(
        minutes=max(minutes, 1) * _QUARTER_MIN if promise.within is not None else 0,
        by=_time(by, zone, locale),
        by_day=_day(by, now, zone, locale),
        opens=_time(promise.opens_at, zone, locale) if promise.opens_at else "",
        opens_day=_day(promise.opens_at, now, zone, locale) if promise.opens_at else "",
    )


def _to_half_hour(moment: datetime) -> datetime:
    over = timedelta(minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond)
    return moment + (-over % timedelta(minutes=30))


def _time(moment: datetime, zone: ZoneInfo, locale: str) -> str:
    return format_time(moment.astimezone(zone), "short", locale=locale).replace("\u202f", " ")


def _day(moment: datetime, now: datetime, zone: ZoneInfo, locale: str) -> str:
    """A weekday's name, with the date when it is not within the week; empty for today."""
    local, today = moment.astimezone(zone).date(), now.astimezone(zone).date()
    if local == today:
        return ""
    return format_date(local, "EEEE" if local < today + timedelta(days=7) else "EEEE, MMMM d", locale=locale)

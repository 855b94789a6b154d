"""When an answer is due, in the hours that the school keeps. Pure: the moment and the zone are passed in."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

OPENS_AT = time(9)
CLOSES_AT = time(17)
OPEN_WEEKDAYS = frozenset(range(5))  # Monday is 0
ANSWER_WITHIN = timedelta(hours=2)


def due_at(asked_at: datetime, zone: ZoneInfo, within: timedelta = ANSWER_WITHIN) -> datetime:
    """The moment when `within` of open time has passed since `asked_at`; both aware, returned in `asked_at`'s own zone."""
    moment, left = asked_at.astimezone(zone), within
    while True:
        opens = moment.replace(hour=OPENS_AT.hour, minute=0, second=0, microsecond=0)
        closes = moment.replace(hour=CLOSES_AT.hour, minute=0, second=0, microsecond=0)
        begin = max(moment, opens)
        if moment.weekday() in OPEN_WEEKDAYS and begin < closes:
            if begin + left <= closes:
                return (begin + left).astimezone(asked_at.tzinfo)
            left -= closes - begin
        moment = (opens + timedelta(days=1)).astimezone(zone)


def open_time_between(began_at: datetime, ended_at: datetime, zone: ZoneInfo) -> timedelta:
    """How much open time lies between the two; none when the school was closed all the while."""
    moment, end, total = began_at.astimezone(zone), ended_at.astimezone(zone), timedelta()
    while moment < end:
        opens = moment.replace(hour=OPENS_AT.hour, minute=0, second=0, microsecond=0)
        closes = moment.replace(hour=CLOSES_AT.hour, minute=0, second=0, microsecond=0)
        if moment.weekday() in OPEN_WEEKDAYS:
            total += max(min(closes, end) - max(opens, moment), timedelta())
        moment = (opens + timedelta(days=1)).replace(hour=0)
    return total

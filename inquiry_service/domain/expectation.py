"""How soon an answer can honestly be expected: what really happened, how many wait, and the hours that the school keeps.

The rules are pure; `read` fetches what they need.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from inquiry_service.domain import service_levels
from inquiry_service.domain.business_hours import Calendar
from shared.db import first

FEWEST = 5  # of fewer answers nobody can tell what is usual
A_FEW = 5  # so many can wait without being a line
LATELY = timedelta(days=14)
_QUEUE = text("""
    SELECT usual.answers, usual.median_s, (
               SELECT count(*) FROM (SELECT 1 FROM inquiry WHERE status IN ('new', 'open') AND snoozed_until IS NULL LIMIT 1000) AS few
           ) AS waiting, (
               SELECT count(*) FROM (SELECT 1 FROM inquiry WHERE first_answered_at > now() - :lately LIMIT 10000) AS few
           ) AS lately
    FROM (
        SELECT count(*) AS answers, percentile_cont(0.5) WITHIN GROUP (ORDER BY first_response_open_s) AS median_s
        FROM (SELECT first_response_open_s FROM inquiry
              WHERE first_answered_at > now() - interval '90 days' AND first_response_open_s IS NOT NULL
              ORDER BY first_answered_at DESC LIMIT 200) AS last
    ) AS usual
""")


@dataclass(frozen=True)
class Queue:
    """What the answers of late were like. `median` is their open time; `open_lately` is how long the school was open meanwhile."""

    answers: int
    median: timedelta
    waiting: int
    answered_lately: int
    open_lately: timedelta


@dataclass(frozen=True)
class Promise:
    """What an asker is told. `within` is set when the answer usually comes today, and the school is open; `opens_at` while it is closed."""

    answer_by: datetime
    within: timedelta | None = None
    opens_at: datetime | None = None


def usual_length(queue: Queue, aim: timedelta) -> timedelta:
    """The open time until an answer: the median of what happened, and as many times longer as more wait than usually do.

    Usually as many wait as are answered in such a time (Little's law); a few are no line where little is asked. What the school
    aims at, while there are too few answers to tell.
    """
    usual = queue.median if queue.answers >= FEWEST else aim
    usually_waiting = queue.answered_lately * (usual / queue.open_lately) if queue.open_lately else 0.0
    return usual * max(1.0, queue.waiting / max(usually_waiting, A_FEW))


def promise(calendar: Calendar, now: datetime, length: timedelta) -> Promise:
    """What to tell somebody who asks this moment."""
    answer_by, opens_at = calendar.due_at(now, length), calendar.opens_at(now)
    if not calendar.is_open(now):
        return Promise(answer_by, opens_at=opens_at)
    days = [moment.astimezone(calendar.zone).date() for moment in (now, answer_by)]
    return Promise(answer_by, within=answer_by - now if days[0] == days[1] else None)


def read(session: Session) -> tuple[Calendar, timedelta]:
    """The school's hours, and the usual length as of now; two statements."""
    level = service_levels.read(session)
    row = first(session, _QUEUE, lately=LATELY)
    assert row is not None
    queue = Queue(
        row.answers,
        timedelta(seconds=row.median_s or 0),
        row.waiting,
        row.lately,
        level.calendar.open_between(level.at - LATELY, level.at),
    )
    return level.calendar, usual_length(queue, level.within)

"""How soon an answer can honestly be expected: the median of what really happened, in the hours that the school keeps."""

from collections.abc import Sequence
from datetime import timedelta
from statistics import median
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from inquiry_service.domain.business_hours import ANSWER_WITHIN, open_time_between
from shared.db import rows

FEWEST = 5  # of fewer answers nobody can tell what is usual
_ANSWERED = text("""
    SELECT created_at, first_answered_at FROM inquiry
    WHERE first_answered_at > now() - interval '90 days' AND created_at < first_answered_at
    ORDER BY first_answered_at DESC LIMIT 200
""")


def usual_length(session: Session, zone: ZoneInfo) -> timedelta:
    """The median open time to the first answer over the last 90 days; what the school aims at while there are too few."""
    return usual(
        [open_time_between(row.created_at, row.first_answered_at, zone) for row in rows(session, _ANSWERED)]
    )


def usual(lengths: Sequence[timedelta]) -> timedelta:
    """The median, or the aim where nothing can be told yet."""
    if len(lengths) < FEWEST:
        return ANSWER_WITHIN
    return timedelta(seconds=median(length.total_seconds() for length in lengths))

"""Hours and lengths as people type them: `9-12:30, 13:30-17`, `2 h`, `1 h 30 min`. Pure; the hours of a day have 24."""

import re
from collections.abc import Sequence
from itertools import pairwise

from inquiry_service.domain.business_hours import MINUTES_A_DAY, Span

_SPAN = re.compile(
    r"\s*(\d{1,2})(?:[:.](\d{2}))?\s*(?:-|–|—|to)\s*(\d{1,2})(?:[:.](\d{2}))?\s*", re.ASCII | re.IGNORECASE
)
_LENGTH = re.compile(
    r"\s*(?:(\d{1,3})\s*(?:h|hours?)\b)?\s*(?:(\d{1,4})\s*(?:m|min|minutes?)\b)?\s*", re.ASCII | re.IGNORECASE
)
MOST_SPANS = 6
LONGEST_MIN = 100 * 60


class NotHours(ValueError):
    """What was typed are no hours, or no length."""


def spans_of(typed: str) -> tuple[Span, ...]:
    """The day's spans in order; none for a day that is closed. Raises NotHours."""
    spans = []
    for part in typed.split(",") if typed.strip() else ():
        found = _SPAN.fullmatch(part)
        if found is None:
            raise NotHours
        opens, closes = (_minute(found[n], found[n + 1]) for n in (1, 3))
        if opens >= closes:
            raise NotHours
        spans.append((opens, closes))
    spans.sort()
    overlaps = any(before[1] > after[0] for before, after in pairwise(spans))
    if overlaps or len(spans) > MOST_SPANS:
        raise NotHours
    return tuple(spans)


def _minute(hour: str, minute: str | None) -> int:
    minutes = int(hour) * 60 + int(minute or 0)
    if int(minute or 0) > 59 or minutes > MINUTES_A_DAY:
        raise NotHours
    return minutes


def spans_text(spans: Sequence[Span]) -> str:
    """`9:00-12:30, 13:30-17:00`, which reads as the same spans."""
    return ", ".join(f"{_clock(opens)}-{_clock(closes)}" for opens, closes in spans)


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"


def minutes_of(typed: str) -> int:
    """The length in minutes. Raises NotHours for none, and for more than a hundred hours."""
    found = _LENGTH.fullmatch(typed)
    minutes = int(found[1] or 0) * 60 + int(found[2] or 0) if found else 0
    if not 0 < minutes <= LONGEST_MIN:
        raise NotHours
    return minutes


def length_text(minutes: int) -> str:
    """`2 h`, `45 min`, `1 h 30 min`, which reads as the same length."""
    parts = [f"{minutes // 60} h"] * (minutes >= 60) + [f"{minutes % 60} min"] * (minutes % 60 > 0)
    return " ".join(parts)

"""Where entries of one thread stand among those of another: by their time. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Placed:
    """An entry that is there: when it was, and its place."""

    at: datetime
    place: float


def places_between(there: Sequence[Placed], coming: Sequence[datetime]) -> list[float | None]:
    """The places of the coming entries, whose order stays theirs; None for one that stands at the end, where its position says so.

    Each stands behind the last one that is not younger. Places are halves of halves: two of them are never the same.
    """
    own = sorted(there, key=lambda entry: entry.place)
    groups: dict[int, list[int]] = {}
    behind, latest = 0, None
    for number, at in enumerate(coming):
        latest = at if latest is None or at > latest else latest
        while behind < len(own) and own[behind].at <= latest:
            behind += 1
        groups.setdefault(behind, []).append(number)
    found: list[float | None] = [None] * len(coming)
    for gap, numbers in groups.items():
        if gap == len(own):
            continue
        low = own[gap - 1].place if gap else own[gap].place - 1
        step = (own[gap].place - low) / (len(numbers) + 1)
        for count, number in enumerate(numbers, start=1):
            found[number] = low + step * count
    return found

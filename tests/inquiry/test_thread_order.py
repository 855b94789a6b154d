"""Where entries stand that come into a thread from another."""

from datetime import UTC, datetime, timedelta

import pytest

from inquiry_service.domain.thread_order import Placed, places_between

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def at(hour: int) -> datetime:
    """So many hours after noon."""
    return NOON + timedelta(hours=hour)


@pytest.mark.parametrize(
    ("there", "coming", "order"),
    [
        ([0, 2], [1], "ACB"),
        ([0, 2], [3, 4], "ABCD"),
        ([1, 2], [0], "CAB"),
        ([0, 9], [1, 2, 3], "ACDEB"),
        ([0, 4], [5, 1], "ABCD"),  # their own order stays
        ([0, 2], [2], "ABC"),
    ],
)
def test_entries_stand_by_their_time_and_keep_their_order(
    there: list[int], coming: list[int], order: str
) -> None:
    own = [Placed(at(hour), float(number)) for number, hour in enumerate(there, start=1)]
    places = places_between(own, [at(hour) for hour in coming])
    shown = [(entry.place, chr(65 + number)) for number, entry in enumerate(own)]
    for number, place in enumerate(places):
        position = len(there) + 1 + number
        shown.append((position if place is None else place, chr(65 + position - 1)))
    assert "".join(letter for _, letter in sorted(shown)) == order


def test_no_two_ever_stand_at_one_place() -> None:
    own = [Placed(at(0), 1.0), Placed(at(10), 2.0)]
    for hour in range(1, 30):
        [place] = places_between(own, [at(hour % 9)])
        assert place is not None
        own.append(Placed(at(hour % 9), place))
    assert len({entry.place for entry in own}) == len(own)

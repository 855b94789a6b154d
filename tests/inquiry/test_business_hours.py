"""Open hours: several spans a day, holidays, and the two days a year on which the clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inquiry_service.domain.business_hours import Calendar, Holiday
from inquiry_service.domain.typed_hours import NotHours, length_text, minutes_of, spans_of, spans_text

CHICAGO = ZoneInfo("America/Chicago")
NINE_TO_FIVE = Calendar(CHICAGO)
MINUTE = timedelta(minutes=1)
ZONES = ("America/Chicago", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "UTC")


def local(*moment: int) -> datetime:
    """That moment by the school's clock."""
    return datetime(*moment, tzinfo=CHICAGO)  # type: ignore[misc, arg-type]


# 5 in the morning at the earliest: what the wall shows is then the same as what passed, and can be counted minute by minute
a_span_list = st.lists(st.integers(5 * 60, 24 * 60), max_size=6, unique=True).map(
    lambda marks: tuple(zip(sorted(marks)[::2], sorted(marks)[1::2], strict=False))
)
a_week = st.fixed_dictionaries(dict.fromkeys(range(7), a_span_list)).filter(lambda week: any(week.values()))
# around the changes of the clocks, and the turn of the year
a_day = st.one_of(
    st.integers(0, 20).map(lambda days: date(2026, 2, 27) + timedelta(days)),
    st.integers(0, 20).map(lambda days: date(2026, 10, 20) + timedelta(days)),
    st.integers(0, 20).map(lambda days: date(2026, 12, 20) + timedelta(days)),
)
some_holidays = st.dictionaries(a_day, st.builds(Holiday, st.just("A holiday"), a_span_list), max_size=5)
a_calendar = st.builds(Calendar, st.sampled_from(ZONES).map(ZoneInfo), a_week, some_holidays)
a_moment = st.builds(
    lambda day, minute: datetime(day.year, day.month, day.day, tzinfo=UTC) + minute * MINUTE,
    a_day,
    st.integers(0, 1439),
)
a_length = st.integers(0, 40 * 60).map(lambda minutes: minutes * MINUTE)


def is_open_by_the_wall(calendar: Calendar, at: datetime) -> bool:
    """Whether somebody who looks at the clock on the wall and at the sign on the door would find it open."""
    wall = at.astimezone(calendar.zone)
    shown = wall.hour * 60 + wall.minute
    holiday = calendar.holidays.get(wall.date())
    spans = holiday.spans if holiday else calendar.week.get(wall.weekday(), ())
    return any(opens <= shown < closes for opens, closes in spans)


def counted(calendar: Calendar, began_at: datetime, ended_at: datetime) -> timedelta:
    """Open time, minute by minute."""
    minutes = int((ended_at - began_at) / MINUTE)
    return sum(is_open_by_the_wall(calendar, began_at + n * MINUTE) for n in range(minutes)) * MINUTE


@settings(max_examples=60, deadline=None)
@given(a_calendar, a_moment, st.integers(0, 4 * 24 * 60))
def test_open_time_is_what_is_counted_minute_by_minute(
    calendar: Calendar, began_at: datetime, minutes: int
) -> None:
    ended_at = began_at + minutes * MINUTE
    assert calendar.open_between(began_at, ended_at) == counted(calendar, began_at, ended_at)
    assert calendar.is_open(began_at) == is_open_by_the_wall(calendar, began_at)


@settings(max_examples=100, deadline=None)
@given(a_calendar, a_moment, a_length)
def test_exactly_the_promised_open_time_passes_until_it_is_due(
    calendar: Calendar, asked_at: datetime, within: timedelta
) -> None:
    due_at = calendar.due_at(asked_at, within)
    assert calendar.open_between(asked_at, due_at) == within
    assert within == timedelta() or calendar.open_between(asked_at, due_at - MINUTE) < within


@settings(max_examples=100, deadline=None)
@given(a_calendar, a_moment, a_moment, a_length, a_length)
def test_more_time_is_due_later_and_parts_add_up(
    calendar: Calendar, one: datetime, other: datetime, within: timedelta, more: timedelta
) -> None:
    early, late = min(one, other), max(one, other)
    assert calendar.due_at(early, within) <= calendar.due_at(late, within)
    assert calendar.due_at(early, within) <= calendar.due_at(early, within + more)
    if within and more:
        assert calendar.due_at(calendar.due_at(early, within), more) == calendar.due_at(early, within + more)
    middle = early + (late - early) / 2
    parts = calendar.open_between(early, middle) + calendar.open_between(middle, late)
    assert calendar.open_between(early, late) == parts


def test_a_weekend_and_a_night_do_not_count() -> None:
    friday, monday = local(2026, 11, 20, 16, 0), local(2026, 11, 23, 9, 30)
    assert NINE_TO_FIVE.open_between(friday, monday) == timedelta(hours=1, minutes=30)
    assert NINE_TO_FIVE.due_at(friday, timedelta(hours=2)) == local(2026, 11, 23, 10, 0)


def test_a_night_shift_is_an_hour_shorter_in_spring_and_longer_in_autumn() -> None:
    nights = Calendar(CHICAGO, dict.fromkeys(range(7), ((0, 6 * 60),)))
    for day, hours in ((date(2026, 3, 8), 5), (date(2026, 7, 1), 6), (date(2026, 11, 1), 7)):
        midnight = local(day.year, day.month, day.day)
        assert nights.open_between(midnight, midnight + timedelta(days=1)) == timedelta(hours=hours)


def test_a_holiday_takes_the_place_of_its_weekday() -> None:
    thanksgiving = date(2026, 11, 26)
    closed = Calendar(CHICAGO, holidays={thanksgiving: Holiday("Thanksgiving")})
    short = Calendar(CHICAGO, holidays={thanksgiving: Holiday("Half a day", ((9 * 60, 12 * 60),))})
    evening = local(2026, 11, 25, 16, 0)
    assert closed.due_at(evening, timedelta(hours=2)) == local(2026, 11, 27, 10, 0)
    assert short.due_at(evening, timedelta(hours=5)) == local(2026, 11, 27, 10, 0)


def test_it_says_when_it_opens_again() -> None:
    saturday = local(2026, 11, 21, 12, 0)
    assert NINE_TO_FIVE.opens_at(saturday) == local(2026, 11, 23, 9, 0)
    monday = local(2026, 11, 23, 12, 0)
    assert NINE_TO_FIVE.opens_at(monday) == monday


def test_a_school_that_never_opens_counts_every_hour() -> None:
    never = Calendar(CHICAGO, {})
    asked_at = local(2026, 11, 21, 12, 0)
    assert never.due_at(asked_at, timedelta(hours=2)) == asked_at + timedelta(hours=2)
    assert never.opens_at(asked_at) is None


@pytest.mark.parametrize(
    ("typed", "spans"),
    [
        ("9-17", ((540, 1020),)),
        ("13:30 – 17:00, 9:00-12:30", ((540, 750), (810, 1020))),
        ("0-24", ((0, 1440),)),
        ("  ", ()),
    ],
)
def test_hours_are_read_as_people_type_them(typed: str, spans: tuple[tuple[int, int], ...]) -> None:
    assert spans_of(typed) == spans
    assert spans_of(spans_text(spans)) == spans


@pytest.mark.parametrize(
    "typed", ["17-9", "9-9", "9-25", "9:60-10", "9-12, 11-13", "nine to five", "9", "9-10," * 9]
)
def test_what_are_no_hours_is_refused(typed: str) -> None:
    with pytest.raises(NotHours):
        spans_of(typed)


def test_lengths_are_read_as_people_type_them() -> None:
    assert [minutes_of(typed) for typed in ("2 h", "45min", "1 h 30 min", "8 hours")] == [120, 45, 90, 480]
    assert [length_text(minutes) for minutes in (120, 45, 90)] == ["2 h", "45 min", "1 h 30 min"]
    for typed in ("", "2", "0 h", "101 h", "-1 h", "soon"):
        with pytest.raises(NotHours):
            minutes_of(typed)

"""Decisions that are pure functions of values."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from enrollment_service.domain.offers import latest_end
from enrollment_service.domain.people import normal_name
from enrollment_service.domain.programs import doubtful, rules_on
from enrollment_service.domain.sample_school import meeting_days
from enrollment_service.domain.seat_truth import SeatTruth, why_not
from shared.tokens import new_id

NOW = datetime(2026, 1, 12, 20, 0, tzinfo=UTC)
TRUTH = SeatTruth(
    section_id=new_id(),
    time_zone="America/Chicago",
    opens_at=NOW - timedelta(days=1),
    closes_at=NOW + timedelta(days=1),
    is_cancelled=False,
    waitlist_limit=20,
    capacity=20,
    overbooked=0,
    taken=20,
    confirmed=17,
    held=2,
    offered=1,
    waiting=0,
    held_until=datetime(2026, 1, 12, 20, 32, tzinfo=UTC),
    now=NOW,
)


@dataclass
class Rule:
    """A dated rule."""

    kind: str
    effective_from: date
    effective_to: date | None = None
    is_in_force: bool = True


def test_a_refusal_says_what_every_seat_is_doing() -> None:
    assert str(why_not(TRUTH)) == "full: 20 seats, 17 enrolled, 2 held until 14:32, 1 offered"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"opens_at": NOW + timedelta(hours=1)}, "Registration opens on Monday, January 12 at 15:00 CST."),
        ({"closes_at": NOW - timedelta(hours=1)}, "Registration closed on Monday, January 12 at 13:00 CST."),
        ({"is_cancelled": True}, "This section will not take place."),
    ],
)
def test_a_section_that_is_not_open_says_why(change: dict[str, object], words: str) -> None:
    assert str(why_not(replace(TRUTH, **change))) == words  # type: ignore[arg-type]


def test_books_that_do_not_agree_are_noticed() -> None:
    assert TRUTH.is_whole
    assert not replace(TRUTH, taken=19).is_whole


def test_a_rule_holds_within_its_dates_and_when_the_school_follows_it() -> None:
    past = Rule("renewal", date(2017, 1, 1), date(2020, 1, 1))
    now, other = Rule("renewal", date(2020, 1, 1)), Rule("renewal", date(2020, 1, 1), is_in_force=False)
    hours = Rule("hours", date(2017, 1, 1))
    rules, today = [past, now, other, hours], date(2026, 1, 12)
    assert rules_on(rules, today, "renewal") == [now]
    assert rules_on(rules, date(2018, 1, 1), "renewal") == [past]
    assert rules_on(rules, today) == [now, hours]
    assert doubtful(rules, today) == [past, other]


def test_an_offer_ends_after_its_hours_or_with_the_first_day() -> None:
    zone = ZoneInfo("America/Chicago")
    assert latest_end(NOW, 24, date(2026, 1, 20), zone) == NOW + timedelta(hours=24)
    assert latest_end(NOW, 24, date(2026, 1, 13), zone) == datetime(2026, 1, 13, tzinfo=zone)


def test_meetings_begin_on_the_first_of_their_weekdays() -> None:
    days = meeting_days(date(2026, 1, 14), [1, 3], 3)  # a Wednesday; Tuesdays and Thursdays
    assert days == [date(2026, 1, 20), date(2026, 1, 22), date(2026, 1, 27)]


def test_two_spellings_of_a_name_are_the_same_name() -> None:
    assert normal_name("  SAM   Rivers ") == normal_name("sam rivers")

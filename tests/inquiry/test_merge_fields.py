"""Fields of saved replies, facts that were inserted, and words that go stale: pure rules."""

from datetime import date
from typing import Any

import pytest

from inquiry_service.domain import live_facts, merge_fields, stale_words
from inquiry_service.domain.live_facts import LiveSection

SECTION = LiveSection("s1", date(2027, 1, 11), 3, 115_000, True)


def test_a_field_that_there_is_not_is_named() -> None:
    assert merge_fields.unknown_in("Hello {name}, {nmae} and {next start}") == ["nmae", "next start"]


def test_a_field_without_a_value_stays_for_a_person_to_see() -> None:
    assert (
        merge_fields.filled("Hello {name}: {price}", {"name": "Effat", "price": ""}) == "Hello Effat: {price}"
    )


@pytest.mark.parametrize(
    ("field", "shown", "now", "why"),
    [
        ("seats_left", "3", {}, None),
        ("seats_left", "3", {"seats_left": 9}, None),
        ("seats_left", "3", {"seats_left": 2}, "fewer seats are left than it says"),
        ("next_start", "Monday", {"seats_left": 1}, None),
        ("next_start", "Monday", {"seats_left": 0}, "no seat is left in a class that it names"),
        ("next_starts", "Monday", {"starts_on": date(2027, 1, 12)}, "a class that it names starts on another day now"),
        ("registration_link", "http://x", {"seats_left": 0}, "no seat is left in a class that it names"),
        ("registration_link", "http://x", {"starts_on": date(2027, 1, 12)}, None),
        ("price", "$1,150", {"price_cents": 115_001}, "a price that it names has changed"),
        ("price", "$1,150", {"is_open": False}, "a class that it names has started, or takes no registrations any more"),
    ],
)  # fmt: skip
def test_an_answer_is_held_when_a_fact_got_worse(
    field: str, shown: str, now: dict[str, Any], why: str | None
) -> None:
    fact = live_facts.fact_of(field, shown, SECTION)
    changed = LiveSection(**({**SECTION.__dict__} | now))
    assert live_facts.worse([fact], {"s1": changed}) == why


def test_what_cannot_be_confirmed_is_not_said() -> None:
    fact = live_facts.fact_of("price", "$1,150", SECTION)
    assert "could not be confirmed" in str(live_facts.worse([fact], None))
    assert "takes no registrations" in str(live_facts.worse([fact], {}))
    assert live_facts.worse([], None) is None


@pytest.mark.parametrize(
    ("text", "is_said"),
    [("It is 3.", True), ("3 seats", True), ("It is 13.", False), ("$3,950", False), ("3.5 hours", False), ("none", False)],
)  # fmt: skip
def test_a_fact_counts_only_while_its_words_stand_there(text: str, is_said: bool) -> None:
    fact = live_facts.fact_of("seats_left", "3", SECTION)
    assert bool(live_facts.said_in(text, [fact.as_row()])) is is_said


def test_inserting_again_keeps_what_is_still_said_and_the_newest_word() -> None:
    old = [live_facts.fact_of("price", "$1,150", SECTION), live_facts.fact_of("seats_left", "3", SECTION)]
    now = LiveSection("s1", SECTION.starts_on, 2, 115_000, True)
    kept = live_facts.merged(
        [fact.as_row() for fact in old], [live_facts.fact_of("seats_left", "2", now)], "It costs $1,150."
    )
    assert [(row["field"], row["shown"]) for row in kept] == [("price", "$1,150"), ("seats_left", "2")]


@pytest.mark.parametrize(
    ("text", "stale"),
    [
        ("It costs $1,150 and starts on January 12.", ["$1,150", "January 12"]),
        ("Monday, Feb 3rd, 2027: 5 seats left", ["Monday, Feb 3rd, 2027", "5 seats"]),
        ("on 2027-01-12 or 1/12", ["2027-01-12", "1/12"]),
        ("It may be hard. Bring 2 pens.", []),
        ("http://x.example/register/1?for=abc", ["http://x.example/register/1?for=abc"]),
    ],
)
def test_what_may_be_stale_in_an_old_answer_is_found(text: str, stale: list[str]) -> None:
    assert stale_words.stale_in(text) == stale
    assert "".join(piece for piece, _ in stale_words.pieces(text)) == text

"""Times as people say them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from inquiry_service.web.words import clipped, due_in_words, expected_by, initials, program_code, said_at

ZONE = ZoneInfo("America/Chicago")
NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)  # Monday, 10 in the morning there


@pytest.mark.parametrize(
    ("left", "words", "state"),
    [
        (timedelta(minutes=48), "due in 48 min", "due"),
        (timedelta(hours=3, minutes=5), "due in 3 h", "neutral"),
        (timedelta(hours=24), "due tomorrow", "neutral"),
        (timedelta(hours=72), "due Thu", "neutral"),
        (timedelta(minutes=-12), "overdue 12 min", "overdue"),
        (timedelta(seconds=-5), "overdue 1 min", "overdue"),
        (timedelta(days=-3), "overdue 3 days", "overdue"),
    ],
)
def test_what_is_due_says_how_soon(inquiry_app: Flask, left: timedelta, words: str, state: str) -> None:
    with inquiry_app.test_request_context():
        assert due_in_words(NOW + left, NOW, ZONE) == (words, state)


@pytest.mark.parametrize(
    ("due_at", "words"),
    [
        (datetime(2026, 11, 23, 18, 1, tzinfo=UTC), "by 12:30 PM today"),
        (datetime(2026, 11, 24, 16, 30, tzinfo=UTC), "by 10:30 AM tomorrow"),
        (datetime(2026, 11, 26, 15, 59, 59, tzinfo=UTC), "by 10:00 AM on Thursday"),
    ],
)
def test_an_expectation_is_given_to_the_next_half_hour(
    inquiry_app: Flask, due_at: datetime, words: str
) -> None:
    with inquiry_app.test_request_context():
        assert expected_by(due_at, NOW, ZONE) == words


def test_a_moment_is_said_by_its_day(inquiry_app: Flask) -> None:
    with inquiry_app.test_request_context():
        assert said_at(NOW, NOW, ZONE) == "today 10:00 AM"
        assert said_at(NOW - timedelta(days=1), NOW, ZONE) == "yesterday 10:00 AM"
        assert said_at(NOW - timedelta(days=400), NOW, ZONE) == "Oct 19, 2025, 11:00 AM"


def test_names_and_texts_are_shortened_for_a_list() -> None:
    assert initials("Ngozi Adeyemi-Okonkwo") == "NA"
    assert initials("") == "?"
    assert program_code("cma") == "CMA"
    assert program_code("phlebotomy") == "Phlebotomy"
    assert clipped("a b  c\nd", 4) == "a b…"

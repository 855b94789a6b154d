"""What an asker is promised: by what happened, by how many wait, and by the hours."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from inquiry_service.domain import expectation
from inquiry_service.domain.business_hours import ANSWER_WITHIN, Calendar
from inquiry_service.domain.expectation import Queue, promise, usual_length
from inquiry_service.mail.promise import promised
from inquiry_service.web.words import promise_words
from shared.db import Database
from tests.builders import EFFAT, an_inquiry
from tests.inquiry.reading_pages import words_of
from tests.working import Working, html_of, text_of

CHICAGO = ZoneInfo("America/Chicago")
CALENDAR = Calendar(CHICAGO)
TWO_HOURS = timedelta(hours=2)
ALWAYS_OPEN = text("INSERT INTO opening_hours SELECT day, 0, 1440 FROM generate_series(0, 6) AS day")


def a_queue(**given: object) -> Queue:
    """One in which many were answered, in forty minutes, and nobody waits."""
    values = {"answers": 50, "median": timedelta(minutes=40), "waiting": 0, "answered_lately": 80}
    return Queue(**({"open_lately": timedelta(hours=80)} | values | given))  # type: ignore[arg-type]


def test_it_is_the_median_of_what_happened() -> None:
    assert usual_length(a_queue(), ANSWER_WITHIN) == timedelta(minutes=40)


def test_few_answers_tell_nothing_usual() -> None:
    assert usual_length(a_queue(answers=4, answered_lately=4, waiting=2), ANSWER_WITHIN) == ANSWER_WITHIN


def test_a_long_line_takes_as_long_as_such_a_line_takes() -> None:
    busy = a_queue(answered_lately=800)  # ten an hour: usually six or seven wait
    assert usual_length(replace(busy, waiting=6), ANSWER_WITHIN) == timedelta(minutes=40)
    assert round(usual_length(replace(busy, waiting=50), ANSWER_WITHIN) / timedelta(minutes=1)) == 300


def test_a_few_are_no_line_where_little_is_asked() -> None:
    assert usual_length(a_queue(waiting=5), ANSWER_WITHIN) == timedelta(minutes=40)
    assert usual_length(a_queue(waiting=15), ANSWER_WITHIN) == timedelta(minutes=120)
    assert usual_length(a_queue(waiting=3, open_lately=timedelta(0)), ANSWER_WITHIN) == timedelta(minutes=40)


def test_an_open_day_promises_a_length_and_a_closed_one_its_opening() -> None:
    morning, afternoon, night = (datetime(2026, 11, 27, hour, 0, tzinfo=CHICAGO) for hour in (10, 16, 20))
    assert promise(CALENDAR, morning, TWO_HOURS).within == TWO_HOURS
    late = promise(CALENDAR, afternoon, TWO_HOURS)
    assert (late.within, late.opens_at) == (None, None)
    assert late.answer_by == datetime(2026, 11, 30, 10, 0, tzinfo=CHICAGO)
    assert promise(CALENDAR, night, TWO_HOURS).opens_at == datetime(2026, 11, 30, 9, 0, tzinfo=CHICAGO)


def test_a_page_says_it_in_words(inquiry_app: Flask) -> None:
    said = {}
    with inquiry_app.test_request_context():
        for hour in (10, 16, 20):
            now = datetime(2026, 11, 27, hour, 0, tzinfo=CHICAGO)
            said[hour] = promise_words(promise(CALENDAR, now, timedelta(minutes=100)), now, CHICAGO)
    assert said[10] == {"expected": "within 2 hours today", "opening": ""}
    assert said[16] == {"expected": "by 10:00 AM on Monday", "opening": ""}
    assert said[20] == {"expected": "by 11:00 AM on Monday", "opening": "We open again on Monday at 9:00 AM."}


def test_a_letter_says_it_in_the_schools_language() -> None:
    now = datetime(2026, 11, 27, 20, 0, tzinfo=CHICAGO)
    values = promised(promise(CALENDAR, now, TWO_HOURS), now, CHICAGO, "es")
    assert (values.minutes, values.opens_day, values.by_day) == (0, "lunes", "lunes")


def test_the_expectation_is_read_from_the_queue(inquiry_db: Database, inquiry_work: Working) -> None:
    for n in range(5):
        an_inquiry(inquiry_db, email=f"a{n}@example.com")
    inquiry_db.run(
        text("""
            UPDATE inquiry SET created_at = now() - interval '80 days', first_answered_at = now() - interval '80 days',
                   first_response_s = 60, first_response_open_s = 2400, status = 'waiting'
        """)
    )
    with inquiry_db.reading() as session:
        assert expectation.read(session)[1] == timedelta(minutes=40)


def test_the_acknowledgement_and_the_thank_you_page_promise_the_same(
    inquiry_db: Database, inquiry_work: Working, inquiry_client: FlaskClient
) -> None:
    inquiry_db.run(ALWAYS_OPEN)
    an_inquiry(inquiry_db)
    inquiry_work.drain()
    letter = inquiry_work.letters(EFFAT)[0]
    said = re.search(r"usually (within 2 hours today|by \d+:\d\d [AP]M on \w+)", text_of(letter))
    assert said, text_of(letter)
    assert said.group(0) in words_of(html_of(letter))
    # between ten and midnight it falls on the next day, which the page calls tomorrow
    assert re.search(
        r"usually (within 2 hours today|by .* tomorrow)", inquiry_client.get("/ask/thanks/Q-7F3K9T").text
    )

"""Reports against figures that are counted from the raw events of an invented year, minute by minute, without the product's rules."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from inquiry_service.domain import reports, response_times, saved_replies
from inquiry_service.domain.reports import Asked, Group, Report, Times
from shared.clock import utc_now
from shared.db import Database
from shared.people import Person
from tests.builders import a_director, a_person, an_answer, an_inquiry
from tests.inquiry.a_year import CHICAGO, FIRST, LAST, Door, Question, a_year, write
from tests.working import Working

NUMBER = 700


@pytest.fixture(scope="session")
def door() -> Door:
    """The year, minute by minute."""
    return Door()


@pytest.fixture
def people(inquiry_db: Database, inquiry_work: Working) -> list[Person]:
    """Those who answer."""
    return [
        a_director(inquiry_db),
        a_person(inquiry_db, "staff", email="ben@riverside.example", name="Ben Castillo"),
        a_person(inquiry_db, "staff", email="cara@riverside.example", name="Cara Lund"),
    ]


@pytest.fixture
def saved(inquiry_db: Database, people: list[Person]) -> list[UUID]:
    """Three saved replies; the last one is its writer's own."""
    with inquiry_db.transaction() as session:
        return [
            saved_replies.write(session, people[0], title=title, body="Soon.", is_own=title == "Mine").id
            for title in ("Next start", "Prices", "Mine")
        ]


@pytest.fixture
def year(inquiry_db: Database, people: list[Person], saved: list[UUID]) -> list[Question]:
    """Its questions, written, and measured by the job."""
    questions = a_year(people, number=NUMBER, saved=saved)
    write(inquiry_db, questions)
    assert response_times.measure_missing(inquiry_db) > NUMBER / 2
    return questions


def report_of(database: Database, *, registered: list[str] | None = None, **given: Any) -> Report:
    """The figures of the product."""
    asked = Asked(**({"first": FIRST, "last": LAST, "zone": CHICAGO} | given))
    with database.reading() as session:
        return reports.report(session, asked, registered)


def percentile(values: Iterable[int], share: float) -> int | None:
    """Between the two nearest, as far as the share goes."""
    found = sorted(values)
    if not found:
        return None
    place = share * (len(found) - 1)
    low = int(place)
    high = min(low + 1, len(found) - 1)
    return round(found[low] + (place - low) * (found[high] - found[low]))


def times(values: Iterable[int]) -> Times:
    """The median and the 90th percentile."""
    found = list(values)
    return Times(percentile(found, 0.5), percentile(found, 0.9))


def whole(questions: list[Question], door: Door) -> Group:
    """All of them together, with how long it took until they were closed."""
    closed = [(one, one.closed_at) for one in questions if one.closed_at]
    return replace(
        group("", questions, door),
        resolution=times(int((at - one.asked_at).total_seconds()) for one, at in closed),
        resolution_open=times(door.open_s(one.asked_at, at) for one, at in closed),
    )


def group(key: str, questions: list[Question], door: Door, name: str | None = None) -> Group:
    """What these questions have in common, counted one by one."""
    answers = [(one, first) for one in questions if (first := one.first_answer())]
    return Group(
        key,
        len(questions),
        len(answers),
        sum(one.first_answer() is None and not one.closed_at for one in questions),
        sum(one.first_answer() is None and one.closed_at is not None for one in questions),
        times(int((first.at - one.asked_at).total_seconds()) for one, first in answers),
        times(door.open_s(one.asked_at, first.at) for one, first in answers),
        name=name,
    )


def speed(question: Question, door: Door) -> str:
    """How fast the first answer was."""
    first = question.first_answer()
    if first is None:
        return "none"
    hours = door.open_s(question.asked_at, first.at) / 3600
    return next((str(limit) for limit in (1, 2, 4, 8) if hours <= limit), "more")


def director(question: Question) -> str:
    """Who gave the first answer, or else has it."""
    first = question.first_answer()
    return str((first.by if first else question.assignee) or "")


def by(questions: list[Question], key: Callable[[Question], str]) -> dict[str, list[Question]]:
    """The questions of each group."""
    found = defaultdict(list)
    for question in questions:
        found[key(question)].append(question)
    return found


def counted(year: list[Question]) -> list[Question]:
    """Those that reports are about."""
    return [one for one in year if not one.is_spam]


def test_every_figure_of_a_year_is_what_is_counted_minute_by_minute(
    inquiry_db: Database, year: list[Question], door: Door, people: list[Person]
) -> None:
    found, questions = report_of(inquiry_db), counted(year)
    names = {str(person.id): person.name for person in people}
    assert found.whole == whole(questions, door)
    keys: dict[str, Callable[[Question], str]] = {
        "program": lambda one: one.program or "",
        "source": lambda one: one.source or "",
        "director": director,
        "speed": lambda one: speed(one, door),
    }
    for name, key in keys.items():
        expected = {
            value: group(value, some, door, names.get(value) if name == "director" else None)
            for value, some in by(questions, key).items()
        }
        assert {one.key: one for one in found.by[name]} == expected, name
    assert found.set_aside == len(year) - len(questions)


def test_the_year_has_what_is_hard_about_it(year: list[Question], door: Door) -> None:
    """The control: without these the comparison would prove little."""
    questions = counted(year)
    walls = [one.asked_at.astimezone(CHICAGO) for one in questions]
    assert {wall.weekday() for wall in walls} == set(range(7))
    assert any(wall.hour == 2 for wall in walls)
    assert {wall.utcoffset() for wall in walls} == {timedelta(hours=-6), timedelta(hours=-5)}
    answers = [(one, first) for one in questions if (first := one.first_answer())]
    assert any(door.open_s(one.asked_at, first.at) == 0 for one, first in answers)
    assert any(entry.is_automatic for one in questions for entry in one.entries)
    assert any(not entry.is_sent for one in questions for entry in one.entries)
    changes = (date(2025, 3, 9), date(2025, 11, 2))
    assert all(
        any(
            one.asked_at.astimezone(CHICAGO).date() <= day <= first.at.astimezone(CHICAGO).date()
            for one, first in answers
        )
        for day in changes
    )


def test_a_narrower_report_counts_what_it_names(
    inquiry_db: Database, year: list[Question], door: Door, people: list[Person]
) -> None:
    first, last = date(2025, 10, 20), date(2025, 11, 30)
    some = [
        one
        for one in counted(year)
        if first <= one.asked_at.astimezone(CHICAGO).date() <= last
        and one.program == "cna"
        and one.source is None
        and director(one) == str(people[1].id)
    ]
    assert some
    narrow = {"first": first, "last": last, "program": "cna", "source": "", "director": people[1].id}
    assert report_of(inquiry_db, **narrow).whole == whole(some, door)


@pytest.mark.parametrize(("days", "unit"), [(40, "day"), (200, "week"), (800, "month")])
def test_days_weeks_and_hours_are_those_of_the_schools_clock(
    inquiry_db: Database, year: list[Question], days: int, unit: str
) -> None:
    first = LAST - timedelta(days=days)
    asked = Asked(first, LAST, CHICAGO)
    assert asked.unit == unit
    walls = [(one, one.asked_at.astimezone(CHICAGO)) for one in counted(year)]
    walls = [(one, wall) for one, wall in walls if wall.date() >= first]

    def begins_on(day: date) -> date:
        if unit == "week":
            return day - timedelta(days=day.weekday())
        return day.replace(day=1) if unit == "month" else day

    found = report_of(inquiry_db, first=first)
    assert {one.begins_on: one.asked for one in found.buckets} == Counter(
        begins_on(wall.date()) for _, wall in walls
    )
    assert {one.begins_on: one.answered for one in found.buckets if one.answered} == Counter(
        begins_on(wall.date()) for one, wall in walls if one.first_answer()
    )
    assert found.hours == Counter((wall.weekday(), wall.hour) for _, wall in walls)


def uses(questions: list[Question], saved_id: UUID, door: Door) -> tuple[int, int, int, Times, Times]:
    """How often it was sent, was the first answer, and was followed by another question; and how fast it was when it was the first."""
    sent = [
        (one, entry)
        for one in questions
        for entry in one.entries
        if entry.saved == saved_id and entry.is_sent and FIRST <= entry.at.astimezone(CHICAGO).date() <= LAST
    ]
    first = [(one, entry) for one, entry in sent if entry == one.first_answer()]
    again = [
        entry
        for one, entry in sent
        if any(x.kind == "follow_up" and not x.is_automatic and x.at > entry.at for x in one.entries)
    ]
    return (
        len(sent),
        len(first),
        len(again),
        times(int((entry.at - one.asked_at).total_seconds()) for one, entry in first),
        times(door.open_s(one.asked_at, entry.at) for one, entry in first),
    )


def test_saved_replies_are_counted_answer_by_answer(
    inquiry_db: Database, year: list[Question], door: Door, saved: list[UUID]
) -> None:
    found = {
        one.key: (one.sent, one.first_answers, one.asked_again, one.response, one.response_open)
        for one in report_of(inquiry_db).saved_replies
    }
    keys = {
        saved[0]: str(saved[0]),
        saved[1]: str(saved[1]),
        saved[2]: "",
    }  # nobody reads the title of another's own
    assert found == {key: uses(counted(year), saved_id, door) for saved_id, key in keys.items()}
    assert all(0 < first < sent and 0 < again < sent for sent, first, again, *_ in found.values())
    narrow = [one for one in counted(year) if one.program == "cna"]
    assert {one.key: one.sent for one in report_of(inquiry_db, program="cna").saved_replies} == {
        key: uses(narrow, saved_id, door)[0] for saved_id, key in keys.items()
    }


def test_who_registered_is_counted_in_their_groups(
    inquiry_db: Database, year: list[Question], door: Door
) -> None:
    questions = counted(year)
    registered = [one for number, one in enumerate(questions) if number % 9 == 0]
    spam = [one.reference for one in year if one.is_spam]
    found = report_of(
        inquiry_db, registered=[*(one.reference for one in registered), *spam, "Q-222222"]
    ).registered
    assert found is not None
    assert found["all"] == {"": len(registered)}
    assert found["program"] == Counter(one.program or "" for one in registered)
    assert found["speed"] == Counter(speed(one, door) for one in registered)
    assert report_of(inquiry_db).registered is None


def test_what_waits_is_counted_by_its_age(
    inquiry_db: Database, people: list[Person], inquiry_work: Working
) -> None:
    for n, hours in enumerate((1, 3, 5, 30, 80, 200)):
        inquiry_id = an_inquiry(inquiry_db, email=f"a{n}@example.com")
        inquiry_db.run(
            text("UPDATE inquiry SET due_from = now() - make_interval(hours => :hours) WHERE id = :id"),
            {"id": inquiry_id, "hours": hours},
        )
    inquiry_db.run(text("UPDATE inquiry SET due_at = due_from + interval '4 hours'"))
    answered = an_inquiry(inquiry_db, email="b@example.com")
    an_answer(inquiry_db, answered, people[0])
    an_inquiry(inquiry_db, email="c@example.com", is_suspect=True)
    inquiry_work.drain()
    today = utc_now().astimezone(CHICAGO).date()
    found = report_of(inquiry_db, first=today, last=today)
    assert (list(found.waiting.by_age), found.waiting.overdue) == ([2, 1, 1, 1, 1], 4)
    assert (found.whole.asked, found.whole.answered, found.whole.unanswered) == (7, 1, 6)


def test_a_time_without_questions_has_figures_too(inquiry_db: Database, people: list[Person]) -> None:
    found = report_of(inquiry_db)
    assert found.whole == Group("")
    assert (list(found.buckets), found.hours, found.waiting.oldest_at) == ([], {}, None)

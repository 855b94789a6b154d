"""Somebody hears of a deadline before it: once a stage, in one letter, and not when it was answered meanwhile."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from inquiry_service.domain import absences, inquiries, reminders, snoozes, staff
from inquiry_service.domain.absences import Away
from inquiry_service.domain.business_hours import Calendar
from inquiry_service.domain.reminder_rules import Colleague, Near, Stage, rounds, stage_at, whom
from shared.clock import utc_now
from shared.db import Database
from shared.people import Person
from shared.tokens import new_id
from tests.builders import a_director, a_person, an_answer, an_inquiry
from tests.inquiry.test_service_levels import keep
from tests.working import Working, html_of, text_of

CHICAGO = ZoneInfo("America/Chicago")
CALENDAR = Calendar(CHICAGO)
TEN = datetime(2026, 11, 23, 10, 0, tzinfo=CHICAGO)  # a Monday
TWO_HOURS = timedelta(hours=2)
_DUE_IN = text("UPDATE inquiry SET due_at = now() + make_interval(mins => :minutes) WHERE id = :id")
_A_DAY_BEFORE = text("UPDATE service_level SET digested_on = current_date - 7")
DORA, BEN, CARA = new_id(), new_id(), new_id()
STAFF = [Colleague(DORA, True, ("",)), Colleague(BEN, False, ("cna",)), Colleague(CARA, True)]


def near(minutes: int, **given: Any) -> Near:
    """A question that is due so many minutes after ten."""
    values = {"id": new_id(), "program": "cna", "assignee_id": None, "reached": 0, "within": TWO_HOURS}
    return Near(due_at=TEN + timedelta(minutes=minutes), **(values | given))


@pytest.mark.parametrize(
    ("minutes", "stage"),
    [
        (61, Stage.NONE),
        (60, Stage.HALF),
        (25, Stage.HALF),
        (24, Stage.SOON),
        (12, Stage.LAST),
        (1, Stage.LAST),
    ],
)
def test_a_stage_is_reached_by_the_open_time_that_is_left(minutes: int, stage: Stage) -> None:
    assert stage_at(near(minutes), CALENDAR, TEN) == stage


def test_closed_hours_bring_no_deadline_nearer() -> None:
    friday = datetime(2026, 11, 20, 16, 30, tzinfo=CHICAGO)
    question = near(30)  # Monday at half past ten: an hour and a half of open time more
    assert stage_at(question, CALENDAR, friday) == Stage.NONE
    assert rounds([near(30)], STAFF, CALENDAR, TEN - timedelta(hours=2)) == {}


def test_whoever_has_it_is_told_and_else_who_answers_for_its_program() -> None:
    assert whom(near(60, assignee_id=BEN), Stage.HALF, STAFF) == {BEN}
    assert whom(near(60), Stage.HALF, STAFF) == {DORA, BEN}
    assert whom(near(60, program="mat"), Stage.SOON, STAFF) == {DORA}
    assert whom(near(60, assignee_id=new_id()), Stage.HALF, STAFF) == {DORA, BEN}


def test_the_last_time_every_director_is_told() -> None:
    assert whom(near(12, assignee_id=BEN), Stage.LAST, STAFF) == {DORA, BEN, CARA}


def test_who_is_away_is_covered() -> None:
    away = [Colleague(DORA, True, ("",), covered_by=BEN), *STAFF[1:]]
    assert whom(near(60, program="mat"), Stage.HALF, away) == {BEN}
    assert whom(near(12, assignee_id=DORA), Stage.LAST, away) == {BEN, CARA}


def test_what_comes_within_a_quarter_of_an_hour_goes_in_the_same_letter() -> None:
    first, second, later = near(60, assignee_id=BEN), near(70, assignee_id=BEN), near(80, assignee_id=BEN)
    others = near(70, assignee_id=CARA)
    found = rounds([first, second, later, others], STAFF, CALENDAR, TEN)
    assert [one.id for one, _ in found[BEN]] == [first.id, second.id]
    assert set(found) == {BEN}


@pytest.fixture
def director(inquiry_db: Database, inquiry_work: Working) -> Person:
    """The registration director of a school that is always open."""
    person = a_director(inquiry_db)
    keep(inquiry_db, person)
    return person


def a_question_due_in(database: Database, work: Working, minutes: int, **given: Any) -> UUID:
    """Nobody answered it; the letters that it makes at once are gone."""
    inquiry_id = an_inquiry(database, **given)
    work.drain()
    database.run(_DUE_IN, {"id": inquiry_id, "minutes": minutes})
    return inquiry_id


def remind(database: Database, work: Working) -> list[Any]:
    """The job runs, and what it owes is sent. The letters about deadlines, oldest first."""
    with database.transaction() as session:
        reminders.remind(session)
    work.drain()
    return [letter for letter in work.letters() if "due" in letter["Subject"]]


def test_a_letter_comes_at_each_stage_and_no_stage_twice(
    inquiry_db: Database, inquiry_work: Working, director: Person
) -> None:
    inquiry_id = a_question_due_in(inquiry_db, inquiry_work, 100)
    assert remind(inquiry_db, inquiry_work) == []
    with inquiry_db.reading() as session:
        reference = inquiries.find(session, inquiry_id).reference
    for minutes, number in ((59, 1), (50, 1), (23, 2), (11, 3), (2, 3)):
        inquiry_db.run(text("UPDATE reminder SET due_at = now() + make_interval(mins => :m)"), {"m": minutes})
        inquiry_db.run(
            text(
                "UPDATE inquiry SET due_at = coalesce((SELECT min(due_at) FROM reminder), now() + make_interval(mins => :m))"
            ),
            {"m": minutes},
        )
        letters = remind(inquiry_db, inquiry_work)
        assert len(letters) == number, minutes
    assert letters[0]["Subject"] == "1 question is due soon"
    assert letters[2]["Subject"] == "1 question is almost overdue"
    for said in (text_of(letters[0]), html_of(letters[0])):
        assert reference in said
        assert "Effat R." in said
        assert f"/desk/inquiries/{inquiry_id}" in said
        assert "nobody has it" in said


def test_many_come_in_one_letter(inquiry_db: Database, inquiry_work: Working, director: Person) -> None:
    for n in range(4):
        a_question_due_in(inquiry_db, inquiry_work, 55 + n, email=f"a{n}@example.com")
    letters = remind(inquiry_db, inquiry_work)
    assert [letter["Subject"] for letter in letters] == ["4 questions are due soon"]


def test_what_was_answered_meanwhile_is_not_in_the_letter(
    inquiry_db: Database, inquiry_work: Working, director: Person
) -> None:
    inquiry_id = a_question_due_in(inquiry_db, inquiry_work, 50)
    with inquiry_db.transaction() as session:
        assert reminders.remind(session) == 1
    an_answer(inquiry_db, inquiry_id, director)
    inquiry_work.drain()
    assert all("due" not in letter["Subject"] for letter in inquiry_work.letters(director.email))


def test_no_letter_goes_about_what_is_put_off_overdue_or_switched_off(
    inquiry_db: Database, inquiry_work: Working, director: Person
) -> None:
    put_off = a_question_due_in(inquiry_db, inquiry_work, 50)
    with inquiry_db.transaction() as session:
        snoozes.snooze(session, put_off, director.actor, utc_now() + timedelta(hours=5))
    a_question_due_in(inquiry_db, inquiry_work, -5, email="b@example.com")
    assert remind(inquiry_db, inquiry_work) == []
    a_question_due_in(inquiry_db, inquiry_work, 50, email="c@example.com")
    keep(inquiry_db, director, has_reminders=False)
    assert remind(inquiry_db, inquiry_work) == []


def test_a_deadline_that_begins_anew_is_reminded_of_anew(
    inquiry_db: Database, inquiry_work: Working, director: Person
) -> None:
    inquiry_id = a_question_due_in(inquiry_db, inquiry_work, 50)
    assert len(remind(inquiry_db, inquiry_work)) == 1
    inquiry_db.run(_DUE_IN, {"id": inquiry_id, "minutes": 55})
    assert len(remind(inquiry_db, inquiry_work)) == 2


def test_a_colleague_hears_of_what_somebody_away_has(
    inquiry_db: Database, inquiry_work: Working, director: Person
) -> None:
    ben = a_person(inquiry_db, "staff", email="ben@riverside.example", name="Ben Castillo")
    today = utc_now().astimezone(CHICAGO).date()
    with inquiry_db.transaction() as session:
        absences.plan(session, director, Away(today, today + timedelta(days=3), ben.id), CHICAGO)
    a_question_due_in(inquiry_db, inquiry_work, 50)
    letters = remind(inquiry_db, inquiry_work)
    assert [letter["Delivered-To"] for letter in letters] == [ben.email]


def send_digests(database: Database, work: Working) -> list[Any]:
    """The job runs on a day after another, and what it owes is sent."""
    database.run(_A_DAY_BEFORE)
    return send_what_is_owed(database, work)


def send_what_is_owed(database: Database, work: Working) -> list[Any]:
    """The job runs, and what it owes is sent."""
    with database.transaction() as session:
        reminders.send_digests(session)
    work.drain()
    return [letter for letter in work.letters() if "wait" in letter["Subject"]]


def test_a_digest_comes_once_when_an_open_day_begins(
    inquiry_db: Database, inquiry_work: Working, director: Person
) -> None:
    for n in range(12):
        a_question_due_in(inquiry_db, inquiry_work, 60 * (n + 1) - 90, email=f"a{n}@example.com")
    first = send_digests(inquiry_db, inquiry_work)
    assert len(send_what_is_owed(inquiry_db, inquiry_work)) == len(first) == 1
    assert [letter["Subject"] for letter in first] == ["12 questions wait, 1 is overdue"]
    said = text_of(first[0])
    assert said.count("/desk/inquiries/") == 10
    assert "12 have nobody" in said
    assert "/account" in said


def test_no_digest_comes_when_nothing_waits_nor_to_who_wants_none(
    inquiry_db: Database, inquiry_work: Working, director: Person
) -> None:
    assert send_digests(inquiry_db, inquiry_work) == []
    a_question_due_in(inquiry_db, inquiry_work, 50)
    with inquiry_db.transaction() as session:
        staff.set_digest(session, director, wants=False)
    assert send_digests(inquiry_db, inquiry_work) == []


def test_the_day_of_the_installation_has_no_digest(
    inquiry_db: Database, inquiry_work: Working, director: Person
) -> None:
    a_question_due_in(inquiry_db, inquiry_work, 50)
    assert send_what_is_owed(inquiry_db, inquiry_work) == []
    assert len(send_digests(inquiry_db, inquiry_work)) == 1


def test_a_closed_day_has_no_digest(inquiry_db: Database, inquiry_work: Working, director: Person) -> None:
    a_question_due_in(inquiry_db, inquiry_work, 50)
    tomorrow = (utc_now().astimezone(CHICAGO).weekday() + 1) % 7
    keep(inquiry_db, director, week={tomorrow: ((0, 1440),)})
    assert send_digests(inquiry_db, inquiry_work) == []
    keep(inquiry_db, director)
    assert len(send_digests(inquiry_db, inquiry_work)) == 1

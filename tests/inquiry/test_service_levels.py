"""Deadlines and how long answers took: by the program, by the hours, and written once."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from inquiry_service.domain import inquiries, opening_hours, replies, response_times, service_levels
from inquiry_service.domain.opening_hours import Hours
from inquiry_service.domain.service_levels import ServiceLevel
from inquiry_service.terms import Via
from shared.clock import utc_now
from shared.db import Database
from shared.errors import Invalid
from shared.people import Person
from tests.builders import a_director, a_question, an_answer, an_inquiry
from tests.working import Working

ALWAYS = dict.fromkeys(range(7), ((0, 1440),))
_ROW = text("SELECT * FROM inquiry WHERE id = :id")
_AGED = text(
    "UPDATE inquiry SET created_at = created_at - interval '3 days', due_from = due_from - interval '3 days' WHERE id = :id"
)
_AUDIT = text(
    "SELECT action, details FROM audit WHERE action LIKE 'hol%' OR action LIKE 'hours%' ORDER BY id"
)


@pytest.fixture
def director(inquiry_db: Database, inquiry_work: Working) -> Person:
    """The registration director, of a school whose zone is known."""
    return a_director(inquiry_db)


def keep(database: Database, person: Person, **given: Any) -> None:
    """The school keeps these hours; it is always open where nothing is said."""
    with database.transaction() as session:
        opening_hours.keep(session, person, Hours(**({"week": ALWAYS, "within_min": 120} | given)))


def row_of(database: Database, inquiry_id: UUID) -> Any:
    """The inquiry as it stands in the table."""
    return database.run(_ROW, {"id": inquiry_id})[0]


def level_of(database: Database) -> ServiceLevel:
    """What the school promises."""
    with database.reading() as session:
        return service_levels.read(session)


def follow_up(database: Database, inquiry_id: UUID) -> None:
    """The asker writes again."""
    with database.transaction() as session:
        inquiries.follow_up(session, inquiry_id, "And the price?", via=Via.LINK, due_at=utc_now())


def test_a_school_that_changed_nothing_keeps_nine_to_five(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    level = level_of(inquiry_db)
    assert str(level.calendar.zone) == "America/Chicago"
    assert level.calendar.spans_on(date(2026, 11, 27)) == ((540, 1020),)
    assert level.within == timedelta(hours=2)


def test_what_is_kept_is_read(inquiry_db: Database, director: Person) -> None:
    week = {0: ((540, 720), (780, 1020)), 5: ((600, 720),)}
    keep(inquiry_db, director, week=week, within_min=90, programs={"cna": 30}, has_reminders=False)
    with inquiry_db.transaction() as session:
        opening_hours.add_holiday(session, director, date(2026, 12, 25), "Christmas", None)
        opening_hours.add_holiday(session, director, date(2026, 12, 24), "Christmas Eve", (540, 720))
        opening_hours.add_holiday(session, director, date(2026, 12, 26), "A mistake", None)
        opening_hours.remove_holiday(session, director, date(2026, 12, 26))
    level = level_of(inquiry_db)
    assert level.calendar.spans_on(date(2026, 11, 23)) == ((540, 720), (780, 1020))
    assert level.calendar.spans_on(date(2026, 11, 24)) == ()
    assert level.calendar.spans_on(date(2026, 12, 24)) == ((540, 720),)
    assert level.calendar.spans_on(date(2026, 12, 25)) == ()
    assert level.calendar.spans_on(date(2026, 12, 26)) == ((600, 720),)
    assert (level.within_of("cna"), level.within_of("mat")) == (timedelta(minutes=30), timedelta(minutes=90))
    assert not level.has_reminders
    found = inquiry_db.run(_AUDIT)
    assert [row.action for row in found] == ["hours_changed", *["holiday_added"] * 3, "holiday_removed"]
    assert found[0].details["monday"] == "9:00-12:00, 13:00-17:00"
    assert found[0].details["within cna"] == "30 min"


def test_a_week_without_hours_is_refused(inquiry_db: Database, director: Person) -> None:
    with pytest.raises(Invalid):
        keep(inquiry_db, director, week=dict.fromkeys(range(7), ()))


def test_a_question_is_due_by_its_programs_time(
    inquiry_db: Database, director: Person, inquiry_client: FlaskClient
) -> None:
    keep(inquiry_db, director, programs={"phlebotomy": 30})
    lengths = {}
    for program in ("phlebotomy", "mat"):
        body = a_question(program=program, email=f"{program}@example.com")
        inquiry_id = inquiry_client.post("/api/inquiry/v1/inquiries", json=body).get_json()["id"]
        row = row_of(inquiry_db, inquiry_id)
        lengths[program] = round((row.due_at - row.created_at).total_seconds() / 60)
    assert lengths == {"phlebotomy": 30, "mat": 120}


def test_a_thread_that_is_opened_again_is_due_by_its_programs_time(
    inquiry_db: Database, director: Person
) -> None:
    keep(inquiry_db, director, programs={"phlebotomy": 30})
    inquiry_id = an_inquiry(inquiry_db)
    an_answer(inquiry_db, inquiry_id, director)
    follow_up(inquiry_db, inquiry_id)
    row = row_of(inquiry_db, inquiry_id)
    assert row.due_at - row.due_from == timedelta(minutes=30)


def test_new_hours_move_what_waits_and_leave_what_is_overdue(
    inquiry_db: Database, inquiry_work: Working, director: Person
) -> None:
    keep(inquiry_db, director)
    waits, overdue = an_inquiry(inquiry_db), an_inquiry(inquiry_db, email="b@example.com")
    inquiry_db.run(text("UPDATE inquiry SET due_at = due_from + interval '2 hours'"))
    inquiry_db.run(
        text("UPDATE inquiry SET due_at = now() - interval '1 hour' WHERE id = :id"), {"id": overdue}
    )
    before = row_of(inquiry_db, overdue).due_at
    keep(inquiry_db, director, within_min=300)
    inquiry_work.drain()
    row = row_of(inquiry_db, waits)
    assert row.due_at - row.due_from == timedelta(hours=5)
    assert row_of(inquiry_db, overdue).due_at == before
    assert opening_hours.renew_due_times(inquiry_db) == 0


def answered_after_days(database: Database, work: Working, director: Person) -> UUID:
    """Asked three days ago and answered now."""
    inquiry_id = an_inquiry(database)
    database.run(_AGED, {"id": inquiry_id})
    work.drain()
    an_answer(database, inquiry_id, director)
    work.let_time_pass()
    return inquiry_id


def test_the_first_answer_is_kept_in_both_clocks_when_its_letter_is_sent(
    inquiry_db: Database, inquiry_work: Working, director: Person
) -> None:
    keep(inquiry_db, director, week=dict.fromkeys(range(7), ((0, 720),)))
    row = row_of(inquiry_db, answered_after_days(inquiry_db, inquiry_work, director))
    passed = row.first_answered_at - row.created_at
    assert row.first_response_s == int(passed.total_seconds())
    calendar = level_of(inquiry_db).calendar
    assert row.first_response_open_s == int(
        calendar.open_between(row.created_at, row.first_answered_at).total_seconds()
    )
    assert row.first_response_open_s < row.first_response_s
    assert row.first_answered_by == director.id


def test_an_acknowledgement_and_an_automatic_mail_are_no_answer(
    inquiry_db: Database, inquiry_work: Working, director: Person
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    inquiry_work.drain()
    with inquiry_db.transaction() as session:
        inquiries.follow_up(
            session, inquiry_id, "Out of office.", via=Via.MAIL, due_at=utc_now(), is_automatic=True
        )
        inquiries.log_call(session, inquiry_id, director, "Nobody there.", is_answered=False)
    assert row_of(inquiry_db, inquiry_id).first_response_s is None


def test_an_answer_that_was_taken_back_is_none(
    inquiry_db: Database, inquiry_work: Working, director: Person
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    with inquiry_db.transaction() as session:
        reply = replies.answer(session, inquiry_id, director, "Most find work.", undo_s=60)
        replies.undo(session, inquiry_id, reply.id, director)
    inquiry_work.let_time_pass()
    assert row_of(inquiry_db, inquiry_id).first_answered_at is None


def test_a_call_that_reached_them_is_an_answer(inquiry_db: Database, director: Person) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    with inquiry_db.transaction() as session:
        inquiries.log_call(session, inquiry_id, director, "Told them all.", is_answered=True)
    row = row_of(inquiry_db, inquiry_id)
    assert (row.first_response_s, row.first_answered_by) == (0, director.id)


def move(database: Database, inquiry_id: UUID, person: Person, name: str) -> None:
    """The thread is closed, or opened again."""
    with database.transaction() as session:
        inquiries.move(session, inquiry_id, person.actor, name, due_at=utc_now())


def test_opening_again_keeps_the_first_answer_and_renews_the_resolution(
    inquiry_db: Database, inquiry_work: Working, director: Person
) -> None:
    inquiry_id = answered_after_days(inquiry_db, inquiry_work, director)
    move(inquiry_db, inquiry_id, director, "close")
    first = row_of(inquiry_db, inquiry_id)
    assert first.resolution_s >= 3 * 86400
    follow_up(inquiry_db, inquiry_id)
    again = row_of(inquiry_db, inquiry_id)
    assert (again.closed_at, again.resolution_s, again.resolution_open_s) == (None, None, None)
    inquiry_db.run(_AGED, {"id": inquiry_id})
    move(inquiry_db, inquiry_id, director, "close")
    row = row_of(inquiry_db, inquiry_id)
    assert row.resolution_s >= first.resolution_s + 3 * 86400
    assert row.first_response_s == first.first_response_s


def test_closing_by_an_answer_is_a_resolution(
    inquiry_db: Database, inquiry_work: Working, director: Person
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    with inquiry_db.transaction() as session:
        replies.answer(session, inquiry_id, director, "Most find work.", is_closing=True, undo_s=0)
    inquiry_work.drain()
    row = row_of(inquiry_db, inquiry_id)
    assert row.status == "closed"
    assert row.resolution_s == row.first_response_s


def test_what_is_kept_is_never_counted_again(
    inquiry_db: Database, inquiry_work: Working, director: Person
) -> None:
    inquiry_id = answered_after_days(inquiry_db, inquiry_work, director)
    before = row_of(inquiry_db, inquiry_id)
    keep(inquiry_db, director)
    inquiry_work.drain()
    assert response_times.measure_missing(inquiry_db) == 0
    after = row_of(inquiry_db, inquiry_id)
    assert (after.first_response_open_s, after.first_response_s) == (
        before.first_response_open_s,
        before.first_response_s,
    )


def test_what_was_answered_before_is_measured_later(
    inquiry_db: Database, inquiry_work: Working, director: Person
) -> None:
    inquiry_id = answered_after_days(inquiry_db, inquiry_work, director)
    before = row_of(inquiry_db, inquiry_id)
    inquiry_db.run(
        text(
            "UPDATE inquiry SET first_response_s = NULL, first_response_open_s = NULL, first_answered_by = NULL"
        )
    )
    assert response_times.measure_missing(inquiry_db) == 1
    assert row_of(inquiry_db, inquiry_id) == before


def test_the_public_write_reads_no_hours_of_its_own(
    inquiry_client: FlaskClient, inquiry_db: Database
) -> None:
    """The hours are kept for seconds: a question is one statement, whatever they are."""
    inquiry_client.post("/api/inquiry/v1/inquiries", json=a_question())
    seen: list[str] = []
    run = Database._run

    def watched(self: Database, statement: Any, parameters: Any) -> Any:
        seen.append(str(statement))
        return run(self, statement, parameters)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "_run", watched)
        inquiry_client.post("/api/inquiry/v1/inquiries", json=a_question(email="b@example.com"))
    assert len(seen) == 1


def test_the_zone_is_the_schools(inquiry_db: Database, inquiry_work: Working) -> None:
    assert level_of(inquiry_db).due_at(datetime(2026, 11, 27, 23, 0, tzinfo=utc_now().tzinfo)).hour == 17

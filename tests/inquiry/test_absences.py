"""Being away: the work is a colleague's from its beginning, and what they did not touch comes back."""

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from inquiry_service.domain import absences, inquiries, reply_queue, staff
from inquiry_service.domain.absences import Away
from inquiry_service.domain.errors import NothingToTake
from inquiry_service.terms import Via
from shared.audit import THE_SERVICE
from shared.clock import utc_now
from shared.db import Database
from shared.errors import Invalid
from shared.people import Person
from tests.builders import a_director, a_person, an_inquiry, sign_in
from tests.inquiry.reading_pages import press, words_of
from tests.working import Working

CHICAGO = ZoneInfo("America/Chicago")
_ALL_BEGIN = text("UPDATE absence SET away_from = now() - interval '1 hour'")
_ALL_END = text("UPDATE absence SET away_until = now()")
_WHOSE = text("SELECT assignee_id FROM inquiry WHERE id = :id")
_TOLD = text("SELECT person_id FROM letter WHERE kind = 'notice' ORDER BY created_at")


@pytest.fixture
def dora(inquiry_db: Database, inquiry_work: Working) -> Person:
    """The director who goes away."""
    return a_director(inquiry_db, programs=("phlebotomy",))


@pytest.fixture
def ben(inquiry_db: Database, dora: Person) -> Person:
    """The colleague, who answers for nothing."""
    return a_person(inquiry_db, "staff", email="ben@riverside.example", name="Ben Castillo")


def be_away(database: Database, person: Person, colleague: Person, *, from_: int = 0, to: int = 3) -> UUID:
    """From so many days from today until so many."""
    today = utc_now().astimezone(CHICAGO).date()
    away = Away(today + timedelta(days=from_), today + timedelta(days=to), colleague.id)
    with database.transaction() as session:
        return absences.plan(session, person, away, CHICAGO).id


def assigned(database: Database, person: Person, **given: str) -> UUID:
    """A question that the person has."""
    inquiry_id = an_inquiry(database, **given)
    with database.transaction() as session:
        inquiries.assign(session, inquiry_id, THE_SERVICE, person.id)
    return inquiry_id


def whose(database: Database, inquiry_id: UUID) -> UUID | None:
    """Who has it."""
    found: UUID | None = database.run(_WHOSE, {"id": inquiry_id})[0].assignee_id
    return found


def test_the_work_is_handed_over_when_it_begins_and_comes_back_untouched(
    inquiry_db: Database, inquiry_work: Working, dora: Person, ben: Person
) -> None:
    mine, touched = assigned(inquiry_db, dora), assigned(inquiry_db, dora, email="b@example.com")
    be_away(inquiry_db, dora, ben, from_=2, to=5)
    inquiry_work.drain()
    assert whose(inquiry_db, mine) == dora.id
    inquiry_db.run(_ALL_BEGIN)
    inquiry_work.let_deadlines_pass()
    assert {whose(inquiry_db, one) for one in (mine, touched)} == {ben.id}
    with inquiry_db.transaction() as session:
        inquiries.add_note(session, touched, ben, "I called them.")
        inquiries.follow_up(session, mine, "And the price?", via=Via.LINK, due_at=utc_now())
    inquiry_db.run(_ALL_END)
    inquiry_work.let_deadlines_pass()
    with inquiry_db.transaction() as session:
        for row in session.execute(text("SELECT id FROM absence")):
            absences.end(session, row.id)
    assert whose(inquiry_db, mine) == dora.id
    assert whose(inquiry_db, touched) == ben.id


def test_what_begins_today_begins_now_and_ends_when_somebody_comes_back(
    inquiry_db: Database, dora: Person, ben: Person
) -> None:
    mine = assigned(inquiry_db, dora)
    be_away(inquiry_db, dora, ben)
    assert whose(inquiry_db, mine) == ben.id
    with inquiry_db.transaction() as session:
        absences.come_back(session, dora)
    assert whose(inquiry_db, mine) == dora.id


def test_new_questions_and_news_go_to_the_colleague(inquiry_db: Database, dora: Person, ben: Person) -> None:
    be_away(inquiry_db, dora, ben)
    inquiry_id = an_inquiry(inquiry_db)
    assert [row.person_id for row in inquiry_db.run(_TOLD)] == [ben.id]
    with inquiry_db.transaction() as session:
        inquiries.assign(session, inquiry_id, THE_SERVICE, dora.id)
        inquiries.follow_up(session, inquiry_id, "And the price?", via=Via.LINK, due_at=utc_now())
    assert [row.person_id for row in inquiry_db.run(_TOLD)] == [ben.id, ben.id]


def test_take_next_covers_the_programs_of_who_is_away(
    inquiry_db: Database, dora: Person, ben: Person
) -> None:
    other = an_inquiry(inquiry_db, program="mat", email="b@example.com")
    covered = an_inquiry(inquiry_db)
    inquiry_db.run(
        text("UPDATE inquiry SET due_at = now() - interval '1 hour' WHERE id = :id"), {"id": other}
    )
    be_away(inquiry_db, dora, ben)
    with inquiry_db.transaction() as session:
        assert reply_queue.take_next(session, ben).id == covered
        assert reply_queue.take_next(session, ben).id == other
        with pytest.raises(NothingToTake):
            reply_queue.take_next(session, ben)


@pytest.mark.parametrize(("from_", "to"), [(3, 1), (-5, -1), (0, 400)])
def test_a_time_that_makes_no_sense_is_refused(
    inquiry_db: Database, dora: Person, ben: Person, from_: int, to: int
) -> None:
    with pytest.raises(Invalid):
        be_away(inquiry_db, dora, ben, from_=from_, to=to)


def test_nobody_covers_who_is_away_themselves_or_does_not_work_here(
    inquiry_db: Database, dora: Person, ben: Person
) -> None:
    registrar = a_person(inquiry_db, "registrar", email="ruth@riverside.example")
    for colleague in (dora, registrar):
        with pytest.raises(Invalid):
            be_away(inquiry_db, dora, colleague)
    be_away(inquiry_db, ben, dora)
    with pytest.raises(Invalid):
        be_away(inquiry_db, dora, ben)


def test_a_colleague_whose_account_is_closed_covers_nobody(
    inquiry_db: Database, dora: Person, ben: Person
) -> None:
    be_away(inquiry_db, dora, ben)
    with inquiry_db.transaction() as session:
        staff.disable(session, THE_SERVICE, ben.id)
    an_inquiry(inquiry_db)
    assert [row.person_id for row in inquiry_db.run(_TOLD)] == [dora.id]


def test_one_plans_it_on_the_account_page_and_both_are_told_at_the_desk(
    inquiry_db: Database, inquiry_client: FlaskClient, dora: Person, ben: Person
) -> None:
    mine = assigned(inquiry_db, dora)
    sign_in(inquiry_client, inquiry_db, dora)
    page = inquiry_client.get("/account")
    today = utc_now().astimezone(CHICAGO).date()
    wrong = press(
        inquiry_client, page, "/account/away", first_day="", last_day=today.isoformat(), colleague_id=""
    )
    assert wrong.status_code == 422
    assert "Enter your first day away" in wrong.text
    days = {"first_day": today.isoformat(), "last_day": (today + timedelta(days=2)).isoformat()}
    assert press(inquiry_client, page, "/account/away", colleague_id=str(ben.id), **days).status_code == 303
    assert "Ben Castillo has your questions" in inquiry_client.get("/account").text
    assert "You are away until" in words_of(inquiry_client.get("/desk").text)
    sign_in(inquiry_client, inquiry_db, ben)
    assert "you have 1 of their questions" in words_of(inquiry_client.get("/desk/notices").text)
    sign_in(inquiry_client, inquiry_db, dora)
    press(inquiry_client, inquiry_client.get("/account"), "/account/back")
    assert whose(inquiry_db, mine) == dora.id


def test_the_mornings_letter_is_switched_off_on_the_account_page(
    inquiry_db: Database, inquiry_client: FlaskClient, dora: Person
) -> None:
    sign_in(inquiry_client, inquiry_db, dora)
    press(inquiry_client, inquiry_client.get("/account"), "/account/digest")
    assert "Switch it on" in inquiry_client.get("/account").text
    press(inquiry_client, inquiry_client.get("/account"), "/account/digest")
    assert "Switch it off" in inquiry_client.get("/account").text

"""The pages of reports and hours: what they say, who may see it, and what a table program gets."""

import csv
import io
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from inquiry_service.domain import inquiries, saved_replies
from inquiry_service.terms import Via
from inquiry_service.web.report_sections import NAMES
from shared.clock import utc_now
from shared.db import Database
from shared.people import Person
from tests.builders import a_director, a_person, an_answer, an_inquiry, sign_in
from tests.inquiry.reading_pages import press, words_of
from tests.inquiry.test_service_levels import level_of
from tests.working import Working

_ASKED_EARLIER = text(
    "UPDATE inquiry SET created_at = now() - interval '2 days', due_from = now() - interval '2 days'"
)
_BEGAN_WITH = text("UPDATE reply SET saved_reply_id = :saved_id WHERE id = :id")
WEEK = {f"day-{day}": "9-12, 13-17" for day in range(5)}


@pytest.fixture
def director(inquiry_db: Database, inquiry_client: FlaskClient) -> Person:
    """Somebody who may see everything, signed in."""
    person = a_director(inquiry_db)
    sign_in(inquiry_client, inquiry_db, person)
    return person


@pytest.fixture
def answered(inquiry_db: Database, inquiry_work: Working, director: Person) -> None:
    """Two questions, one of them answered; the source of the other one is a formula."""
    first = an_inquiry(inquiry_db, source="Compare")
    an_inquiry(inquiry_db, email="b@example.com", source="=cmd|' /C calc'!A0")
    inquiry_db.run(_ASKED_EARLIER)
    an_answer(inquiry_db, first, director)
    inquiry_work.drain()


def test_a_report_says_what_it_found_and_what_has_no_answer(
    inquiry_client: FlaskClient, answered: None
) -> None:
    page = inquiry_client.get("/desk/reports")
    said = words_of(page.text)
    assert "1 question of this time has no answer yet" in said
    assert "2 questions came in: 1 answered, 1 unanswered, 0 closed without an answer" in said
    assert "Half of the answers came within" in said
    assert "1 question waits now, the oldest for 2 days" in said
    assert "Dora Vance answered most: 1 of 1" in said
    assert "50 % were answered; who registered is not known now" in said
    assert "Who completed a class is not kept yet" in said
    for name in NAMES:
        assert f'id="{name}"' in page.text


def test_a_report_says_which_saved_reply_was_used(
    inquiry_client: FlaskClient, inquiry_db: Database, inquiry_work: Working, director: Person
) -> None:
    ben = a_person(inquiry_db, "staff", email="ben@riverside.example", name="Ben Castillo")
    with inquiry_db.transaction() as session:
        shared = saved_replies.write(session, director, title="=Next start", body="Soon.").id
        own = saved_replies.write(session, ben, title="Ben's own words", body="Soon.", is_own=True).id
    for number, saved_id in enumerate((shared, shared, own)):
        inquiry_id = an_inquiry(inquiry_db, email=f"a{number}@example.com")
        reply_id = an_answer(inquiry_db, inquiry_id, director)
        inquiry_db.run(_BEGAN_WITH, {"id": reply_id, "saved_id": saved_id})
    inquiry_work.drain()
    with inquiry_db.transaction() as session:
        inquiries.follow_up(session, inquiry_id, "And when?", via=Via.LINK, due_at=utc_now())
    page = inquiry_client.get("/desk/reports").text
    assert "=Next start was used most, 2 of 3 times; after it 0 % asked again" in words_of(page)
    assert "Ben's own words" not in words_of(page)
    rows = rows_of(inquiry_client, "saved-replies")
    assert [(row[0], row[1], row[2], row[5]) for row in rows[1:]] == [
        ("'=Next start", "2", "2", "0"),
        ("Personal saved replies", "1", "1", "1"),
    ]


def test_every_chart_has_a_name_and_its_table(inquiry_client: FlaskClient, answered: None) -> None:
    page = inquiry_client.get("/desk/reports").text
    charts = [part.partition(">")[0] for part in page.split("<svg")[1:] if "chart-" in part.partition(">")[0]]
    assert len(charts) > 8
    assert all('role="img"' in one and 'aria-label="' in one for one in charts)
    assert page.count('class="disclosure"') == len(NAMES)
    assert "style=" not in page


def test_the_address_holds_what_was_chosen(inquiry_client: FlaskClient, answered: None) -> None:
    today = utc_now().date()
    chosen = (
        f"from={today - timedelta(days=7)}&to={today + timedelta(days=1)}&program=phlebotomy&source=Compare"
    )
    page = inquiry_client.get(f"/desk/reports?{chosen}").text
    assert "1 question came in: 1 answered" in words_of(page)
    assert chosen.replace("&", "&amp;") in page
    assert "No question came in" in words_of(
        inquiry_client.get("/desk/reports?from=2020-01-01&to=2020-01-31").text
    )


@pytest.mark.parametrize(
    "query", ["from=yesterday", "from=2026-02-01&to=2026-01-01", "director=me", "to=9999-12-31"]
)
def test_what_is_no_choice_is_said(inquiry_client: FlaskClient, director: Person, query: str) -> None:
    page = inquiry_client.get(f"/desk/reports?{query}")
    assert page.status_code == 422
    assert "There is a problem" in page.text


def rows_of(client: FlaskClient, name: str) -> list[list[str]]:
    """The table as a program reads it."""
    answer = client.get(f"/desk/reports/{name}.csv")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    return list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))


def test_every_section_is_a_csv_and_no_cell_a_formula(inquiry_client: FlaskClient, answered: None) -> None:
    tables = {name: rows_of(inquiry_client, name) for name in NAMES}
    assert tables["times"][1][0] == "First answer, open hours"
    assert int(tables["times"][2][1]) >= 2 * 86400
    sources = [row[0] for row in tables["sources"][1:]]
    assert sorted(sources) == ["'=cmd|' /C calc'!A0", "Compare"]
    assert all(
        not cell.startswith(("=", "+", "-", "@"))
        for table in tables.values()
        for row in table
        for cell in row
    )
    assert len(tables["hours"]) == 8


def test_an_auditor_sees_reports_and_no_queue(inquiry_client: FlaskClient, inquiry_db: Database) -> None:
    sign_in(inquiry_client, inquiry_db, a_person(inquiry_db, "auditor", email="a@riverside.example"))
    page = inquiry_client.get("/desk/reports")
    assert page.status_code == 200
    assert "/desk/take-next" not in page.text
    assert 'href="/desk/audit"' in page.text
    assert inquiry_client.get("/sign-in").location == "/desk/reports"


def test_hours_are_tried_before_they_are_kept(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    page = inquiry_client.get("/desk/hours")
    assert "asked now" in page.text
    assert re.search(r'type="checkbox" value="1" checked\s+id="has_reminders"', page.text)
    typed = WEEK | {"within": "45 min", "has_reminders": "1"}
    tried = press(inquiry_client, page, "/desk/hours", **typed, **{"try": "1"})
    assert "not saved" in tried.text
    assert 'value="9-12, 13-17"' in tried.text
    assert level_of(inquiry_db).within == timedelta(hours=2)
    assert press(inquiry_client, page, "/desk/hours", **typed).status_code == 303
    assert level_of(inquiry_db).within == timedelta(minutes=45)
    assert 'value="9:00-12:00, 13:00-17:00"' in inquiry_client.get("/desk/hours").text


def test_wrong_hours_are_said_at_their_field_and_kept(inquiry_client: FlaskClient, director: Person) -> None:
    page = inquiry_client.get("/desk/hours")
    typed = WEEK | {"day-2": "from nine", "within": "soon"}
    again = press(inquiry_client, page, "/desk/hours", **typed)
    assert again.status_code == 422
    assert 'href="#day-2"' in again.text
    assert 'href="#within"' in again.text
    assert 'value="from nine"' in again.text
    assert press(inquiry_client, page, "/desk/hours", within="2 h").status_code == 422


def test_a_day_of_its_own_is_added_and_removed(inquiry_client: FlaskClient, director: Person) -> None:
    page = inquiry_client.get("/desk/hours")
    wrong = press(inquiry_client, page, "/desk/hours/holidays", day="", name="Easter")
    assert wrong.status_code == 422
    assert (
        press(
            inquiry_client, page, "/desk/hours/holidays", day="2030-12-24", name="Eve", hours="x"
        ).status_code
        == 422
    )
    kept = press(inquiry_client, page, "/desk/hours/holidays", day="2030-12-24", name="Eve", hours="9-12")
    assert kept.status_code == 303
    page = inquiry_client.get("/desk/hours")
    assert "9:00-12:00" in page.text
    press(inquiry_client, page, "/desk/hours/holidays/remove")
    assert "Eve" not in words_of(inquiry_client.get("/desk/hours").text).replace("Every", "").replace(
        "evening", ""
    )

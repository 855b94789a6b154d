"""The asker's own page behind the link from a letter."""

import re
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import text

from inquiry_service.domain import inquiries, replies
from shared.db import Database
from tests.builders import EFFAT, a_director, an_inquiry
from tests.inquiry.reading_pages import hidden_of, press, words_of
from tests.working import Working, text_of


def _link(work: Working, to: str = EFFAT) -> str:
    work.drain()
    found = re.search(r"/inquiries/[a-z2-7]{26}", text_of(work.letters(to)[-1]))
    assert found
    return found.group(0)


def _inquiry(db: Database, inquiry_id: UUID) -> Any:
    return db.run(text("SELECT * FROM inquiry WHERE id = :id"), {"id": inquiry_id})[0]


def test_the_link_shows_the_thread_and_proves_the_address(
    inquiry_client: FlaskClient, inquiry_db: Database, inquiry_work: Working
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    page = inquiry_client.get(_link(inquiry_work))
    assert "part time job as a phlebotomist" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert _inquiry(inquiry_db, inquiry_id).is_address_proven


def test_notes_calls_and_unsent_answers_are_ours_alone(
    inquiry_client: FlaskClient, inquiry_db: Database, inquiry_work: Working
) -> None:
    inquiry_id, director = an_inquiry(inquiry_db), a_director(inquiry_db)
    link = _link(inquiry_work)
    with inquiry_db.transaction() as session:
        inquiries.add_note(session, inquiry_id, director, "Called twice already.")
        inquiries.log_call(session, inquiry_id, director, "Nobody there.", is_answered=False)
        replies.answer(session, inquiry_id, director, "Most find work.")
    page = inquiry_client.get(link).text
    assert "Called twice" not in page
    assert "Nobody there" not in page
    assert "Most find work" not in page
    inquiry_work.let_time_pass()
    page = words_of(inquiry_client.get(link).text)
    assert "Most find work." in page
    assert "Dora Vance" in page


def test_what_the_asker_adds_reopens_the_thread_once(
    inquiry_client: FlaskClient, inquiry_db: Database, inquiry_work: Working
) -> None:
    inquiry_id, director = an_inquiry(inquiry_db), a_director(inquiry_db)
    link = _link(inquiry_work)
    with inquiry_db.transaction() as session:
        replies.answer(session, inquiry_id, director, "Most find work.", is_closing=True)
    inquiry_work.let_time_pass()
    assert _inquiry(inquiry_db, inquiry_id).status == "closed"
    page = inquiry_client.get(link)
    first = press(inquiry_client, page, f"{link}/messages", body="And on weekends?")
    press(inquiry_client, page, f"{link}/messages", body="And on weekends?")
    assert first.status_code == 303
    assert "We have what you added" in inquiry_client.get(first.location).text
    row = _inquiry(inquiry_db, inquiry_id)
    assert (row.status, row.messages) == ("open", 3)


def test_an_empty_addition_is_a_sentence(
    inquiry_client: FlaskClient, inquiry_db: Database, inquiry_work: Working
) -> None:
    an_inquiry(inquiry_db)
    link = _link(inquiry_work)
    again = inquiry_client.post(f"{link}/messages", data={"body": "  "})
    assert again.status_code == 422
    assert "Enter what you want to add" in again.text
    assert again.headers["Cache-Control"] == "no-store"


def test_a_wrong_link_offers_the_right_one(inquiry_client: FlaskClient, inquiry_db: Database) -> None:
    page = inquiry_client.get("/inquiries/aaaaaaaaaaaaaaaaaaaaaaaaaa")
    assert page.status_code == 404
    assert "Send me my link" in page.text
    assert inquiry_client.post("/inquiries/nothing/messages", data={"body": "x"}).status_code == 404


def test_send_me_my_link_answers_everyone_alike(
    inquiry_client: FlaskClient, inquiry_db: Database, inquiry_work: Working
) -> None:
    an_inquiry(inquiry_db)
    inquiry_work.drain()
    known = inquiry_client.post("/inquiries/find", data={"email": EFFAT.upper()})
    unknown = inquiry_client.post("/inquiries/find", data={"email": "nobody@example.com"})
    assert known.location == unknown.location
    assert known.status_code == 303
    inquiry_client.post("/inquiries/find", data={"email": EFFAT})
    inquiry_work.drain()
    assert inquiry_work.letters("nobody@example.com") == []
    assert len(inquiry_work.letters(EFFAT)) == 2
    assert inquiry_client.get(_link(inquiry_work)).status_code == 200


def test_an_address_that_is_none_is_said_at_its_field(
    inquiry_client: FlaskClient, inquiry_db: Database
) -> None:
    again = inquiry_client.post("/inquiries/find", data={"email": "effat"})
    assert again.status_code == 422
    assert 'value="effat"' in again.text
    assert hidden_of(again.text, "/inquiries/find") == {}

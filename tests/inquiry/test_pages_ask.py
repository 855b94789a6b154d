"""The public form: what a visitor meets without scripts and without cookies."""

import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import text

from inquiry_service.app import create_app
from inquiry_service.web.parts import Parts
from shared.db import Database
from tests.builders import EFFAT, PHLEBOTOMY_QUESTION, a_director
from tests.inquiry.reading_pages import hidden_of, words_of
from tests.working import Working

TYPED = {"name": "Effat R.", "email": EFFAT, "phone": "", "question": PHLEBOTOMY_QUESTION}


def _rows(db: Database) -> list[Any]:
    return list(db.run(text("SELECT * FROM inquiry ORDER BY created_at, id")))


def _open(client: FlaskClient, query: str = "") -> dict[str, str]:
    return hidden_of(client.get(f"/ask{query}").text, "/ask")


def test_a_question_comes_in_and_is_thanked_for(inquiry_client: FlaskClient, inquiry_db: Database) -> None:
    sent = inquiry_client.post("/ask", data=_open(inquiry_client, "?program=phlebotomy&source=/q/1") | TYPED)
    assert sent.status_code == 303
    (row,) = _rows(inquiry_db)
    assert (row.status, row.program, row.source, row.opening) == (
        "new",
        "phlebotomy",
        "/q/1",
        PHLEBOTOMY_QUESTION,
    )
    assert row.consent_text == "By sending you agree that we keep your question to answer it."
    thanks = inquiry_client.get(sent.location).text
    assert row.reference in thanks
    assert "Effat" not in thanks
    assert EFFAT not in thanks


def test_it_works_without_any_cookie(inquiry_app: Any, inquiry_db: Database) -> None:
    client = inquiry_app.test_client(use_cookies=False)
    assert client.get("/ask").headers.get("Set-Cookie") is None
    assert client.post("/ask", data=_open(client) | TYPED).status_code == 303
    assert len(_rows(inquiry_db)) == 1


def test_sending_twice_gives_the_same_reference(inquiry_client: FlaskClient, inquiry_db: Database) -> None:
    form = _open(inquiry_client) | TYPED
    first, second = inquiry_client.post("/ask", data=form), inquiry_client.post("/ask", data=form)
    assert first.location == second.location
    assert len(_rows(inquiry_db)) == 1


def test_a_form_changed_after_going_back_is_a_question_of_its_own(
    inquiry_client: FlaskClient, inquiry_db: Database
) -> None:
    form = _open(inquiry_client) | TYPED
    first = inquiry_client.post("/ask", data=form)
    changed = form | {"question": "And what does it cost?"}
    second, third = inquiry_client.post("/ask", data=changed), inquiry_client.post("/ask", data=changed)
    assert first.location != second.location == third.location
    assert [row.opening for row in _rows(inquiry_db)] == [PHLEBOTOMY_QUESTION, "And what does it cost?"]


def test_a_form_that_is_not_right_keeps_everything_typed(
    inquiry_client: FlaskClient, inquiry_db: Database
) -> None:
    form = (
        _open(inquiry_client, "?program=cna") | TYPED | {"email": "effat@", "phone": "555 0100", "name": ""}
    )
    again = inquiry_client.post("/ask", data=form)
    assert again.status_code == 422
    assert not _rows(inquiry_db)
    assert 'href="#email"' in again.text
    assert 'href="#name"' in again.text
    assert again.text.count("Enter your name") == 2
    for kept in ("effat@", "555 0100", "part time job", form["form_token"], "cna"):
        assert kept in again.text
    mended = hidden_of(again.text, "/ask") | TYPED
    assert inquiry_client.post("/ask", data=mended).status_code == 303


def test_whoever_fills_the_trap_is_thanked_and_set_aside(
    inquiry_client: FlaskClient, inquiry_db: Database, inquiry_work: Working
) -> None:
    sent = inquiry_client.post(
        "/ask", data=_open(inquiry_client) | TYPED | {"website": "https://spam.example"}
    )
    assert sent.status_code == 303
    assert "We have your question" in inquiry_client.get(sent.location).text
    assert _rows(inquiry_db)[0].status == "quarantined"
    inquiry_work.drain()
    assert inquiry_work.letters() == []


def test_a_form_without_its_token_still_comes_in(inquiry_client: FlaskClient, inquiry_db: Database) -> None:
    assert inquiry_client.post("/ask", data=TYPED).status_code == 303
    assert _rows(inquiry_db)[0].spam_reasons == ["no form token"]


def test_too_many_questions_keep_the_text_and_say_so(
    make_inquiry_settings: Any, inquiry_db: Database
) -> None:
    client = create_app(make_inquiry_settings(limit_public_writes="1/minute")).test_client()
    form = _open(client) | TYPED
    client.post("/ask", data=form)
    refused = client.post("/ask", data=form | {"question": "One more thing."})
    assert refused.status_code == 429
    assert refused.headers["Retry-After"]
    assert "One more thing." in refused.text
    assert len(_rows(inquiry_db)) == 1


def test_what_was_typed_is_shown_as_text(inquiry_client: FlaskClient, inquiry_db: Database) -> None:
    again = inquiry_client.post("/ask", data=TYPED | {"email": "", "name": '"><script>alert(1)</script>'})
    assert "<script>alert" not in again.text


def test_bytes_that_no_database_takes_are_a_sentence(
    inquiry_client: FlaskClient, inquiry_db: Database
) -> None:
    again = inquiry_client.post("/ask", data=TYPED | {"question": "what\x00now"})
    assert again.status_code == 422
    assert "characters that cannot be stored" in again.text


def test_the_programs_can_be_chosen_when_they_are_known(
    inquiry_app: Any, inquiry_client: FlaskClient, monkeypatch: Any
) -> None:
    from inquiry_service.clients.enrollment import ProgramFact

    parts: Parts = inquiry_app.extensions["inquiry"]
    monkeypatch.setattr(parts.enrollment, "programs", lambda: (ProgramFact("phlebotomy", "Phlebotomy"),))
    page = inquiry_client.get("/ask?program=phlebotomy").text
    assert "Ask about Phlebotomy" in words_of(page)
    assert re.search(r'<option value="phlebotomy" selected>', page)


def test_a_made_up_reference_gets_no_thanks(inquiry_client: FlaskClient, inquiry_db: Database) -> None:
    assert inquiry_client.get("/ask/thanks/<b>hello</b>").status_code == 404
    assert inquiry_client.get("/ask/thanks/Q-7F3K9T").status_code == 200


def test_the_front_door_leads_to_the_form(inquiry_client: FlaskClient, inquiry_db: Database) -> None:
    a_director(inquiry_db)
    assert inquiry_client.get("/").location == "/ask"


def test_data_handling_is_explained(inquiry_client: FlaskClient, inquiry_db: Database) -> None:
    assert "How we handle your data" in inquiry_client.get("/privacy").text

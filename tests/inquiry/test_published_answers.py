"""Answers that the school publishes: suggested while somebody types, kept by staff."""

from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from inquiry_service.domain import published_answers, replies
from shared.db import Database
from shared.people import Person
from tests.builders import a_director, an_inquiry, sign_in
from tests.inquiry.reading_pages import press, words_of
from tests.working import Working

JOB = "Is it easy to find a part-time job as a phlebotomist?"
PAYING = "Can my employer pay for the course?"
CHICAGO = ZoneInfo("America/Chicago")


@pytest.fixture
def director(inquiry_client: FlaskClient, inquiry_db: Database) -> Person:
    """The registration director, signed in."""
    person = a_director(inquiry_db)
    sign_in(inquiry_client, inquiry_db, person)
    return person


def _publish(db: Database, author: Person, question: str, answer: str, program: str | None = None) -> None:
    with db.transaction() as session:
        published_answers.publish(
            session, author, question=question, answer=answer, program=program, locale="en"
        )


def _suggested(client: FlaskClient, typed: str, program: str = "") -> str:
    answer = client.get("/ask/suggestions", query_string={"q": typed, "program": program})
    assert answer.status_code == 200
    return words_of(answer.text)


def test_a_question_like_a_published_one_is_suggested_its_answer(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    _publish(inquiry_db, director, JOB, "Many begin part-time.")
    _publish(inquiry_db, director, PAYING, "Yes, by invoice.")
    found = _suggested(inquiry_client, "Will I be finding jobs part time after phlebotomy?")
    assert "Many begin part-time." in found
    assert "invoice" not in found


@pytest.mark.parametrize(
    "typed", ["", "job", "Where do I park on Sundays?", "'; DROP TABLE inquiry; --", "a & b | !c:* <-> d" * 9]
)
def test_nothing_is_suggested_for_what_is_like_nothing(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person, typed: str
) -> None:
    _publish(inquiry_db, director, JOB, "Many begin part-time.")
    assert _suggested(inquiry_client, typed) == ""


def test_one_word_in_common_is_not_enough(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    _publish(inquiry_db, director, PAYING, "Yes, by invoice.")
    assert _suggested(inquiry_client, "How long is the course in the evenings?") == ""


def test_an_answer_about_another_program_is_not_suggested(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    _publish(inquiry_db, director, JOB, "Many begin part-time.", program="phlebotomy")
    assert _suggested(inquiry_client, JOB, "cna") == ""
    assert "Many begin" in _suggested(inquiry_client, JOB, "phlebotomy")
    assert "Many begin" in _suggested(inquiry_client, JOB)


def test_at_most_three_are_suggested(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    for n in range(5):
        _publish(inquiry_db, director, JOB, f"Answer {n}.")
    assert _suggested(inquiry_client, JOB).count("Answer ") == 3


def test_markup_in_a_published_answer_is_text(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    _publish(inquiry_db, director, JOB, "<script>alert(1)</script>")
    assert "<script" not in inquiry_client.get("/ask/suggestions", query_string={"q": JOB}).text


def test_staff_publish_withdraw_and_publish_again(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    page = inquiry_client.get("/desk/answers")
    assert "Nothing is published yet" in page.text
    sent = press(inquiry_client, page, "/desk/answers", question=JOB, answer="Many begin part-time.")
    assert sent.status_code == 303
    assert "Many begin" in _suggested(inquiry_client, JOB)
    (row,) = inquiry_db.run(text("SELECT id FROM published_answer"))
    page = inquiry_client.get("/desk/answers")
    for verb in ("withdraw", "withdraw"):  # a second click changes nothing
        assert press(inquiry_client, page, f"/desk/answers/{row.id}/withdraw").status_code == 303
        assert _suggested(inquiry_client, JOB) == "", verb
    page = inquiry_client.get("/desk/answers")
    press(inquiry_client, page, f"/desk/answers/{row.id}/publish")
    assert "Many begin" in _suggested(inquiry_client, JOB)
    actions = [found.action for found in inquiry_db.run(text("SELECT action FROM audit ORDER BY id"))]
    assert actions[-3:] == ["answer_published", "answer_withdrawn", "answer_published_again"]


def test_an_empty_answer_is_a_sentence_and_keeps_the_question(
    inquiry_client: FlaskClient, director: Person
) -> None:
    page = inquiry_client.get("/desk/answers")
    again = press(inquiry_client, page, "/desk/answers", question=JOB, answer=" ")
    assert again.status_code == 422
    assert "Enter the answer" in again.text
    assert JOB in again.text


def test_a_sent_answer_fills_the_form_in(
    inquiry_client: FlaskClient, inquiry_db: Database, inquiry_work: Working, director: Person
) -> None:
    inquiry_id = an_inquiry(inquiry_db, question=JOB)
    with inquiry_db.transaction() as session:
        reply = replies.answer(session, inquiry_id, director, "Many begin part-time.")
    assert "Publish this answer" not in inquiry_client.get(f"/desk/inquiries/{inquiry_id}").text
    inquiry_work.let_time_pass()
    link = f"/desk/answers?reply={reply.id}"
    assert link in inquiry_client.get(f"/desk/inquiries/{inquiry_id}").text
    page = words_of(inquiry_client.get(link).text)
    assert JOB in page
    assert "Many begin part-time." in page


def test_the_form_asks_for_suggestions_and_works_without_them(inquiry_client: FlaskClient) -> None:
    page = inquiry_client.get("/ask").text
    assert 'data-suggestions="/ask/suggestions"' in page
    assert "suggestions.js" in page

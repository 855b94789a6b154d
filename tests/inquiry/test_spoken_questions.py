"""Questions by telephone and in person, taken down by staff; and what it means that nobody can be written to."""

from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from inquiry_service.domain import inquiries, links, merges, replies, reply_queue, spoken_questions
from inquiry_service.domain.errors import NoAddress, OtherAddress, WrongMove
from inquiry_service.domain.spoken_questions import SpokenQuestion
from inquiry_service.terms import Via
from shared.clock import utc_now
from shared.db import Database
from shared.people import Person
from shared.references import References
from tests.builders import EFFAT, a_director, a_person, an_inquiry, bearer, sign_in
from tests.inquiry.reading_pages import press, words_of
from tests.inquiry.test_inbound import a_mail, arrives
from tests.inquiry.threads import bodies, does_not_add_up, merged, row_of, taken_apart
from tests.working import Working, text_of

QUESTION = "Can I start in January?"


@pytest.fixture
def clerk(inquiry_db: Database) -> Person:
    """Who answers the telephone."""
    return a_person(inquiry_db, "staff", email="ines@riverside.example", name="Ines Halloran")


def spoken(db: Database, person: Person, **given: Any) -> UUID:
    """A call as it was taken down."""
    values = {
        "name": "Gita P.",
        "question": QUESTION,
        "due_at": utc_now(),
        "via": Via.PHONE,
        "phone": "555 0177",
    }
    with db.transaction() as session:
        references = References(db, "inquiry_reference_seq", "Q")
        return spoken_questions.take_down(session, references, person, SpokenQuestion(**(values | given))).id


def letters_of(db: Database) -> list[str]:
    """The kinds of all letters that are owed."""
    return sorted(row.kind for row in db.run(text("SELECT kind FROM letter")))


def test_it_stands_in_the_queue_and_the_director_is_told(
    inquiry_db: Database, inquiry_work: Working, clerk: Person
) -> None:
    director = a_director(inquiry_db)
    inquiry_id = spoken(inquiry_db, clerk, note="She is in a hurry.")
    inquiry_work.drain()
    (notice,) = inquiry_work.letters()
    assert notice["Delivered-To"] == director.email
    assert QUESTION in text_of(notice)
    assert "There is no email address to answer to: call Gita P." in text_of(notice)
    assert "Reply to this mail" not in text_of(notice)
    assert "hurry" not in text_of(notice)
    assert bodies(inquiry_db, inquiry_id) == [QUESTION, "She is in a hurry."]
    with inquiry_db.transaction() as session:
        assert reply_queue.take_next(session, director).id == inquiry_id
    assert does_not_add_up(inquiry_db) == {}


def test_nothing_goes_to_the_address_unless_it_is_asked_for(inquiry_db: Database, clerk: Person) -> None:
    spoken(inquiry_db, clerk, email=EFFAT)
    assert letters_of(inquiry_db) == []
    spoken(inquiry_db, clerk, email=EFFAT, is_acknowledged=True)
    assert letters_of(inquiry_db) == ["acknowledgement"]
    assert does_not_add_up(inquiry_db) == {}


def test_without_an_address_nobody_is_answered_by_mail(
    inquiry_db: Database, inquiry_work: Working, clerk: Person
) -> None:
    director = a_director(inquiry_db)
    inquiry_id = spoken(inquiry_db, clerk)
    with inquiry_db.transaction() as session, pytest.raises(NoAddress):
        replies.answer(session, inquiry_id, director, "Yes.")
    inquiry_work.drain()
    notice = inquiry_work.letters(director.email)[0]
    mail = a_mail(str(notice["Reply-To"]), "Yes.", sender=director.email, quoted=text_of(notice))
    arrives(inquiry_db, inquiry_work, mail)
    with inquiry_db.transaction() as session:
        [(held, words)] = replies.held_replies(session, inquiry_id)
        assert (words, held.held_because) == ("Yes.", "there is no email address to answer to")
        with pytest.raises(NoAddress):
            replies.send_held(session, inquiry_id, held.id, director)
        inquiries.log_call(session, inquiry_id, director, "Told her: yes.", is_answered=True)
        inquiries.move(session, inquiry_id, director.actor, "close", due_at=utc_now())
    assert row_of(inquiry_db, inquiry_id).status == "closed"


def test_two_without_an_address_are_not_one_person(inquiry_db: Database, clerk: Person) -> None:
    first, second = spoken(inquiry_db, clerk), spoken(inquiry_db, clerk, name="Farid")
    with inquiry_db.transaction() as session:
        assert links.others_of_address(session, inquiries.find(session, first)) == []
        assert links.inquiries_of_address(session, first) == []
        with pytest.raises(OtherAddress):
            merges.merge(session, clerk, first, second)


def test_a_call_goes_into_the_question_that_can_be_answered_and_not_the_other_way(
    inquiry_db: Database, clerk: Person
) -> None:
    call, question = spoken(inquiry_db, clerk), an_inquiry(inquiry_db)
    with inquiry_db.transaction() as session, pytest.raises(WrongMove):
        merges.merge(session, clerk, call, question, is_one_person=True)
    merged(inquiry_db, clerk, question, call, is_one_person=True)
    row = row_of(inquiry_db, question)
    assert (row.asker_email, row.asker_phone) == (EFFAT, "555 0177")
    taken_apart(inquiry_db, clerk, call)
    assert row_of(inquiry_db, question).asker_phone is None
    assert does_not_add_up(inquiry_db) == {}


def test_a_search_finds_it_by_its_words_and_its_number(inquiry_db: Database, clerk: Person) -> None:
    words = "wheelchair " + "x" * 1990 + " elevator"
    inquiry_id = spoken(inquiry_db, clerk, question=words)
    with inquiry_db.reading() as session:
        for typed in ("wheelchair", "elevator", "gita", "555 0177"):
            found = reply_queue.page(session, clerk.id, "all", filters={"q": typed}).items
            assert [item.id for item in found] == [inquiry_id], typed


def test_the_page_takes_it_down_once(
    inquiry_client: FlaskClient, inquiry_db: Database, clerk: Person
) -> None:
    sign_in(inquiry_client, inquiry_db, clerk)
    page = inquiry_client.get("/desk/new")
    typed = {"via": "walk_in", "name": "Gita P.", "question": QUESTION, "is_mine": "1"}
    first, second = (press(inquiry_client, page, "/desk/new", **typed) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    thread = inquiry_client.get(first.headers["Location"]).text
    assert "Nobody can be answered by mail here. They gave no email address" in words_of(thread)
    assert 'id="reply"' not in thread
    assert "in person" in thread
    (row,) = inquiry_db.run(text("SELECT assignee_id, opened_by_id FROM inquiry"))
    assert (row.assignee_id, row.opened_by_id) == (clerk.id, clerk.id)


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    inquiry_client: FlaskClient, inquiry_db: Database, clerk: Person
) -> None:
    sign_in(inquiry_client, inquiry_db, clerk)
    page = inquiry_client.get("/desk/new")
    typed = {"via": "phone", "name": "Gita P.", "question": "", "email": "", "is_acknowledged": "1"}
    refused = press(inquiry_client, page, "/desk/new", **typed)
    assert refused.status_code == 422
    assert "Write what they asked" in refused.text
    refused = press(inquiry_client, page, "/desk/new", **(typed | {"question": QUESTION}))
    assert refused.status_code == 422
    assert "An acknowledgement needs an address to go to." in refused.text
    assert QUESTION in refused.text
    assert inquiry_db.run(text("SELECT 1 FROM inquiry")) == []


def test_programs_take_one_down(inquiry_client: FlaskClient, inquiry_db: Database, clerk: Person) -> None:
    headers = bearer(inquiry_db, clerk) | {"Idempotency-Key": "call-1"}
    body = {"name": "Gita P.", "question": QUESTION, "via": "phone", "phone": "555 0177"}
    path = "/api/inquiry/v1/inquiries/by-staff"
    answers = [inquiry_client.post(path, json=body, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json["id"] == answers[1].json["id"]
    assert answers[0].json["email"] == ""
    wrong = inquiry_client.post(path, json=body | {"via": "form"}, headers=bearer(inquiry_db, clerk))
    assert wrong.status_code == 422

"""The director's desk: the queue, a thread, its answers, and what becomes of their letters."""

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from inquiry_service.clients.enrollment import Known, SectionFact
from inquiry_service.domain import inbound, inquiries, replies
from inquiry_service.terms import Via
from shared.clock import utc_now
from shared.db import Database
from shared.people import Person
from tests.builders import EFFAT, a_director, a_person, an_inquiry, sign_in
from tests.inquiry.reading_pages import hidden_of, press, words_of
from tests.working import Working, text_of

ANSWER = "Good morning Effat,\n\nmost of our students find work during their externship."


@pytest.fixture
def director(inquiry_client: FlaskClient, inquiry_db: Database) -> Person:
    """The registration director, signed in."""
    person = a_director(inquiry_db)
    sign_in(inquiry_client, inquiry_db, person)
    return person


def _thread(client: FlaskClient, inquiry_id: UUID, query: str = "") -> TestResponse:
    return client.get(f"/desk/inquiries/{inquiry_id}{query}")


def _do(client: FlaskClient, inquiry_id: UUID, what: str, **typed: str) -> TestResponse:
    return press(client, _thread(client, inquiry_id), f"/desk/inquiries/{inquiry_id}/{what}", **typed)


def _box(page: str) -> str:
    found = re.search(r'<textarea[^>]*id="body"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL)
    assert found
    return found.group(1)


def _row(db: Database, inquiry_id: UUID) -> Any:
    return db.run(text("SELECT * FROM inquiry WHERE id = :id"), {"id": inquiry_id})[0]


def _follow_up(db: Database, inquiry_id: UUID, body: str) -> None:
    with db.transaction() as session:
        inquiries.follow_up(session, inquiry_id, body, via=Via.LINK, due_at=utc_now())


def test_the_queue_shows_who_waits_and_how_many(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    an_inquiry(inquiry_db)
    an_inquiry(inquiry_db, name="Suspect", is_suspect=True)
    page = words_of(inquiry_client.get("/desk").text)
    assert "Effat R. overdue 1 min Phlebotomy Hello dear director" in page
    assert "Unassigned 1" in page
    assert "Quarantine 1" in page
    assert "Suspect" not in page
    assert "Suspect" in inquiry_client.get("/desk?view=quarantine").text


@pytest.mark.parametrize(
    "view", ["new", "mine", "open", "waiting", "held", "never_reached", "closed", "quarantine"]
)
def test_an_empty_view_says_what_it_is_for(inquiry_client: FlaskClient, director: Person, view: str) -> None:
    page = inquiry_client.get(f"/desk?view={view}")
    assert page.status_code == 200
    assert 'class="empty"' in page.text


def test_a_search_finds_names_words_and_references(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    an_inquiry(inquiry_db, name="Tom Lindqvist", email="tom@example.com", question="Is there parking?")
    for words in ("effat", "phlebotomist", _row(inquiry_db, inquiry_id).reference):
        page = words_of(inquiry_client.get("/desk", query_string={"q": words}).text)
        assert "Effat R." in page
        assert "Tom Lindqvist" not in page
    assert "Nothing found" in inquiry_client.get("/desk?q=zebra").text


def test_the_list_answers_304_until_something_changes(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    first = inquiry_client.get("/desk/queue?view=open")
    etag = {"If-None-Match": first.headers["ETag"]}
    assert inquiry_client.get("/desk/queue?view=open", headers=etag).status_code == 304
    an_inquiry(inquiry_db)
    assert inquiry_client.get("/desk/queue?view=open", headers=etag).status_code == 200
    views = {"If-None-Match": inquiry_client.get("/desk/views?view=open").headers["ETag"]}
    assert inquiry_client.get("/desk/views?view=open", headers=views).status_code == 304


def test_a_red_banner_stands_while_no_worker_is_alive(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    assert "No worker is alive" in inquiry_client.get("/desk").text
    inquiry_db.run(text("INSERT INTO process (name, role, pid) VALUES ('worker@here:1', 'worker', 1)"))
    assert "No worker is alive" not in inquiry_client.get("/desk").text


def test_take_next_opens_the_one_that_is_due_first(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    first = an_inquiry(inquiry_db)
    an_inquiry(inquiry_db, name="Later", email="later@example.com")
    taken = press(inquiry_client, inquiry_client.get("/desk"), "/desk/take-next")
    assert f"/desk/inquiries/{first}" in taken.location
    assert _row(inquiry_db, first).assignee_id == director.id


def test_take_next_says_so_when_nobody_waits(inquiry_client: FlaskClient, director: Person) -> None:
    taken = press(inquiry_client, inquiry_client.get("/desk"), "/desk/take-next")
    assert "Nobody is waiting" in inquiry_client.get(taken.location).text


def test_a_press_without_the_forms_token_does_nothing(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    assert inquiry_client.post("/desk/take-next").status_code == 403
    assert _row(inquiry_db, inquiry_id).assignee_id is None


def test_an_answer_goes_out_after_its_window_and_the_next_one_opens(
    inquiry_client: FlaskClient, inquiry_db: Database, inquiry_work: Working, director: Person
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    other = an_inquiry(inquiry_db, name="Tom Lindqvist", email="tom@example.com")
    sent = _do(inquiry_client, inquiry_id, "replies", body=ANSWER)
    assert f"/desk/inquiries/{other}" in sent.location
    assert "Answer to Effat R. goes out in" in inquiry_client.get(sent.location).text
    inquiry_work.let_time_pass()
    letter = inquiry_work.letters(EFFAT)[-1]
    assert "externship" in text_of(letter)
    page = words_of(_thread(inquiry_client, inquiry_id).text)
    assert "waiting for them" in page
    assert "Acknowledgement sent" in page


def test_an_undone_answer_is_in_the_box_word_for_word(
    inquiry_client: FlaskClient, inquiry_db: Database, inquiry_work: Working, director: Person
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    inquiry_work.drain()
    sent = _do(inquiry_client, inquiry_id, "replies", body=ANSWER)
    page = inquiry_client.get(sent.location)
    action = re.search(r"/desk/inquiries/[^\"]+/undo", page.text)
    assert action
    undone = press(inquiry_client, page, action.group(0))
    assert _box(inquiry_client.get(undone.location).text) == ANSWER
    inquiry_work.let_time_pass()
    assert len(inquiry_work.letters(EFFAT)) == 1
    again = _do(inquiry_client, inquiry_id, "replies", body=ANSWER + "\n\nDora")
    assert again.status_code == 303
    inquiry_work.let_time_pass()
    assert "Dora" in text_of(inquiry_work.letters(EFFAT)[-1])


def test_an_undo_that_comes_too_late_says_so(
    inquiry_client: FlaskClient, inquiry_db: Database, inquiry_work: Working, director: Person
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    page = inquiry_client.get(_do(inquiry_client, inquiry_id, "replies", body=ANSWER).location)
    action = re.search(r"/desk/inquiries/[^\"]+/undo", page.text)
    assert action
    inquiry_work.let_time_pass()
    late = press(inquiry_client, page, action.group(0))
    assert "already on its way" in inquiry_client.get(late.location).text


def test_send_and_close_closes_when_the_letter_is_sent(
    inquiry_client: FlaskClient, inquiry_db: Database, inquiry_work: Working, director: Person
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    _do(inquiry_client, inquiry_id, "replies", body=ANSWER, close="1")
    assert _row(inquiry_db, inquiry_id).status == "waiting"
    inquiry_work.let_time_pass()
    assert _row(inquiry_db, inquiry_id).status == "closed"


def test_an_answer_to_a_thread_that_changed_is_kept_and_the_new_part_shown(
    inquiry_client: FlaskClient, inquiry_db: Database, inquiry_work: Working, director: Person
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    page = _thread(inquiry_client, inquiry_id)
    _follow_up(inquiry_db, inquiry_id, "I meant the evening class.")
    refused = press(inquiry_client, page, f"/desk/inquiries/{inquiry_id}/replies", body=ANSWER)
    changed = inquiry_client.get(refused.location)
    words = words_of(changed.text)
    assert "Something new came in while you wrote" in words
    assert words.index("I meant the evening class.", words.index("Something new")) > 0
    assert "Send anyway" in words
    assert _box(changed.text) == ANSWER
    sent = press(inquiry_client, changed, f"/desk/inquiries/{inquiry_id}/replies", body=ANSWER)
    assert "undo=" in sent.location


def test_an_empty_answer_is_a_sentence(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    refused = _do(inquiry_client, an_inquiry(inquiry_db), "replies", body=" ")
    assert refused.status_code == 422
    assert "Write the answer first" in refused.text


def test_an_answer_that_is_too_long_stays_in_the_box(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    refused = _do(inquiry_client, an_inquiry(inquiry_db), "replies", body="word " * 4001)
    assert refused.status_code == 422
    assert _box(refused.text).count("word") == 4001


def test_a_draft_is_kept_for_its_author_alone(
    inquiry_app: Flask, inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    address = f"/desk/inquiries/{inquiry_id}/draft"
    form = hidden_of(_thread(inquiry_client, inquiry_id).text, f"/desk/inquiries/{inquiry_id}/replies")
    saved = inquiry_client.post(
        address, data=form | {"body": "Half a"}, headers={"Accept": "application/json"}
    )
    assert saved.get_json()["saved"].startswith("Draft saved")
    plain = inquiry_client.post(address, data=form | {"body": "Half a sentence"})
    assert plain.status_code == 303
    assert _box(_thread(inquiry_client, inquiry_id).text) == "Half a sentence"
    assert "draft" in inquiry_client.get("/desk/queue?view=open").text
    other = inquiry_app.test_client()
    sign_in(
        other, inquiry_db, a_person(inquiry_db, "staff", email="ben@riverside.example", name="Ben Castillo")
    )
    assert _box(_thread(other, inquiry_id).text) == ""


def test_a_held_answer_shows_why_and_goes_at_a_press(
    inquiry_client: FlaskClient, inquiry_db: Database, inquiry_work: Working, director: Person
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    with inquiry_db.transaction() as session:
        held = replies.hold(
            session,
            inquiry_id,
            director,
            ANSWER,
            "it came from another address than yours",
            based_on=1,
            via=Via.MAIL,
        )
    page = _thread(inquiry_client, inquiry_id, "?view=held")
    assert "Held because it came from another address than yours." in words_of(page.text)
    press(inquiry_client, page, f"/desk/inquiries/{inquiry_id}/replies/{held.id}/send")
    inquiry_work.let_time_pass()
    assert "externship" in text_of(inquiry_work.letters(EFFAT)[-1])


def test_a_held_answer_can_be_discarded(
    inquiry_client: FlaskClient, inquiry_db: Database, inquiry_work: Working, director: Person
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    with inquiry_db.transaction() as session:
        held = replies.hold(session, inquiry_id, director, ANSWER, "it is old", based_on=1, via=Via.MAIL)
    _do(inquiry_client, inquiry_id, f"replies/{held.id}/discard")
    inquiry_work.let_time_pass()
    assert len(inquiry_work.letters(EFFAT)) == 1
    assert "Nothing is held" in inquiry_client.get("/desk?view=held").text


def test_a_letter_in_doubt_is_settled_at_a_press(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    _do(inquiry_client, inquiry_id, "replies", body=ANSWER)
    (letter,) = inquiry_db.run(
        text("UPDATE letter SET status = 'unknown', settled_at = now() WHERE kind = 'answer' RETURNING id")
    )
    page = _thread(inquiry_client, inquiry_id)
    assert "we do not know if it arrived" in words_of(page.text)
    press(inquiry_client, page, f"/desk/inquiries/{inquiry_id}/letters/{letter.id}/mark-sent")
    (row,) = inquiry_db.run(text("SELECT status, settled_by FROM letter WHERE id = :id"), {"id": letter.id})
    assert (row.status, row.settled_by) == ("sent", director.id)


def test_a_letter_that_failed_can_go_again_and_names_the_phone(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    inquiry_id = an_inquiry(inquiry_db, phone="555 0100")
    _do(inquiry_client, inquiry_id, "replies", body=ANSWER)
    (letter,) = inquiry_db.run(
        text(
            "UPDATE letter SET status = 'failed', last_error = '550 no such mailbox', settled_at = now()"
            " WHERE kind = 'answer' RETURNING id"
        )
    )
    page = _thread(inquiry_client, inquiry_id)
    assert "could not be sent 550 no such mailbox Call instead: 555 0100" in words_of(page.text)
    press(inquiry_client, page, f"/desk/inquiries/{inquiry_id}/letters/{letter.id}/resend")
    (again,) = inquiry_db.run(text("SELECT resend_of FROM letter WHERE resend_of IS NOT NULL"))
    assert again.resend_of == letter.id
    assert "waiting to be sent" in words_of(_thread(inquiry_client, inquiry_id).text)


def test_a_letter_of_another_thread_is_not_settled_here(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    other = an_inquiry(inquiry_db, email="tom@example.com")
    (letter,) = inquiry_db.run(
        text("UPDATE letter SET status = 'failed' WHERE subject_id = :id RETURNING id"), {"id": other}
    )
    form = hidden_of(_thread(inquiry_client, inquiry_id).text, "/desk/take-next")
    crossed = inquiry_client.post(f"/desk/inquiries/{inquiry_id}/letters/{letter.id}/mark-sent", data=form)
    assert crossed.status_code == 404


def test_an_inquiry_is_taken_given_and_released(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    ben = a_person(inquiry_db, "staff", email="ben@riverside.example", name="Ben Castillo")
    inquiry_id = an_inquiry(inquiry_db)
    _do(inquiry_client, inquiry_id, "claim")
    assert _row(inquiry_db, inquiry_id).assignee_id == director.id
    _do(inquiry_client, inquiry_id, "assign", staff_id=str(ben.id))
    assert _row(inquiry_db, inquiry_id).assignee_id == ben.id
    assert "Ben Castillo" in words_of(_thread(inquiry_client, inquiry_id).text)
    assert ">BC</abbr>" in inquiry_client.get("/desk/queue?view=open").text
    _do(inquiry_client, inquiry_id, "assign", staff_id="")
    _do(inquiry_client, inquiry_id, "claim")
    _do(inquiry_client, inquiry_id, "release")
    assert _row(inquiry_db, inquiry_id).assignee_id is None


def test_closing_and_reopening_are_one_press_each(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    _do(inquiry_client, inquiry_id, "close")
    assert _row(inquiry_db, inquiry_id).status == "closed"
    _do(inquiry_client, inquiry_id, "reopen")
    assert _row(inquiry_db, inquiry_id).status == "open"


def test_quarantine_shows_why_and_lets_go(
    inquiry_client: FlaskClient, inquiry_db: Database, inquiry_work: Working, director: Person
) -> None:
    inquiry_id = an_inquiry(inquiry_db, is_suspect=True)
    page = _thread(inquiry_client, inquiry_id, "?view=quarantine")
    assert "Set aside because: sales talk." in words_of(page.text)
    assert f"/desk/inquiries/{inquiry_id}/replies" not in page.text
    _do(inquiry_client, inquiry_id, "not-spam")
    inquiry_work.drain()
    assert len(inquiry_work.letters(EFFAT)) == 1
    _do(inquiry_client, inquiry_id, "spam")
    assert _row(inquiry_db, inquiry_id).status == "spam"


def test_notes_and_calls_stand_in_the_thread(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    _do(inquiry_client, inquiry_id, "notes", body="St. Anne’s asked for externs.")
    _do(inquiry_client, inquiry_id, "calls", body="She comes on Monday.", is_answered="1")
    page = words_of(_thread(inquiry_client, inquiry_id).text)
    assert "note, only staff see it" in page
    assert "She comes on Monday." in page
    assert _row(inquiry_db, inquiry_id).status == "waiting"


def test_a_note_without_words_opens_its_form_again(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    refused = _do(inquiry_client, an_inquiry(inquiry_db), "notes", body="")
    assert refused.status_code == 422
    assert 'href="#note"' in refused.text
    assert 'id="note-here"' in refused.text


def test_an_unverified_mail_is_marked(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    with inquiry_db.transaction() as session:
        inquiries.follow_up(
            session,
            inquiry_id,
            "I am her mother.",
            via=Via.MAIL,
            due_at=utc_now(),
            sender_address="mother@example.com",
            is_verified=False,
        )
    page = words_of(_thread(inquiry_client, inquiry_id).text)
    assert "mother@example.com" in page
    assert "not proven to be Effat R." in page


def test_mail_without_a_thread_is_seen_with_its_original(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    mail = (
        b"From: ann@example.com\r\nTo: hello@riverside.example\r\nSubject: Hello\r\n\r\nIs anybody there?\r\n"
    )
    with inquiry_db.transaction() as session:
        raw_id = inbound.store_raw(session, mail, mailbox="test")
    inquiry_db.run(text("UPDATE raw_mail SET status = 'unfiled'"))
    assert "Mail without a thread 1" in words_of(inquiry_client.get("/desk").text)
    assert "Is anybody there?" in inquiry_client.get("/desk/unfiled").text
    assert inquiry_client.get(f"/desk/unfiled/{raw_id}/original").data == mail


def test_the_programs_next_starts_stand_beside_the_thread(
    inquiry_app: Flask,
    inquiry_client: FlaskClient,
    inquiry_db: Database,
    director: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    section = SectionFact("s1", "Weekday evenings", "2027-01-11", 2, 12, 0, 115000, True)
    known = Known([section], datetime(2026, 11, 23, 20, 2, tzinfo=UTC), 0.0)
    enrollment = inquiry_app.extensions["inquiry"].enrollment
    monkeypatch.setattr(enrollment, "next_sections", lambda program: known)
    page = words_of(_thread(inquiry_client, inquiry_id).text)
    assert "Weekday evenings 2 of 12 left Mon, Jan 11, 2027 · $1,150 as of 2:02 PM" in page
    monkeypatch.setattr(enrollment, "next_sections", lambda program: None)
    assert "Next starts" not in _thread(inquiry_client, inquiry_id).text


def test_the_same_persons_other_questions_stand_there_too(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    an_inquiry(inquiry_db, question="What does the course cost?")
    page = words_of(_thread(inquiry_client, an_inquiry(inquiry_db)).text)
    assert "Earlier questions What does the course cost?" in page


def test_the_hard_texts_are_shown_as_they_are(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    inquiry_id = an_inquiry(
        inquiry_db, name="<b>Bold</b> " + "N" * 180, question="<script>alert(1)</script> " + "سلام " * 1500
    )
    for page in (_thread(inquiry_client, inquiry_id), inquiry_client.get("/desk")):
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<b>Bold" not in page.text


def test_a_thread_that_is_not_there_is_a_page_that_says_so(
    inquiry_client: FlaskClient, director: Person
) -> None:
    page = inquiry_client.get("/desk/inquiries/00000000-0000-0000-0000-000000000000")
    assert page.status_code == 404
    assert "There is no such inquiry" in page.text
    assert "To the desk" in page.text


@pytest.mark.parametrize(
    ("role", "page"),
    [
        ("director", "/desk/audit"),
        ("staff", "/desk/answers"),
        ("auditor", "/desk/audit"),
        ("auditor", "/desk/reports"),
    ],
)
def test_whatever_stands_beside_a_page_opens_for_its_reader(
    inquiry_client: FlaskClient, inquiry_db: Database, role: str, page: str
) -> None:
    sign_in(inquiry_client, inquiry_db, a_person(inquiry_db, role, email=f"{role}@riverside.example"))
    beside = inquiry_client.get(page).text.split('class="pane views"')[1].split("</nav>")[0]
    links = re.findall(r'href="(/desk[^"]*)"', beside)
    assert len(links) >= 2
    assert {link: inquiry_client.get(unescape(link)).status_code for link in links} == dict.fromkeys(
        links, 200
    )

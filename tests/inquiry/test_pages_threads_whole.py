"""The thread's page as a whole: what stands beside it, merging and splitting by its buttons, its history, and what it costs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text

from inquiry_service.clients.enrollment import Known, RegistrationOfPerson
from inquiry_service.domain import drafts, inquiries, notes, replies, reply_queue, tags
from inquiry_service.terms import Via
from shared.audit import THE_SERVICE
from shared.db import Database
from shared.people import Person
from tests.builders import EFFAT, a_director, a_person, an_answer, an_inquiry, bearer, sign_in
from tests.inquiry.reading_pages import press, words_of
from tests.inquiry.test_inbound import a_mail, arrives
from tests.inquiry.threads import merged, row_of, taken_apart, writes_again
from tests.working import Working

MOST_STATEMENTS = 12


@pytest.fixture
def director(inquiry_client: FlaskClient, inquiry_db: Database) -> Person:
    """The registration director, signed in."""
    person = a_director(inquiry_db)
    sign_in(inquiry_client, inquiry_db, person)
    return person


@contextmanager
def statements_of(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every statement that the application sends meanwhile, but for the ping of a pooled connection."""
    database: Database = app.extensions["frontdesk"].database
    sent: list[str] = []
    run = database.run

    def counted(statement: Any, parameters: Any = None) -> Any:
        sent.append(str(statement))
        return run(statement, parameters)

    def before(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement != "SELECT 1":
            sent.append(statement)

    monkeypatch.setattr(database, "run", counted)
    event.listen(database.engine, "before_cursor_execute", before)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", before)
        monkeypatch.setattr(database, "run", run)


def a_full_thread(db: Database, work: Working, director: Person) -> tuple[UUID, UUID]:
    """An inquiry with everything that a thread can have, and an answer of the person that can still be undone."""
    colleague = a_person(db, "staff", email="ben@riverside.example", name="Ben")
    inquiry_id = an_inquiry(db, phone="555 0199")
    work.drain()
    other = an_inquiry(db, question="And this?")
    an_inquiry(db, question="Open, too?")
    mail = a_mail(str(work.letters(EFFAT)[0]["Reply-To"]), "By mail.")
    arrives(db, work, mail)
    an_answer(db, inquiry_id, director)
    merged(db, director, inquiry_id, other)
    with db.transaction() as session:
        notes.write(session, inquiry_id, colleague, "@dora please look")
        replies.hold(session, inquiry_id, colleague, "Held.", "a look", based_on=1, via=Via.MAIL)
        replies.hold(session, inquiry_id, director, "Held, too.", "a look", based_on=1, via=Via.MAIL)
        drafts.save_draft(session, inquiry_id, director, "Dear")
        for word in ("grant", "part-time"):
            tags.add(session, inquiry_id, THE_SERVICE, word)
        undoable = replies.answer(session, an_inquiry(db, email="x@y.example"), director, "No.", undo_s=600)
    return inquiry_id, undoable.id


def test_the_fullest_thread_costs_at_most_twelve_statements(
    inquiry_app: Flask,
    inquiry_client: FlaskClient,
    inquiry_db: Database,
    inquiry_work: Working,
    director: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inquiry_id, undo = a_full_thread(inquiry_db, inquiry_work, director)
    with statements_of(inquiry_app, monkeypatch) as sent:
        page = inquiry_client.get(f"/desk/inquiries/{inquiry_id}?undo={undo}")
    for words in (
        "mentions you",
        "Held, too.",
        "Dear",
        "#grant",
        "By mail.",
        "another open question",
        "Undo",
    ):
        assert words in page.text, words
    assert 8 < len(sent) <= MOST_STATEMENTS, "\n".join(sent)


def test_the_history_costs_few_statements_more_and_only_when_asked(
    inquiry_app: Flask,
    inquiry_client: FlaskClient,
    inquiry_db: Database,
    director: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    with statements_of(inquiry_app, monkeypatch) as sent:
        inquiry_client.get(f"/desk/inquiries/{inquiry_id}")
        assert [statement for statement in sent if "FROM audit" in statement] == []
        sent.clear()
        inquiry_client.get(f"/desk/inquiries/{inquiry_id}/history")
    assert len(sent) <= MOST_STATEMENTS


def test_another_open_question_of_the_address_is_warned_of_and_merged_by_a_button(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    inquiry_id, other = an_inquiry(inquiry_db), an_inquiry(inquiry_db, question="And weekends?")
    base, reference = f"/desk/inquiries/{inquiry_id}", row_of(inquiry_db, other).reference
    page = inquiry_client.get(base)
    assert "This address has another open question." in page.text
    assert press(inquiry_client, page, f"{base}/merge").status_code == 303
    page = inquiry_client.get(base)
    assert "another open question" not in page.text
    assert f"Dora Vance merged {reference} into this thread." in words_of(page.text)
    old = inquiry_client.get(f"/desk/inquiries/{other}?view=mine", follow_redirects=True)
    assert old.request.path == base
    assert f"{reference} was merged into this thread." in words_of(old.text)
    press(inquiry_client, page, f"/desk/inquiries/{other}/unmerge")
    assert row_of(inquiry_db, other).status == "new"
    assert inquiry_client.get(f"/desk/inquiries/{other}").status_code == 200


def test_a_settled_one_is_no_warning(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    inquiry_id, other = an_inquiry(inquiry_db), an_inquiry(inquiry_db)
    inquiry_db.run(text("UPDATE inquiry SET status = 'closed' WHERE id = :id"), {"id": other})
    assert "another open question" not in inquiry_client.get(f"/desk/inquiries/{inquiry_id}").text


def test_two_addresses_are_shown_before_they_are_merged(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    inquiry_id, other = an_inquiry(inquiry_db), an_inquiry(inquiry_db, email="effat@work.example")
    base, reference = f"/desk/inquiries/{inquiry_id}", row_of(inquiry_db, other).reference
    page = inquiry_client.get(f"{base}?do=merge")
    asked = press(inquiry_client, page, f"{base}/merge", reference=reference.lower())
    assert asked.status_code == 409
    assert "effat@work.example" in asked.text
    assert EFFAT in asked.text
    assert row_of(inquiry_db, other).status == "new"
    assert press(inquiry_client, asked, f"{base}/merge").status_code == 303
    assert row_of(inquiry_db, other).status == "merged"
    unknown = press(inquiry_client, page, f"{base}/merge", reference="Q-222222")
    assert (unknown.status_code, "No question has this reference." in unknown.text) == (422, True)


def test_ticked_entries_become_a_question_of_their_own(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    assert "split-here" not in inquiry_client.get(f"/desk/inquiries/{inquiry_id}").text
    message_id = writes_again(inquiry_db, inquiry_id, "My sister asks about weekends.")
    base = f"/desk/inquiries/{inquiry_id}"
    page = inquiry_client.get(f"{base}?do=split")
    assert press(inquiry_client, page, f"{base}/split").status_code == 422
    answer = press(inquiry_client, page, f"{base}/split", message_ids=str(message_id))
    new = inquiry_client.get(answer.headers["Location"]).text
    assert "My sister asks about weekends." in new
    assert row_of(inquiry_db, inquiry_id).reference in new
    assert answer.headers["Location"].partition("?")[0] in inquiry_client.get(base).text


def test_another_program_is_told_to_who_answers_for_it(
    inquiry_client: FlaskClient, inquiry_db: Database, inquiry_work: Working, director: Person
) -> None:
    nora = a_person(inquiry_db, "director", email="nora@riverside.example", name="Nora", programs=("cma",))
    inquiry_id = an_inquiry(inquiry_db, program="phlebotomy")
    inquiry_work.drain()
    base = f"/desk/inquiries/{inquiry_id}"
    press(inquiry_client, inquiry_client.get(base), f"{base}/program", new_program="cma")
    inquiry_work.drain()
    assert len(inquiry_work.letters(nora.email)) == 1
    assert len(inquiry_work.letters(director.email)) == 1
    with inquiry_db.transaction() as session:
        session.execute(
            text("UPDATE program_responsibility SET program = 'mat' WHERE staff_id = :id"),
            {"id": director.id},
        )
        an_inquiry(inquiry_db, program="phlebotomy")
        assert reply_queue.take_next(session, nora).id == inquiry_id
    assert "changed the program from Phlebotomy to CMA" in words_of(
        inquiry_client.get(f"{base}/history").text
    )


def test_the_history_says_who_did_what(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    inquiry_id, other = an_inquiry(inquiry_db), an_inquiry(inquiry_db)
    with inquiry_db.transaction() as session:
        inquiries.assign(session, inquiry_id, director.actor, director.id)
        tags.add(session, inquiry_id, director.actor, "grant")
        inquiries.move(session, other, director.actor, "close", due_at=datetime.now(UTC))
    merged(inquiry_db, director, inquiry_id, other)
    reference = row_of(inquiry_db, other).reference
    page = words_of(inquiry_client.get(f"/desk/inquiries/{inquiry_id}/history").text)
    for words in (
        "Dora Vance gave it to Dora Vance",
        "Dora Vance added the tag grant",
        f"Dora Vance merged {reference} into it",
        f"{reference}: closed it",
    ):
        assert words in page, words
    taken_apart(inquiry_db, director, other)
    found = inquiry_client.get(
        f"/api/inquiry/v1/inquiries/{inquiry_id}/history", headers=bearer(inquiry_db, director)
    ).json["items"]
    assert [item["action"] for item in found][:2] == ["inquiry_unmerged", "inquiry_merged"]
    assert found[0]["other"] == reference


def test_what_the_person_registered_for_stands_beside_the_thread_while_it_is_known(
    inquiry_app: Flask,
    inquiry_client: FlaskClient,
    inquiry_db: Database,
    director: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    fact = RegistrationOfPerson("R-7F3K22", "waitlisted", "s1", "Weekday evenings", "2027-01-11")
    known = Known([fact], datetime(2026, 11, 23, 20, 2, tzinfo=UTC), 0.0)
    asked: list[str] = []

    def registrations_of(address: str) -> Known | None:
        asked.append(address)
        return known

    enrollment = inquiry_app.extensions["inquiry"].enrollment
    monkeypatch.setattr(enrollment, "registrations_of", registrations_of)
    page = words_of(inquiry_client.get(f"/desk/inquiries/{inquiry_id}").text)
    assert (
        "Registrations Weekday evenings on the waitlist R-7F3K22 · starts Mon, Jan 11, 2027 as of 2:02 PM"
        in page
    )
    assert asked == [EFFAT]
    monkeypatch.setattr(enrollment, "registrations_of", lambda address: None)
    assert "Registrations" not in inquiry_client.get(f"/desk/inquiries/{inquiry_id}").text


@pytest.mark.parametrize("body", [{}, {"message_ids": [], "from_position": 2}, {"from_position": 1}])
def test_a_split_by_a_program_says_what_goes(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person, body: dict[str, Any]
) -> None:
    path = f"/api/inquiry/v1/inquiries/{an_inquiry(inquiry_db)}/split"
    answer = inquiry_client.post(path, json=body, headers=bearer(inquiry_db, director))
    assert answer.status_code == 422


def test_programs_merge_split_and_take_apart(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    inquiry_id, other = an_inquiry(inquiry_db), an_inquiry(inquiry_db, email="effat@work.example")
    headers, api = bearer(inquiry_db, director), "/api/inquiry/v1/inquiries"

    def post(path: str, body: dict[str, Any] | None = None) -> Any:
        return inquiry_client.post(f"{api}/{path}", json=body, headers=headers)

    refused = post(f"{inquiry_id}/merge", {"other_id": str(other)})
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/other-address")
    assert "@" not in refused.text
    assert post(f"{inquiry_id}/merge", {"other_id": str(other), "is_one_person": True}).status_code == 200
    shown = inquiry_client.get(f"{api}/{other}", headers=headers).json
    assert (shown["status"], shown["merged_into_id"]) == ("merged", str(inquiry_id))
    assert post(f"{other}/unmerge").json["status"] == "new"
    writes_again(inquiry_db, inquiry_id, "Weekends?")
    new = post(f"{inquiry_id}/split", {"from_position": 2})
    assert new.status_code == 201
    assert new.json["opening"] == "Weekends?"
    assert post(f"{inquiry_id}/program", {"program": "cma"}).json["program"] == "cma"

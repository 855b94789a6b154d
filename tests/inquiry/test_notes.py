"""Colleagues who are named in a note: told by letter, marked at the desk until they look; and nothing of it reaches an asker."""

from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from inquiry_service.domain import notes, reply_queue, staff
from inquiry_service.domain.mentions import Colleague, named_in
from shared.audit import THE_SERVICE
from shared.db import Database
from shared.people import Person
from tests.builders import EFFAT, a_director, a_person, an_answer, an_inquiry, bearer, sign_in
from tests.inquiry.reading_pages import press, words_of
from tests.working import Working, html_of, text_of

DORA, DORIAN, BEN = (
    Colleague(uuid4(), name, email)
    for name, email in (
        ("Dora Vance", "d.vance@riverside.example"),
        ("Dorian Gray", "gray@riverside.example"),
        ("Ben O’Neill", "ben@riverside.example"),
    )
)
SECRET_WORDS = "She sounded upset."


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("@dora please", [DORA]),
        ("@Dora, @ben.", [DORA, BEN]),
        ("@d.vance @gray", [DORA, DORIAN]),
        ("@doravance", [DORA]),
        ("@vance", [DORA]),
        ("@oneill @ben", [BEN]),
        ("@ben @BEN", [BEN]),
        ("(@dori)", [DORIAN]),
        ("write to effat@ben.example or x@gray", []),
        ("@ 5 o'clock", []),
    ],
)
def test_a_name_leads_to_one_colleague(typed: str, meant: list[Colleague]) -> None:
    found = named_in(typed, [DORA, DORIAN, BEN])
    assert (list(found.people), found.unknown, found.ambiguous) == (meant, (), ())


def test_a_name_of_nobody_or_of_two_is_said() -> None:
    found = named_in("@dor and @zoe, @ben", [DORA, DORIAN, BEN])
    assert (list(found.people), found.unknown, found.ambiguous) == ([BEN], ("zoe",), ("dor",))


def ben_of(db: Database) -> Person:
    """A colleague."""
    return a_person(db, "staff", email="ben@riverside.example", name="Ben Castillo")


def test_who_is_named_gets_a_letter_with_the_note(inquiry_db: Database, inquiry_work: Working) -> None:
    dora, ben = a_director(inquiry_db), ben_of(inquiry_db)
    inquiry_id = an_inquiry(inquiry_db)
    with inquiry_db.transaction() as session:
        noted = notes.write(session, inquiry_id, dora, f"@ben can you call? @dora will not. {SECRET_WORDS}")
    assert noted.told == ("Ben Castillo",)
    inquiry_work.drain()
    (letter,) = inquiry_work.letters(ben.email)
    for words in (text_of(letter), html_of(letter)):
        assert SECRET_WORDS in words
        assert "Dora Vance mentions you in a note about the question of Effat R." in words
        assert f"/desk/inquiries/{inquiry_id}#m-{noted.message.id}" in words
    assert letter["Reply-To"] is None
    assert [letter for letter in inquiry_work.letters(dora.email) if SECRET_WORDS in text_of(letter)] == []


def test_no_other_letter_has_a_word_of_it(inquiry_db: Database, inquiry_work: Working) -> None:
    dora, ben = a_director(inquiry_db), ben_of(inquiry_db)
    inquiry_id = an_inquiry(inquiry_db)
    with inquiry_db.transaction() as session:
        notes.write(session, inquiry_id, dora, f"@ben {SECRET_WORDS}")
    inquiry_work.drain()
    an_answer(inquiry_db, inquiry_id, dora)
    inquiry_work.drain()
    others = [letter for letter in inquiry_work.letters() if letter["Delivered-To"] != ben.email]
    assert {EFFAT, dora.email} <= {letter["Delivered-To"] for letter in others}
    assert [letter for letter in others if SECRET_WORDS in text_of(letter) + html_of(letter)] == []


@pytest.mark.parametrize("what", ["left", "registrar", "seen"])
def test_whoever_is_no_longer_to_be_told_is_not(
    inquiry_db: Database, inquiry_work: Working, what: str
) -> None:
    dora, ben = a_director(inquiry_db), ben_of(inquiry_db)
    inquiry_id = an_inquiry(inquiry_db)
    with inquiry_db.transaction() as session:
        notes.write(session, inquiry_id, dora, f"@ben {SECRET_WORDS}")
        if what == "left":
            staff.disable(session, THE_SERVICE, ben.id)
        elif what == "registrar":
            session.execute(text("UPDATE staff SET roles = '{registrar}' WHERE id = :id"), {"id": ben.id})
        else:
            notes.see(session, inquiry_id, ben)
    inquiry_work.drain()
    assert inquiry_work.letters(ben.email) == []


def test_the_desk_marks_it_until_they_looked(
    inquiry_app: Flask, inquiry_client: FlaskClient, inquiry_db: Database
) -> None:
    dora, ben = a_director(inquiry_db), ben_of(inquiry_db)
    sign_in(inquiry_client, inquiry_db, dora)
    inquiry_id = an_inquiry(inquiry_db)
    base = f"/desk/inquiries/{inquiry_id}"
    said = press(inquiry_client, inquiry_client.get(base), f"{base}/notes", body="@ben @zoe please call")
    assert said.status_code == 303
    page = words_of(inquiry_client.get(base).text)
    assert "Told by letter: Ben Castillo." in page
    assert "Nobody here is called @zoe" in page
    bens = inquiry_app.test_client()
    sign_in(bens, inquiry_db, ben)
    with inquiry_db.reading() as session:
        assert reply_queue.counts(session, ben.id)["mentions"] == 1
        assert reply_queue.counts(session, dora.id)["mentions"] == 0
    assert str(inquiry_id) in bens.get("/desk/queue?view=mentions").text
    assert "mentions you" in bens.get(base).text
    assert "mentions you" not in words_of(bens.get(base).text).replace("Mentions you", "")
    assert str(inquiry_id) not in bens.get("/desk/queue?view=mentions").text


def test_programs_hear_who_was_told(inquiry_client: FlaskClient, inquiry_db: Database) -> None:
    dora = a_director(inquiry_db)
    ben_of(inquiry_db)
    headers = bearer(inquiry_db, dora) | {"Idempotency-Key": "note-1"}
    path = f"/api/inquiry/v1/inquiries/{an_inquiry(inquiry_db)}/notes"
    answers = [inquiry_client.post(path, json={"body": "@ben @zoe"}, headers=headers).json for _ in range(2)]
    assert answers[0] == answers[1]
    assert (answers[0]["told"], answers[0]["unknown_names"], answers[0]["ambiguous_names"]) == (
        ["Ben Castillo"],
        ["zoe"],
        [],
    )
    assert inquiry_db.run(text("SELECT count(*) AS n FROM letter WHERE kind = 'mention'"))[0].n == 1

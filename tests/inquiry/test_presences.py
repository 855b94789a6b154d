"""Who else has a thread before them is seen: on its page, and in the list; for half a minute."""

from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from inquiry_service.domain import drafts, presences
from inquiry_service.domain.errors import NoSuchInquiry
from inquiry_service.domain.presences import Reader
from shared.db import Database
from shared.people import Person
from shared.tokens import new_id
from tests.builders import a_director, a_person, an_answer, an_inquiry, sign_in
from tests.inquiry.reading_pages import words_of
from tests.inquiry.test_pages_threads_whole import statements_of


@pytest.fixture
def dora(inquiry_db: Database) -> Person:
    """The director."""
    return a_director(inquiry_db)


@pytest.fixture
def ben(inquiry_db: Database) -> Person:
    """A colleague."""
    return a_person(inquiry_db, "staff", email="ben@riverside.example", name="Ben Ott")


def _later(db: Database, seconds: int) -> None:
    db.run(
        text(
            "UPDATE presence SET seen_at = seen_at - :s * interval '1 second', typed_at = typed_at - :s * interval '1 second'"
        ),
        {"s": seconds},
    )


def _drafts(db: Database, inquiry_id: UUID, person: Person) -> None:
    with db.transaction() as session:
        drafts.save_draft(session, inquiry_id, person, "Dear")


def test_each_sees_the_other_and_not_themselves(inquiry_db: Database, dora: Person, ben: Person) -> None:
    inquiry_id, other = an_inquiry(inquiry_db), an_inquiry(inquiry_db)
    assert presences.beat(inquiry_db, inquiry_id, dora) == []
    assert presences.beat(inquiry_db, inquiry_id, ben) == [Reader("Dora Vance", is_writing=False)]
    assert presences.beat(inquiry_db, inquiry_id, dora) == [Reader("Ben Ott", is_writing=False)]
    assert presences.beat(inquiry_db, other, dora) == []


def test_whoever_types_is_seen_to_write_until_the_answer_is_given(
    inquiry_db: Database, dora: Person, ben: Person
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    _drafts(inquiry_db, inquiry_id, ben)
    assert presences.beat(inquiry_db, inquiry_id, dora) == [Reader("Ben Ott", is_writing=True)]
    an_answer(inquiry_db, inquiry_id, ben)
    assert presences.beat(inquiry_db, inquiry_id, dora) == [Reader("Ben Ott", is_writing=False)]


def test_who_pauses_reads_and_who_is_gone_for_half_a_minute_is_forgotten(
    inquiry_db: Database, dora: Person, ben: Person
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    _drafts(inquiry_db, inquiry_id, ben)
    _later(inquiry_db, 29)
    assert presences.beat(inquiry_db, inquiry_id, dora) == [Reader("Ben Ott", is_writing=True)]
    _later(inquiry_db, 2)
    assert presences.beat(inquiry_db, inquiry_id, dora) == []
    presences.beat(inquiry_db, inquiry_id, ben)
    assert presences.beat(inquiry_db, inquiry_id, dora) == [Reader("Ben Ott", is_writing=False)]


def test_nobody_is_in_a_thread_that_is_not_there(inquiry_db: Database, dora: Person) -> None:
    with pytest.raises(NoSuchInquiry):
        presences.beat(inquiry_db, new_id(), dora)


def test_who_went_is_swept(inquiry_db: Database, dora: Person) -> None:
    presences.beat(inquiry_db, an_inquiry(inquiry_db), dora)
    for left, seconds in ((1, 0), (0, 601)):
        _later(inquiry_db, seconds)
        with inquiry_db.transaction() as session:
            presences.forget(session)
        assert inquiry_db.run(text("SELECT count(*) FROM presence"))[0].count == left


def test_the_page_says_so_and_a_beat_is_one_statement(
    inquiry_app: Flask,
    inquiry_client: FlaskClient,
    inquiry_db: Database,
    dora: Person,
    ben: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    sign_in(inquiry_client, inquiry_db, dora)
    here = f"/desk/inquiries/{inquiry_id}/readers"
    assert f'data-poll="{here}"' in inquiry_client.get(f"/desk/inquiries/{inquiry_id}").text
    alone = inquiry_client.get(here)
    assert words_of(alone.text) == ""
    presences.beat(inquiry_db, inquiry_id, ben)
    assert words_of(inquiry_client.get(here).text) == "Ben Ott is reading this"
    _drafts(inquiry_db, inquiry_id, ben)
    with statements_of(inquiry_app, monkeypatch) as sent:
        page = inquiry_client.get(here, headers={"If-None-Match": alone.headers["ETag"]})
    assert words_of(page.text) == "Ben Ott is writing an answer"
    assert len([one for one in sent if "staff_session" not in one]) == 1, sent
    again = inquiry_client.get(here, headers={"If-None-Match": page.headers["ETag"]})
    assert again.status_code == 304


def test_the_list_marks_what_somebody_else_has_open(
    inquiry_client: FlaskClient, inquiry_db: Database, dora: Person, ben: Person
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    sign_in(inquiry_client, inquiry_db, dora)
    presences.beat(inquiry_db, inquiry_id, dora)
    assert "Open now" not in inquiry_client.get("/desk/queue?view=open").text
    presences.beat(inquiry_db, inquiry_id, ben)
    assert "Open now: Ben Ott" in inquiry_client.get("/desk/queue?view=open").text

"""Whatever happens to the browser, the session or the thread: what somebody typed is there, byte for byte."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from inquiry_service.domain import inquiries, merges, replies, splits
from shared.clock import utc_now
from shared.db import Database
from shared.people import Person
from shared.references import References
from tests.builders import PASSWORD, a_director, a_person, an_inquiry, sign_in
from tests.inquiry.composing import box_of
from tests.inquiry.reading_pages import hidden_of, press
from tests.inquiry.threads import writes_again

TYPED = "Good morning Effat,\n\n  two spaces, \u201cquotes\u201d & <b>no markup</b>, {not a field\ttab."
_EXPIRE = text("UPDATE staff_session SET expires_at = now() - interval '1 second'")
_OF_PERSON = text("""
    SELECT message.body FROM reply JOIN message ON message.id = reply.id
    WHERE reply.author_id = :id AND reply.status IN ('draft', 'held') ORDER BY reply.changed_at
""")


@pytest.fixture
def director(inquiry_client: FlaskClient, inquiry_db: Database) -> Person:
    """Who types."""
    person = a_director(inquiry_db)
    sign_in(inquiry_client, inquiry_db, person)
    return person


def saves(client: FlaskClient, inquiry_id: UUID, form: dict[str, str], body: str = TYPED) -> TestResponse:
    """The page's script keeps what is typed."""
    path = f"/desk/inquiries/{inquiry_id}/draft"
    return client.post(path, data=form | {"body": body}, headers={"Accept": "application/json"})


def form_of(client: FlaskClient, inquiry_id: UUID) -> dict[str, str]:
    """The composer's hidden fields."""
    base = f"/desk/inquiries/{inquiry_id}"
    return hidden_of(client.get(base).text, f"{base}/replies")


def box(client: FlaskClient, inquiry_id: UUID) -> str:
    """What the composer shows."""
    return box_of(client.get(f"/desk/inquiries/{inquiry_id}").text)


def signs_in(client: FlaskClient, person: Person) -> None:
    """By the page, as people do."""
    came = press(client, client.get("/sign-in"), "/sign-in", email=person.email, password=PASSWORD)
    assert came.status_code == 303


def test_a_browser_that_was_killed_took_nothing_along(
    inquiry_app: Flask, inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    assert saves(inquiry_client, inquiry_id, form_of(inquiry_client, inquiry_id)).status_code == 200
    another = inquiry_app.test_client()  # nothing of the first one's is left: no cookie, no page
    assert another.get(f"/desk/inquiries/{inquiry_id}").status_code == 303
    signs_in(another, director)
    assert box(another, inquiry_id) == TYPED


def test_a_session_that_ended_refuses_the_save_and_the_same_page_saves_it_after_the_sign_in(
    inquiry_app: Flask, inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    form = form_of(inquiry_client, inquiry_id)
    assert saves(inquiry_client, inquiry_id, form, "Half a").status_code == 200
    inquiry_db.run(_EXPIRE)
    assert saves(inquiry_client, inquiry_id, form | {"version": "1"}).status_code == 401
    assert _kept(inquiry_db, director) == [
        "Half a"
    ]  # what was saved stands; the rest is in the box, which tries again
    signs_in(inquiry_client, director)  # in another tab
    assert saves(inquiry_client, inquiry_id, form | {"version": "1"}, "Half a text.").status_code == 200
    assert box(inquiry_client, inquiry_id) == "Half a text."


def test_the_page_says_that_it_is_signed_out(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    page = inquiry_client.get(f"/desk/inquiries/{an_inquiry(inquiry_db)}").text
    assert "data-signed-out=" in page
    assert "data-not-saved=" in page


def test_without_a_script_a_save_after_the_session_leads_to_the_sign_in_and_changes_nothing(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    form = form_of(inquiry_client, inquiry_id)
    saves(inquiry_client, inquiry_id, form)
    inquiry_db.run(_EXPIRE)
    answer = inquiry_client.post(f"/desk/inquiries/{inquiry_id}/draft", data=form | {"body": "Other words."})
    assert answer.status_code in (303, 401)
    assert _kept(inquiry_db, director) == [TYPED]


def _kept(db: Database, person: Person) -> list[str]:
    return [row.body for row in db.run(_OF_PERSON, {"id": person.id})]


Change = Callable[[Database, Person, UUID], UUID]


def _assigned(db: Database, other: Person, inquiry_id: UUID) -> UUID:
    with db.transaction() as session:
        inquiries.assign(session, inquiry_id, other.actor, other.id)
    return inquiry_id


def _closed(db: Database, other: Person, inquiry_id: UUID) -> UUID:
    with db.transaction() as session:
        inquiries.move(session, inquiry_id, other.actor, "close", due_at=utc_now())
    return inquiry_id


def _reopened(db: Database, other: Person, inquiry_id: UUID) -> UUID:
    with db.transaction() as session:
        inquiries.move(session, _closed(db, other, inquiry_id), other.actor, "reopen", due_at=utc_now())
    return inquiry_id


def _answered_by_another(db: Database, other: Person, inquiry_id: UUID) -> UUID:
    with db.transaction() as session:
        replies.answer(session, inquiry_id, other, "I was faster.")
    return inquiry_id


def _written_again(db: Database, other: Person, inquiry_id: UUID) -> UUID:
    writes_again(db, inquiry_id, "One more thing.")
    return inquiry_id


def _merged(db: Database, other: Person, inquiry_id: UUID) -> UUID:
    survivor = an_inquiry(db, question="Is there parking?")
    with db.transaction() as session:
        merges.merge(session, other, survivor, inquiry_id)
    return survivor


def _survived(db: Database, other: Person, inquiry_id: UUID) -> UUID:
    with db.transaction() as session:
        merges.merge(session, other, inquiry_id, an_inquiry(db, question="Is there parking?"))
    return inquiry_id


def _merged_and_unmerged(db: Database, other: Person, inquiry_id: UUID) -> UUID:
    _merged(db, other, inquiry_id)
    with db.transaction() as session:
        merges.unmerge(session, other, inquiry_id, due_at=utc_now())
    return inquiry_id


def _split(db: Database, other: Person, inquiry_id: UUID) -> UUID:
    entry = writes_again(db, inquiry_id, "And something else altogether.")
    with db.transaction() as session:
        references = References(db, "inquiry_reference_seq", "Q")
        splits.split(session, references, other, inquiry_id, [entry], due_at=utc_now())
    return inquiry_id


CHANGES: dict[str, Change] = {
    "somebody else has it": _assigned,
    "it is closed": _closed,
    "it is opened again": _reopened,
    "a colleague answers": _answered_by_another,
    "the asker writes again": _written_again,
    "it is merged": _merged,
    "another one is merged into it": _survived,
    "it is merged and taken apart": _merged_and_unmerged,
    "some of it is split off": _split,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_what_others_do_to_the_thread_leaves_the_draft_where_its_author_finds_it(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person, change: Change
) -> None:
    other = a_person(inquiry_db, "staff", email="ben@riverside.example", name="Ben Castillo")
    inquiry_id = an_inquiry(inquiry_db)
    form = form_of(inquiry_client, inquiry_id)
    assert saves(inquiry_client, inquiry_id, form).status_code == 200
    now_in = change(inquiry_db, other, inquiry_id)
    assert box(inquiry_client, now_in) == TYPED
    # and the page that was open meanwhile saves on
    assert saves(inquiry_client, inquiry_id, form | {"version": "1"}, TYPED + "\nMore.").status_code == 200
    assert _kept(inquiry_db, director) == [TYPED + "\nMore."]
    assert box(inquiry_client, now_in) == TYPED + "\nMore."

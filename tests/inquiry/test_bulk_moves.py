"""One move for many inquiries, and taking it back."""

from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from inquiry_service.db.models import Inquiry
from inquiry_service.domain import bulk_moves, inquiries, mail_commands
from inquiry_service.domain.bulk_moves import Asked, Done
from inquiry_service.domain.errors import TooLateToUndo
from shared.clock import utc_now
from shared.db import Database
from shared.errors import Invalid
from shared.people import Person
from tests.builders import a_director, a_person, an_inquiry, sign_in

NOW = utc_now()


@pytest.fixture
def director(inquiry_db: Database, inquiry_client: FlaskClient) -> Person:
    """Who is signed in."""
    person = a_director(inquiry_db)
    sign_in(inquiry_client, inquiry_db, person)
    return person


def _moved(database: Database, person: Person, ids: list[UUID], name: str, **given: object) -> Done:
    with database.transaction() as session:
        return bulk_moves.move_all(session, person, ids, Asked(name, due_at=NOW, **given))  # type: ignore[arg-type]


def _undone(database: Database, person: Person, done: Done) -> Done:
    with database.transaction() as session:
        return bulk_moves.undo(session, person, done.id)


def _standing(database: Database, *ids: UUID) -> list[tuple[object, ...]]:
    with database.reading() as session:
        found = [session.get_one(Inquiry, inquiry_id) for inquiry_id in ids]
        return [(i.status, i.assignee_id, i.due_at, i.closed_at, i.snoozed_until) for i in found]


@pytest.mark.parametrize("name", bulk_moves.NAMES)
def test_what_was_done_to_many_is_taken_back_from_all(
    inquiry_db: Database, director: Person, name: str
) -> None:
    ids = [an_inquiry(inquiry_db, email=f"a{number}@example.com") for number in range(3)]
    if name == "reopen":
        _moved(inquiry_db, director, ids, "close")
    before = _standing(inquiry_db, *ids)
    until = mail_commands.until("3d", utc_now(), ZoneInfo("America/Chicago"))
    done = _moved(inquiry_db, director, ids, name, staff_id=director.id, until=until)
    assert (done.moved, done.left) == (3, 0)
    assert all(one != other for one, other in zip(before, _standing(inquiry_db, *ids), strict=True))
    assert _undone(inquiry_db, director, done).moved == 3
    assert _standing(inquiry_db, *ids) == before
    assert _undone(inquiry_db, director, done).moved == 0


def test_what_somebody_changed_since_stays_as_they_left_it(inquiry_db: Database, director: Person) -> None:
    mine, theirs = an_inquiry(inquiry_db), an_inquiry(inquiry_db, email="b@example.com")
    colleague = a_person(inquiry_db, "staff", email="ben@riverside.example")
    done = _moved(inquiry_db, director, [mine, theirs], "close")
    with inquiry_db.transaction() as session:
        inquiries.assign(session, theirs, colleague.actor, colleague.id)
    undone = _undone(inquiry_db, director, done)
    assert (undone.moved, undone.left) == (1, 1)
    (mine_now, theirs_now) = _standing(inquiry_db, mine, theirs)
    assert mine_now[0] == "new"
    assert theirs_now[:2] == ("closed", colleague.id)


def test_one_that_cannot_be_moved_keeps_nobody_else(inquiry_db: Database, director: Person) -> None:
    fine, spam = an_inquiry(inquiry_db), an_inquiry(inquiry_db, email="b@example.com", is_suspect=True)
    done = _moved(inquiry_db, director, [fine, spam, director.id], "close")
    assert (done.moved, done.left) == (1, 2)


def test_only_who_did_it_takes_it_back_and_only_for_an_hour(inquiry_db: Database, director: Person) -> None:
    colleague = a_person(inquiry_db, "staff", email="ben@riverside.example")
    done = _moved(inquiry_db, director, [an_inquiry(inquiry_db)], "close")
    with pytest.raises(TooLateToUndo):
        _undone(inquiry_db, colleague, done)
    with inquiry_db.transaction() as session:
        session.execute(text("UPDATE bulk_move SET created_at = created_at - interval '2 hours'"))
    with pytest.raises(TooLateToUndo):
        _undone(inquiry_db, director, done)


@pytest.mark.parametrize("count", [0, 101])
def test_too_few_and_too_many_are_refused(inquiry_db: Database, director: Person, count: int) -> None:
    ids = [UUID(int=number + 1) for number in range(count)]
    with pytest.raises(Invalid) as refused:
        _moved(inquiry_db, director, ids, "close")
    assert "ids" in refused.value.fields


def test_ticked_rows_are_closed_from_the_list_and_come_back(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    ids = [an_inquiry(inquiry_db, email=f"a{number}@example.com") for number in range(2)]
    origin = {"Origin": "http://127.0.0.1:8002", "Sec-Fetch-Site": "same-origin"}
    token = _token(inquiry_client)
    form = {"ids": [str(i) for i in ids], "move": "close", "view": "open", "csrf_token": token}
    answer = inquiry_client.post("/desk/bulk", data=form, headers=origin)
    assert answer.status_code == 303
    page = inquiry_client.get(answer.location).text
    assert "2 done." in page
    undo = page.split('action="/desk/bulk/')[1].split("/undo")[0]
    back = inquiry_client.post(f"/desk/bulk/{undo}/undo", data={"csrf_token": token}, headers=origin)
    assert "Taken back." in inquiry_client.get(back.location).text
    assert [standing[0] for standing in _standing(inquiry_db, *ids)] == ["new", "new"]


def _token(client: FlaskClient) -> str:
    return client.get("/desk").text.split('name="csrf_token" value="')[1].split('"')[0]


def test_nothing_ticked_is_said(inquiry_client: FlaskClient, inquiry_db: Database, director: Person) -> None:
    token = _token(inquiry_client)
    answer = inquiry_client.post(
        "/desk/bulk", data={"move": "close", "csrf_token": token}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert "Nothing is ticked" in inquiry_client.get(answer.location).text

"""The JSON addresses: taken in once, refused with the field's name, answered with conflicts said."""

from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from shared.db import Database
from shared.people import Person
from tests.builders import a_director, a_person, a_question, an_inquiry, bearer, sign_in
from tests.working import Working

API = "/api/inquiry/v1"


@pytest.fixture
def director(inquiry_db: Database) -> Person:
    return a_director(inquiry_db)


@pytest.fixture
def as_director(inquiry_db: Database, director: Person) -> dict[str, str]:
    return bearer(inquiry_db, director)


def _count(db: Database) -> int:
    return int(db.run(text("SELECT count(*) AS n FROM inquiry"))[0].n)


def test_a_question_is_taken_in(inquiry_client: FlaskClient, inquiry_db: Database) -> None:
    answer = inquiry_client.post(f"{API}/inquiries", json=a_question())
    assert answer.status_code == 201
    assert set(answer.json) == {"id", "reference", "status"}
    assert answer.json["status"] == "new"
    assert _count(inquiry_db) == 1


def test_a_suspects_answer_looks_the_same(inquiry_client: FlaskClient, inquiry_db: Database) -> None:
    body = a_question(question="SEO and backlinks: https://a.example https://b.example https://c.example")
    answer = inquiry_client.post(f"{API}/inquiries", json=body)
    assert (answer.status_code, answer.json["status"]) == (201, "new")
    assert inquiry_db.run(text("SELECT status FROM inquiry"))[0].status == "quarantined"


def test_the_same_key_and_body_get_the_same_answer(inquiry_client: FlaskClient, inquiry_db: Database) -> None:
    answers = [
        inquiry_client.post(f"{API}/inquiries", json=a_question(), headers={"Idempotency-Key": "k-1"}).json
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert _count(inquiry_db) == 1


def test_the_same_key_with_another_body_is_refused(inquiry_client: FlaskClient) -> None:
    inquiry_client.post(f"{API}/inquiries", json=a_question(), headers={"Idempotency-Key": "k-1"})
    answer = inquiry_client.post(
        f"{API}/inquiries", json=a_question(name="Else"), headers={"Idempotency-Key": "k-1"}
    )
    assert (answer.status_code, answer.json["type"]) == (422, "/problems/idempotency-key-reused")


def test_a_submission_id_serves_as_the_key(inquiry_client: FlaskClient, inquiry_db: Database) -> None:
    for _ in range(2):
        inquiry_client.post(f"{API}/inquiries", json=a_question(submission_id="s-1"))
    assert _count(inquiry_db) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "effat@"}, "email"),
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"question": "\x00"}, "question"),
        ({"question": "\ud800"}, "question"),
        ({"question": "x" * 8001}, "question"),
        ({"phone": 5}, "phone"),
        ({"rank": "general"}, "rank"),
    ],
)
def test_a_wrong_value_is_refused_by_the_fields_name(
    inquiry_client: FlaskClient, change: dict[str, Any], field: str
) -> None:
    answer = inquiry_client.post(f"{API}/inquiries", json=a_question() | change)
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert list(answer.json["errors"]) == [field]


def test_the_list_is_for_staff(inquiry_client: FlaskClient) -> None:
    assert inquiry_client.get(f"{API}/inquiries").status_code == 401


def test_a_registrar_does_not_read_questions(inquiry_client: FlaskClient, inquiry_db: Database) -> None:
    registrar = bearer(
        inquiry_db, a_person(inquiry_db, "registrar", email="ruth@riverside.example", name="Ruth")
    )
    assert inquiry_client.get(f"{API}/inquiries", headers=registrar).status_code == 403


def test_an_inquiry_is_shown_with_its_thread_and_letters(
    inquiry_client: FlaskClient, inquiry_db: Database, as_director: dict[str, str], inquiry_work: Working
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    inquiry_work.drain()
    shown = inquiry_client.get(f"{API}/inquiries/{inquiry_id}", headers=as_director).json
    assert [entry["kind"] for entry in shown["messages"]] == ["question"]
    assert {letter["kind"]: letter["status"] for letter in shown["letters"]} == {
        "acknowledgement": "sent",
        "notice": "sent",
    }


def test_an_answer_is_created_undone_and_too_late_to_undo(
    inquiry_client: FlaskClient, inquiry_db: Database, as_director: dict[str, str], inquiry_work: Working
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    created = inquiry_client.post(
        f"{API}/inquiries/{inquiry_id}/replies", json={"body": "Yes."}, headers=as_director
    )
    assert (created.status_code, created.json["status"]) == (201, "queued")
    undo = f"{API}/inquiries/{inquiry_id}/replies/{created.json['id']}/undo"
    assert inquiry_client.post(undo, headers=as_director).json["status"] == "draft"
    inquiry_client.post(f"{API}/inquiries/{inquiry_id}/replies", json={"body": "Yes!"}, headers=as_director)
    inquiry_work.let_time_pass()
    late = inquiry_client.post(undo, headers=as_director)
    assert (late.status_code, late.json["type"]) == (409, "/problems/already-on-its-way")


def test_the_same_answer_sent_twice_is_one_reply(
    inquiry_client: FlaskClient, inquiry_db: Database, as_director: dict[str, str]
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    headers = as_director | {"Idempotency-Key": "r-1"}
    ids = {
        inquiry_client.post(
            f"{API}/inquiries/{inquiry_id}/replies", json={"body": "Yes."}, headers=headers
        ).json["id"]
        for _ in range(2)
    }
    assert len(ids) == 1


def test_a_reply_to_an_older_thread_is_a_conflict_that_shows_what_is_new(
    inquiry_client: FlaskClient, inquiry_db: Database, as_director: dict[str, str]
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    seen = inquiry_client.get(f"{API}/inquiries/{inquiry_id}", headers=as_director).json["messages"][-1]["id"]
    ben = bearer(inquiry_db, a_person(inquiry_db, "staff", email="ben@riverside.example", name="Ben"))
    inquiry_client.post(f"{API}/inquiries/{inquiry_id}/notes", json={"body": "Wait for Ruth."}, headers=ben)
    answer = inquiry_client.post(
        f"{API}/inquiries/{inquiry_id}/replies", json={"body": "Yes.", "based_on": seen}, headers=as_director
    )
    assert answer.status_code == 409
    assert [entry["body"] for entry in answer.json["newer"]] == ["Wait for Ruth."]


@pytest.mark.parametrize("move", ["claim", "release", "close", "reopen", "spam"])
def test_moves_answer_with_the_inquiry(
    inquiry_client: FlaskClient, inquiry_db: Database, as_director: dict[str, str], move: str
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    if move == "reopen":
        inquiry_client.post(f"{API}/inquiries/{inquiry_id}/close", headers=as_director)
    answer = inquiry_client.post(f"{API}/inquiries/{inquiry_id}/{move}", headers=as_director)
    assert (answer.status_code, answer.json["id"]) == (200, str(inquiry_id))


def test_what_nobody_has_is_not_found(inquiry_client: FlaskClient, as_director: dict[str, str]) -> None:
    answer = inquiry_client.get(f"{API}/inquiries/{uuid4()}", headers=as_director)
    assert (answer.status_code, answer.json["type"]) == (404, "/problems/no-such-inquiry")


def test_a_forged_cursor_is_refused(inquiry_client: FlaskClient, as_director: dict[str, str]) -> None:
    answer = inquiry_client.get(f"{API}/inquiries?cursor=abc", headers=as_director)
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["cursor"])


def test_an_unknown_filter_is_refused(inquiry_client: FlaskClient, as_director: dict[str, str]) -> None:
    assert inquiry_client.get(f"{API}/inquiries?colour=red", headers=as_director).status_code == 422


def test_a_token_of_a_disabled_person_opens_nothing(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person, as_director: dict[str, str]
) -> None:
    inquiry_db.run(text("UPDATE staff SET disabled_at = now() WHERE id = :id"), {"id": director.id})
    assert inquiry_client.get(f"{API}/inquiries", headers=as_director).status_code == 401


def test_a_cookie_alone_moves_nothing(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:

    inquiry_id = an_inquiry(inquiry_db)
    sign_in(inquiry_client, inquiry_db, director)
    assert inquiry_client.get(f"{API}/inquiries/{inquiry_id}").status_code == 200
    assert inquiry_client.post(f"{API}/inquiries/{inquiry_id}/close").status_code == 403


def test_too_many_questions_from_one_network_wait(make_inquiry_settings: Any, inquiry_db: Database) -> None:
    from inquiry_service.app import create_app

    client = create_app(make_inquiry_settings(limit_public_writes="2/hour")).test_client()
    address = {"REMOTE_ADDR": f"198.51.{uuid4().int % 250}.{uuid4().int % 250}"}
    statuses = [
        client.post(f"{API}/inquiries", json=a_question(), environ_base=address).status_code for _ in range(3)
    ]
    assert statuses == [201, 201, 429]


def test_letters_and_jobs_are_listed_for_the_director(
    inquiry_client: FlaskClient, inquiry_db: Database, as_director: dict[str, str]
) -> None:
    an_inquiry(inquiry_db)
    letters = inquiry_client.get(f"{API}/letters?limit=1", headers=as_director).json
    assert len(letters["items"]) == 1
    assert inquiry_client.get(f"{API}/letters?cursor={letters['next']}", headers=as_director).json["items"]
    assert inquiry_client.get(f"{API}/jobs", headers=as_director).status_code == 200


def test_the_database_away_is_said_and_never_a_false_success(
    make_inquiry_settings: Any, inquiry_settings: Any
) -> None:
    from inquiry_service.app import create_app

    away = make_inquiry_settings(database_url="postgresql://nobody:x@/none?host=/nowhere")
    answer = create_app(away).test_client().post(f"{API}/inquiries", json=a_question())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")

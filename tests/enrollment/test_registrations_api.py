"""POST registrations, from the outside."""

from typing import Any
from uuid import UUID

from flask import Flask

from shared.db import Database
from tests.enrollment.builders import a_section, letters_to, seats_of

URL = "/api/enrollment/v1/registrations"


def body(section_id: UUID, **values: Any) -> dict[str, Any]:
    """What somebody posts."""
    return {"section_id": str(section_id), "name": "Effat Rahimi", "email": "effat@example.com", **values}


def test_a_seat_is_confirmed_with_201_and_a_reference(enrollment_app: Flask, enrollment_db: Database) -> None:
    section_id = a_section(enrollment_db, seats=1)
    answer = enrollment_app.test_client().post(URL, json=body(section_id))
    assert answer.status_code == 201
    assert answer.json is not None
    assert answer.json["status"] == "confirmed"
    assert answer.json["reference"].startswith("R-")
    assert "position" not in answer.json
    assert letters_to(enrollment_db, "effat@example.com") == ["confirmation"]


def test_who_comes_too_late_is_waitlisted_with_a_position(
    enrollment_app: Flask, enrollment_db: Database
) -> None:
    section_id = a_section(enrollment_db, seats=1)
    client = enrollment_app.test_client()
    client.post(URL, json=body(section_id))
    answer = client.post(URL, json=body(section_id, email="second@example.com"))
    assert (answer.status_code, answer.json["status"], answer.json["position"]) == (201, "waitlisted", 1)


def test_the_same_key_and_body_get_the_same_answer(enrollment_app: Flask, enrollment_db: Database) -> None:
    section_id = a_section(enrollment_db, seats=3)
    client = enrollment_app.test_client()
    answers = [client.post(URL, json=body(section_id), headers={"Idempotency-Key": "k"}) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert answers[0].json == answers[1].json == answers[2].json
    assert seats_of(enrollment_db, section_id)[2] == 1
    other = client.post(URL, json=body(section_id, name="Else"), headers={"Idempotency-Key": "k"})
    assert other.status_code == 422
    assert other.content_type == "application/problem+json"


def test_a_second_registration_of_the_same_person_is_409(
    enrollment_app: Flask, enrollment_db: Database
) -> None:
    section_id = a_section(enrollment_db, seats=3)
    client = enrollment_app.test_client()
    client.post(URL, json=body(section_id))
    again = client.post(URL, json=body(section_id))
    assert (again.status_code, again.json["type"]) == (409, "/problems/already-registered")


def test_unknown_and_wrong_fields_are_named_and_not_echoed(
    enrollment_app: Flask, enrollment_db: Database
) -> None:
    section_id = a_section(enrollment_db)
    answer = enrollment_app.test_client().post(
        URL, json=body(section_id, email="nobody at home", wish="seat")
    )
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {"email", "wish"}
    assert b"nobody at home" not in answer.data


def test_text_that_no_database_takes_is_422(enrollment_app: Flask, enrollment_db: Database) -> None:
    section_id = a_section(enrollment_db)
    for name in ("a\x00b", "\ud800", "two\nlines", " "):
        answer = enrollment_app.test_client().post(URL, json=body(section_id, name=name))
        assert answer.status_code == 422, name


def test_programs_and_sections_are_listed_with_live_seats(
    enrollment_app: Flask, enrollment_db: Database
) -> None:
    section_id = a_section(enrollment_db, seats=4)
    client = enrollment_app.test_client()
    client.post(URL, json=body(section_id))
    assert [program["slug"] for program in client.get("/api/enrollment/v1/programs").json["items"]] == ["mat"]
    section = client.get(f"/api/enrollment/v1/sections/{section_id}").json
    assert (section["capacity"], section["seats_left"], section["waiting"], section["is_open"]) == (
        4,
        3,
        0,
        True,
    )
    assert len(section["meetings"]) == 1
    listed = client.get("/api/enrollment/v1/sections?program=mat&open=true").json
    assert [item["id"] for item in listed["items"]] == [str(section_id)]
    assert client.get("/api/enrollment/v1/sections?zz=1").status_code == 422


def test_a_list_of_sections_comes_in_pages(enrollment_app: Flask, enrollment_db: Database) -> None:
    wanted = {str(a_section(enrollment_db)) for _ in range(5)}
    client, seen, cursor = enrollment_app.test_client(), [], ""
    while cursor is not None:
        page = client.get(f"/api/enrollment/v1/sections?limit=2&cursor={cursor}").json
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
    assert sorted(seen) == sorted(wanted)

"""What no public address may swallow, choke on, or say back: one table for both, status and type exact."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from shared.db import Database
from tests.builders import a_question
from tests.enrollment.builders import a_section

MARK = "s3cr3t-m4rk"  # stands in every bad body; no answer may hold it
UNPROCESSABLE, BAD, TOO_LARGE = "unprocessable-entity", "bad-request", "request-entity-too-large"


@dataclass(frozen=True)
class Door:
    """A public POST: where it is, a body that it takes, and the rows that it makes."""

    client: FlaskClient
    database: Database
    url: str
    good: dict[str, Any]
    rows: str

    def count(self) -> int:
        """How many rows stand."""
        return int(self.database.run(text(self.rows))[0][0])

    def body(self, **values: Any) -> str:
        """The good body with some other values."""
        return json.dumps(self.good | values)

    def with_name(self, raw: str) -> str:
        """The good body with this JSON text for a name."""
        return self.body(name="NAME").replace('"NAME"', raw)


@pytest.fixture(params=["inquiry", "enrollment"])
def door(request: pytest.FixtureRequest) -> Door:
    """Each of the two public POSTs."""
    client = request.getfixturevalue(f"{request.param}_client")
    database = request.getfixturevalue(f"{request.param}_db")
    if request.param == "inquiry":
        url, rows = "/api/inquiry/v1/inquiries", "SELECT count(*) FROM inquiry"
        return Door(client, database, url, a_question(), rows)
    good = {"section_id": str(a_section(database, seats=5)), "name": "Effat R.", "email": "effat@example.com"}
    return Door(
        client, database, "/api/enrollment/v1/registrations", good, "SELECT count(*) FROM registration"
    )


BAD_BODIES: dict[str, tuple[Callable[[Door], str | bytes], int, str]] = {
    "an unknown field": (lambda d: d.body(is_admin=MARK), 422, UNPROCESSABLE),
    "a list for a text": (lambda d: d.body(name=[MARK]), 422, UNPROCESSABLE),
    "a number for a text": (lambda d: d.body(name=5), 422, UNPROCESSABLE),
    "an object for a text": (lambda d: d.body(name={MARK: 1}), 422, UNPROCESSABLE),
    "null for a needed text": (lambda d: d.body(name=None), 422, UNPROCESSABLE),
    "only spaces": (lambda d: d.body(name="   "), 422, UNPROCESSABLE),
    "a NUL": (lambda d: d.body(name=f"{MARK}\0"), 422, UNPROCESSABLE),
    "a lone surrogate": (lambda d: d.with_name(f'"\\ud800{MARK}"'), 422, UNPROCESSABLE),
    "not a number": (lambda d: d.with_name("NaN"), 422, UNPROCESSABLE),
    "infinity": (lambda d: d.with_name("-Infinity"), 422, UNPROCESSABLE),
    "a number of 5,000 digits": (lambda d: d.with_name("1" * 5000), 400, BAD),
    "300 KB": (lambda d: d.body(name=MARK + "x" * 300_000), 413, TOO_LARGE),
    "a text too long": (lambda d: d.body(name=MARK * 1000), 422, UNPROCESSABLE),
    "100,000 brackets": (lambda d: "[" * 100_000 + "]" * 100_000, 400, BAD),
    "50,000 brackets in a field": (lambda d: d.with_name("[" * 50_000 + "]" * 50_000), 400, BAD),
    "a header in the name": (lambda d: d.body(name=f"Eve\r\nBcc: {MARK}@example.com"), 422, UNPROCESSABLE),
    "a header in the address": (
        lambda d: d.body(email=f"eve@example.com\r\nBcc: {MARK}@example.com"),
        422,
        UNPROCESSABLE,
    ),
    "a line separator in the name": (lambda d: d.body(name=f"Eve\u2028{MARK}"), 422, UNPROCESSABLE),
    "two addresses": (lambda d: d.body(email=f"eve@example.com, {MARK}@example.com"), 422, UNPROCESSABLE),
    "no address": (lambda d: d.body(email=MARK), 422, UNPROCESSABLE),
    "an address too long": (lambda d: d.body(email=f"{'a' * 300}@example.com"), 422, UNPROCESSABLE),
    "no JSON": (lambda d: MARK, 400, BAD),
    "half a JSON": (lambda d: d.body()[:-3], 400, BAD),
    "JSON in another encoding": (lambda d: d.body().encode("utf-16"), 400, BAD),
    "bytes that are no UTF-8": (lambda d: d.with_name('"\xe9"').encode("latin-1"), 400, BAD),
    "a list": (lambda d: f'["{MARK}"]', 422, UNPROCESSABLE),
    "a text": (lambda d: f'"{MARK}"', 422, UNPROCESSABLE),
    "null": (lambda d: "null", 422, UNPROCESSABLE),
    "nothing": (lambda d: "", 422, UNPROCESSABLE),
    "no fields": (lambda d: "{}", 422, UNPROCESSABLE),
}


def test_bad_bodies_are_refused_by_name_and_never_said_back(door: Door) -> None:
    wrong = []
    for name, (make, status, code) in BAD_BODIES.items():
        answer = door.client.post(door.url, data=make(door), content_type="application/json")
        problem = answer.get_json(silent=True) or {}
        found = (answer.status_code, answer.content_type, problem.get("type"), problem.get("status"))
        if found != (status, "application/problem+json", f"/problems/{code}", status):
            wrong.append(f"{name}: {found}")
        if MARK in answer.get_data(as_text=True):
            wrong.append(f"{name}: said back")
    assert wrong == []
    assert door.count() == 0


def test_a_refusal_names_the_fields(door: Door) -> None:
    answer = door.client.post(door.url, data=door.body(name=" ", email="x"), content_type="application/json")
    assert answer.json is not None
    assert set(answer.json["errors"]) == {"name", "email"}


def test_a_body_that_does_not_say_it_is_json_is_not_guessed_at(door: Door) -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = door.client.post(door.url, data=door.body(), content_type=content_type)
        assert (answer.status_code, answer.content_type) == (415, "application/problem+json")
    assert door.count() == 0


@pytest.mark.parametrize("key", ["", "x" * 201, "\xe9", "a\x01b"])
def test_an_idempotency_key_that_cannot_be_kept_is_refused(door: Door, key: str) -> None:
    headers = {"Idempotency-Key": key}
    answer = door.client.post(door.url, json=door.good, headers=headers)
    assert answer.json is not None
    assert (answer.status_code, answer.json["type"]) == (422, "/problems/invalid")
    assert set(answer.json["errors"]) == {"Idempotency-Key"}
    assert door.count() == 0


def test_a_name_given_twice_is_refused_by_name(door: Door) -> None:
    for twice in (door.body()[:-1] + ', "name": "Second"}', door.with_name('{"a": 1, "a": 2}')):
        answer = door.client.post(door.url, data=twice, content_type="application/json")
        assert answer.json is not None
        assert answer.status_code == 422
        assert list(answer.json["errors"].values()) == [["This is given twice."]]
    assert door.count() == 0


def test_the_good_body_is_taken(door: Door) -> None:
    """The control: it is what is wrong in each body that was refused, not the door."""
    assert door.client.post(door.url, json=door.good).status_code == 201
    assert door.count() == 1

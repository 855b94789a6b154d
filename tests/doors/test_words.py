"""Strings that break software, through every text field of the public doors and the desk's: stored as they came, shown and never run."""

import json
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from shared.db import Database
from shared.web.fields import Text
from tests.builders import a_director, an_inquiry, bearer
from tests.enrollment.builders import a_section
from tests.working import Working, text_of

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases" / "text" / "naughty-strings.json"
API = "/api/inquiry/v1"
BATCH_LENGTH = 7000


def strings() -> list[str]:
    """The set, or a skip by name."""
    if not CASES.exists():
        pytest.skip(f"shared/cases/text is not here ({CASES.name})")
    found = json.loads(CASES.read_text())
    return [str(value) for value in (found if isinstance(found, list) else found["strings"])]


def storable(words: str, *, is_line: bool = True, max_length: int) -> str | None:
    """What the field's own rule makes of it; none when it refuses."""
    field = Text(max_length=max_length, is_line=is_line, required=True)
    try:
        return str(field.deserialize(words))
    except Exception:
        return None


def batches(words: list[str]) -> Iterator[str]:
    """Many strings a text, each on lines of its own; what no text takes stands alone in the end."""
    batch = "begin"
    for word in words:
        if storable(word, is_line=False, max_length=8000) is None:
            yield word
        elif len(batch) + len(word) > BATCH_LENGTH:
            yield f"{batch}\nend"
            batch = f"begin\n{word}"
        else:
            batch += f"\n{word}"
    yield f"{batch}\nend"


def test_a_question_keeps_every_string_in_every_field(
    inquiry_client: FlaskClient, inquiry_db: Database
) -> None:
    for word in strings():
        kept = {"name": storable(word, max_length=200), "program": storable(word, max_length=80)}
        kept |= {"phone": storable(word, max_length=40), "source": storable(word, max_length=300)}
        given = {"email": "effat@example.com", "question": "q", "name": "n"}
        taken = given | {name: word for name, value in kept.items() if value is not None}
        refused = {name for name, value in kept.items() if value is None and word.strip()}
        answer = inquiry_client.post(f"{API}/inquiries", json=given | dict.fromkeys(kept, word))
        assert answer.status_code in (201, 422), word
        if answer.status_code == 422:
            assert answer.json is not None
            assert set(answer.json["errors"]) == refused | ({"name"} if not word.strip() else set()), word
            answer = inquiry_client.post(f"{API}/inquiries", json=taken)
        assert answer.status_code == 201, word
        row = inquiry_db.run(
            text("SELECT asker_name AS name, program, asker_phone AS phone, source FROM inquiry WHERE id = :id"),
            {"id": answer.json["id"]},
        )[0]  # fmt: skip
        expected = {name: value for name, value in kept.items() if value is not None}
        assert {name: getattr(row, name) for name in expected} == expected
        in_form = inquiry_client.post(
            "/ask", data=dict.fromkeys((*given, *kept, "website", "form_token", "submission_id"), word)
        )
        assert in_form.status_code == 422, word  # none is an address
    assert inquiry_db.run(text("SELECT count(*) FROM inquiry"))[0][0] >= 500


def test_long_texts_keep_every_string(
    inquiry_client: FlaskClient, inquiry_db: Database, inquiry_work: Working
) -> None:
    """The question, the reply (and its letter), the note, the call, the follow-up: by batches."""
    headers = bearer(inquiry_db, a_director(inquiry_db))
    inquiry = an_inquiry(inquiry_db)
    for batch in batches(strings()):
        kept = storable(batch, is_line=False, max_length=8000)
        status = 201 if kept is not None else 422
        question = {"name": "n", "email": "effat@example.com", "question": batch}
        asked = inquiry_client.post(f"{API}/inquiries", json=question)
        assert asked.status_code == status, batch
        for field, what in (("notes", {}), ("calls", {}), ("replies", {})):
            sent = inquiry_client.post(
                f"{API}/inquiries/{inquiry}/{field}", json={"body": batch} | what, headers=headers
            )
            assert sent.status_code == status, (field, batch)
            if kept is not None and field != "replies":
                assert sent.json["body"] == kept  # type: ignore[index]
        if kept is None:
            continue
        shown = inquiry_client.get(f"{API}/inquiries/{asked.json['id']}", headers=headers).json  # type: ignore[index]
        assert shown["messages"][0]["body"] == kept  # type: ignore[index]
        page = inquiry_client.get(f"/desk/inquiries/{inquiry}", headers=headers).text
        assert "<script>alert" not in page.lower()
        said = unescape(page)
        assert all(line.strip() in said for line in kept.split("\n") if line.isprintable() and line.strip())
    bodies = inquiry_db.run(text("SELECT body FROM message JOIN reply USING (id) ORDER BY message.id"))
    inquiry_work.let_time_pass()
    letters = [text_of(letter) for letter in inquiry_work.letters(to="effat@example.com")]
    lost = [
        line
        for (body,) in bodies
        for line in body.split("\n")
        if line.isprintable() and line.strip() and not any(line.rstrip() in letter for letter in letters)
    ]
    assert lost == []


def test_a_search_takes_every_string(inquiry_client: FlaskClient, inquiry_db: Database) -> None:
    headers = bearer(inquiry_db, a_director(inquiry_db))
    an_inquiry(inquiry_db)
    for word in strings():
        found = inquiry_client.get(f"{API}/inquiries", query_string={"q": word}, headers=headers)
        is_kept = storable(word, max_length=200) is not None or not word.strip()
        assert found.status_code == (200 if is_kept else 422), word
    for batch in strings()[::12]:
        page = inquiry_client.get("/desk", query_string={"q": batch, "view": batch}, headers=headers)
        assert page.status_code == 200, batch


def test_a_registration_keeps_every_string_in_every_field(
    enrollment_client: FlaskClient, enrollment_db: Database
) -> None:
    words = strings()
    section = str(a_section(enrollment_db, seats=len(words) + 1))
    sizes = {"name": 120, "phone": 40, "for_name": 120, "inquiry": 40}
    for number, word in enumerate(words):
        kept = {name: storable(word, max_length=size) for name, size in sizes.items()}
        given: dict[str, Any] = {"section_id": section, "email": f"s{number}@example.com", "name": "n"}
        taken = given | {name: word for name, value in kept.items() if value is not None}
        form = dict.fromkeys((*sizes, "email", "form_token", "step"), word)
        in_form = enrollment_client.post(f"/register/{section}", data=form)
        assert in_form.status_code in (200, 422), word
        assert "<script>alert" not in in_form.text.lower()
        answer = enrollment_client.post("/api/enrollment/v1/registrations", json=taken)
        assert answer.status_code == 201, (word, answer.json)
        row = enrollment_db.run(
            text("SELECT name, phone, for_name, inquiry FROM registration WHERE id = :id"),
            {"id": answer.json["id"]},
        )[0]
        for name, value in kept.items():
            assert value is None or getattr(row, name) == value, (name, word)

"""The table of bad inputs, held against both services on real engines: each answer exact, none a fault of ours."""

import json
import re
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import text
from werkzeug.test import TestResponse

from inquiry_service.domain import replies, staff
from inquiry_service.terms import Via
from inquiry_service.web.auth import COOKIE
from shared import cursors
from shared.db import Database
from shared.pair import HEADER, sign
from shared.tokens import hash_secret
from tests.builders import PASSWORD, a_director, an_inquiry, bearer
from tests.conftest import PAIR_SECRET, SECRET
from tests.doors.bad_requests import REQUESTS
from tests.doors.bad_values import VALUES, Bad
from tests.enrollment.builders import a_section, registered
from tests.test_policy import a_link
from tests.working import Working

TABLE = [*VALUES, *REQUESTS]
SUMMARY = re.compile(r"<div[^>]*data-error-summary.*?</div>", re.DOTALL)


@dataclass
class School:
    """Both services with things in them, and what stands for them in the table."""

    apps: dict[str, Flask]
    values: dict[str, str]
    headers: dict[str, dict[str, str]]
    cookie: str
    served: list[Any] = field(default_factory=list)

    def answer(self, bad: Bad) -> TestResponse:
        """What the bad input gets."""
        method, path = bad.asked.split(maxsplit=1)
        sent = _filled(dict(bad.sent), self.values)
        proof, raw = sent.pop("proof", "good"), sent.pop("raw", None)
        if raw is not None:
            sent = {"content_type": "application/json"} | sent | {"data": raw}
        path = _filled(path, self.values)
        client = self.apps[bad.service].test_client()
        with client.session_transaction() as session:
            session["csrf_token"] = "0" * 40
        given = {"X-CSRFToken": _proof(proof)} | self._shown(bad.who, path) | sent.pop("headers", {})
        if bad.who == "cookie" or bad.who.startswith("good cookie"):
            client.set_cookie(COOKIE, self.cookie)
        if "Cookie" in given:
            client = self.apps[bad.service].test_client(use_cookies=False)
        return client.open(path, method=method, headers=given, **sent)

    def _shown(self, who: str, path: str) -> dict[str, str]:
        if who in ("visitor", "cookie"):
            return {}
        if who == "sibling":
            return sign(PAIR_SECRET, path)
        return self.headers[who]


def _filled(value: Any, values: dict[str, str]) -> Any:
    """The same with real ids in it."""
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda found: values.get(found.group(1), found.group(0)), value)
    if isinstance(value, dict):
        return {name: _filled(inner, values) for name, inner in value.items()}
    return value


def _proof(kind: str) -> str:
    """A page's token: a good one, another session's, one signed by somebody else, or none."""
    secret, session = (SECRET if kind != "forged" else "x" * 40), ("0" if kind != "another" else "1") * 40
    return "" if kind == "none" else str(URLSafeTimedSerializer(secret, salt="wtf-csrf-token").dumps(session))


@pytest.fixture
def school(
    inquiry_app: Flask,
    inquiry_address: str,
    inquiry_db: Database,
    enrollment_db: Database,
    make_enrollment_settings: Any,
) -> School:
    """One section, registration, inquiry and reply, and a director who is known to both services."""
    from enrollment_service.app import create_app

    enrollment_app = create_app(make_enrollment_settings(inquiry_internal_url=inquiry_address))
    return _a_school({"inquiry": inquiry_app, "enrollment": enrollment_app}, inquiry_db, enrollment_db)


def _a_school(apps: dict[str, Flask], inquiry_db: Database, enrollment_db: Database) -> School:
    director, section = a_director(inquiry_db), a_section(enrollment_db, seats=5)
    inquiry, student = an_inquiry(inquiry_db), registered(enrollment_db, section)
    with inquiry_db.transaction() as session:
        reply = replies.answer(session, inquiry, director, "Yes.", via=Via.DESK).id
    cookie, _ = staff.sign_in(inquiry_db, director.email, PASSWORD, "127.0.0.0/24")
    tokens = {
        name: bearer(database, director)
        for name, database in (("inquiry", inquiry_db), ("enrollment", enrollment_db))
    }
    over, back = bearer(inquiry_db, director), bearer(inquiry_db, director)
    for token, change in ((over, "expires_at = now() - interval '1 second'"), (back, "revoked_at = now()")):
        hashed = hash_secret(token["Authorization"].partition(" ")[2])
        inquiry_db.run(text(f"UPDATE access_token SET {change} WHERE token_hash = :hash"), {"hash": hashed})
    moment, nobody = "2026-01-01T00:00:00+00:00", UUID(int=7)
    values = {
        "section": section, "inquiry": inquiry, "reply": reply, "registration": student.id, "person": director.id,
        "link": a_link(enrollment_db, student.id), "token": tokens["inquiry"]["Authorization"].partition(" ")[2],
        "letters_cursor": cursors.encode("letters", moment, nobody),
        "inquiries_cursor": cursors.encode("inquiries/all", moment, nobody),
        "view_cursor": cursors.encode("inquiries/open", moment, nobody),
        "odd_cursor": cursors.encode("sections", "no day", nobody),
    }  # fmt: skip
    headers = {
        "token of inquiry": tokens["inquiry"],
        "token of enrollment": tokens["enrollment"],
        "token by Basic": {"Authorization": tokens["inquiry"]["Authorization"].replace("Bearer", "Basic")},
        "token that is over": over,
        "token taken back": back,
        "good cookie, forged token": {"Authorization": "Bearer fd_" + "b" * 26},
        "cookie's hash": {"Cookie": f"staff={hash_secret(cookie).hex()}"},
        "sibling elsewhere": sign(PAIR_SECRET, "/api/inquiry/v1/internal/standing/other"),
        "sibling an hour ago": {HEADER: "1700000000." + "0" * 64},
    }
    filled = {name: str(value) for name, value in values.items()}
    return School(apps, filled, headers, cookie)


def said(answer: TestResponse) -> Any:
    """What the answer names: a problem's type and fields, a page's fields, or where a redirect leads."""
    problem = answer.get_json(silent=True)
    if answer.content_type == "application/problem+json":
        assert problem["status"] == answer.status_code
        return (problem["type"], *sorted(problem.get("errors", {})))
    if "Location" in answer.headers:
        return (answer.headers["Location"],)
    summary = SUMMARY.search(answer.get_data(as_text=True))
    return tuple(sorted(re.findall(r'href="#([^"]+)"', summary.group(0)))) if summary else ()


def expected(bad: Bad) -> Any:
    """The line's answer, its fields in order."""
    return (bad.says[0], *sorted(bad.says[1:])) if "/api/" in bad.asked else tuple(sorted(bad.says))


def rows_of(database: Database) -> str:
    """What stands in the tables that visitors and staff write to."""
    tables = database.run(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"))
    aside = ("process", "idempotency", "sign_in_attempt", "alembic_version")
    names = [row[0] for row in tables if row[0] not in aside]
    counts = [database.run(text(f"SELECT count(*) FROM {name}"))[0][0] for name in names]
    return json.dumps(dict(zip(names, counts, strict=True)))


def test_each_bad_input_gets_its_exact_answer(
    school: School, inquiry_db: Database, enrollment_db: Database
) -> None:
    before = rows_of(inquiry_db), rows_of(enrollment_db)
    wrong = []
    for row in TABLE:
        who = f"token of {row.service}" if row.who == "token" else row.who
        bad = replace(row, who=who, says=tuple(_filled(word, school.values) for word in row.says))
        answer = school.answer(bad)
        found = (answer.status_code, said(answer))
        if found != (bad.status, expected(bad)):
            wrong.append(f"{bad.service}, {bad.name}: {found} is not {(bad.status, expected(bad))}")
        if answer.status_code == 405:
            assert answer.headers["Allow"], bad.name
    assert wrong == [], "\n".join(wrong)
    assert (rows_of(inquiry_db), rows_of(enrollment_db)) == before


def test_the_table_is_long_and_has_every_line_once() -> None:
    names = [(bad.service, bad.asked, bad.name) for bad in TABLE]
    assert len(set(names)) == len(names) >= 120


def test_a_forged_or_replayed_form_token_is_a_score_and_no_refusal(
    inquiry_app: Flask, inquiry_db: Database
) -> None:
    client = inquiry_app.test_client()
    question = {"name": "Effat R.", "email": "effat@example.com", "question": "When does it begin?"}
    page = client.get("/ask").text
    token = re.search(r'name="form_token" value="([^"]+)"', page)
    assert token
    tokens = ["", "forged", token.group(1)[:-2] + "xx", token.group(1), token.group(1)]
    for number, given in enumerate(tokens):
        sent = client.post("/ask", data=question | {"form_token": given, "question": f"Question {number}?"})
        assert (sent.status_code, sent.headers["Location"][:12]) == (303, "/ask/thanks/")
    scores = inquiry_db.run(text("SELECT spam_score FROM inquiry ORDER BY created_at, id"))
    assert [row[0] for row in scores] == [3, 3, 3, 3, 5]  # too fast for a person, and at last a used one


def test_a_form_that_was_gone_back_to_registers_the_second_person_too(
    enrollment_app: Flask, enrollment_db: Database
) -> None:
    section, client = a_section(enrollment_db, seats=5), enrollment_app.test_client()
    page = client.get(f"/register/{section}").text
    token = re.search(r'name="form_token" value="([^"]+)"', page)
    assert token
    for name in ("Effat", "Farid"):
        form = {"name": name, "email": f"{name}@example.com", "step": "confirm", "form_token": token.group(1)}
        assert client.post(f"/register/{section}", data=form).status_code == 303, name


@pytest.mark.parametrize(
    "spoofed",
    [
        {"Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/evil.example"},
        {"Forwarded": "host=evil.example;proto=https", "X-Original-URL": "/evil.example"},
        {"X-Rewrite-URL": "/evil.example", "X-Forwarded-Server": "evil.example"},
    ],
)
def test_no_header_says_where_links_lead(school: School, spoofed: dict[str, str]) -> None:
    section = school.values["section"]
    pages = {
        "enrollment": ("/office", "/programs", f"/sections/{section}", f"/my/{school.values['link']}",
                       f"/my/{school.values['link']}/class-dates.ics", "/sitemap.xml", "/robots.txt", "/office/"),
        "inquiry": ("/", "/ask", "/desk", "/desk//queue", "/privacy", "/sign-in", "/api/inquiry/v1/openapi.json"),
    }  # fmt: skip
    for service, paths in pages.items():
        for path in paths:
            answer = school.apps[service].test_client().get(path, headers=spoofed)
            assert answer.status_code < 400, path
            assert "evil.example" not in answer.headers.get("Location", ""), path
            assert "evil.example" not in answer.get_data(as_text=True), path


def test_letters_lead_to_the_public_address_whatever_the_request_said(
    inquiry_app: Flask,
    inquiry_work: Working,
    enrollment_app: Flask,
    enrollment_db: Database,
    enrollment_work: Working,
) -> None:
    spoofed = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    question = {"name": "Effat", "email": "effat@example.com", "question": "When?"}
    assert inquiry_app.test_client().post("/ask", data=question, headers=spoofed).status_code == 303
    seat = {"section_id": str(a_section(enrollment_db)), "name": "Effat", "email": "effat@example.com"}
    asked = enrollment_app.test_client().post("/api/enrollment/v1/registrations", json=seat, headers=spoofed)
    assert asked.status_code == 201
    for work, address in (
        (inquiry_work, "http://127.0.0.1:8002/"),
        (enrollment_work, "http://127.0.0.1:8001/"),
    ):
        work.let_time_pass()
        letters = [letter.as_string() for letter in work.letters(to="effat@example.com")]
        assert letters
        assert all("evil.example" not in letter for letter in letters)
        assert any(address in letter for letter in letters)


@pytest.mark.parametrize(
    ("header", "network"),
    [("X-Forwarded-For", 11), ("X-Real-IP", 12), ("Forwarded", 13), ("CF-Connecting-IP", 14)],
)
def test_nobody_gets_a_new_network_by_saying_so(
    inquiry_db: Database, make_inquiry_settings: Any, header: str, network: int
) -> None:
    from inquiry_service.app import create_app

    client = create_app(make_inquiry_settings(limit_public_writes="2/hour")).test_client()
    question = {"name": "Effat", "email": "effat@example.com", "question": "When?"}
    asked = []
    for number in range(4):
        claimed = f"198.51.{number}.7" if header != "Forwarded" else f"for=198.51.{number}.7"
        here = {"REMOTE_ADDR": f"203.0.{network}.9"}
        sent = client.post("/ask", data=question, headers={header: claimed}, environ_overrides=here)
        asked.append(sent.status_code)
    assert asked == [303, 303, 429, 429]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("eve@M\xfcller.example", "eve@xn--mller-kva.example"),
        (
            "eve@p\u0430ypal.example",
            "eve@xn--pypal-4ve.example",
        ),  # a Cyrillic a: it looks like what it is not no more
        ("Eve.Long+tag@EXAMPLE.com", "Eve.Long+tag@example.com"),
    ],
)
def test_a_domain_in_other_letters_is_kept_in_those_that_mail_uses(
    inquiry_app: Flask, inquiry_db: Database, typed: str, kept: str
) -> None:
    question = {"name": "Eve", "email": typed, "question": "When?"}
    assert inquiry_app.test_client().post("/api/inquiry/v1/inquiries", json=question).status_code == 201
    assert inquiry_db.run(text("SELECT asker_email FROM inquiry"))[0][0] == kept


def test_other_ways_to_ask_change_nothing(inquiry_app: Flask, enrollment_app: Flask) -> None:
    for app, path in ((inquiry_app, "/ask"), (enrollment_app, "/programs")):
        client = app.test_client()
        assert client.head(path).get_data() == b""
        assert set(client.options(path).headers["Allow"].replace(",", " ").split()) >= {
            "GET",
            "HEAD",
            "OPTIONS",
        }
        cross = client.options(
            path, headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
        )
        assert not [name for name, _ in cross.headers if name.lower().startswith("access-control-")]
        over = client.get(
            path, headers={"X-HTTP-Method-Override": "DELETE", "If-Match": '"none"', "Range": "bytes=0-1"}
        )
        assert over.status_code == 200

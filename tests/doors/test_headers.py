"""The headers that shut a browser's doors: on every address of the url map, on files, on errors and on redirects of both services."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from shared.db import Database
from shared.web.access import ANYONE, LINK, SIBLING, allowed_for
from shared.web.headers import ShutDoors
from shared.web.requests_seen import SeenRequests
from shared.web.site import MAX_BODY_BYTES
from tests.builders import a_person, bearer, sign_in
from tests.test_policy import address_of, rules_of

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
PAGE_CSP = (
    "default-src 'self'",
    "script-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)
FILE_CSP = ("default-src 'none'", "sandbox", "frame-ancestors 'none'")
SERVICES = ("enrollment", "inquiry")
FOR_OTHER_SITES = "/embed.js"  # a script that the school's own site loads


def missing(answer: TestResponse, *, csp: tuple[str, ...] = PAGE_CSP) -> list[str]:
    """What the answer's headers leave open."""
    headers = answer.headers
    wrong = [f"{name}: {headers.get(name)}" for name, value in ALWAYS.items() if headers.get(name) != value]
    given = headers.get("Content-Security-Policy", "")
    wrong += [f"CSP without {part}" for part in csp if part not in given]
    wrong += ["CSP with unsafe"] if "unsafe-" in given or "*" in given else []
    wrong += ["no Cache-Control"] if "Cache-Control" not in headers else []
    if headers.get("Referrer-Policy") not in ("same-origin", "no-referrer"):
        wrong.append(f"Referrer-Policy: {headers.get('Referrer-Policy')}")
    return wrong


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    """Each of the two."""
    return str(request.param)


@pytest.fixture
def app(request: pytest.FixtureRequest, service: str) -> Flask:
    """The service's application."""
    found: Flask = request.getfixturevalue(f"{service}_app")
    return found


@pytest.fixture
def database(request: pytest.FixtureRequest, service: str) -> Database:
    """The service's database."""
    found: Database = request.getfixturevalue(f"{service}_db")
    return found


def answers(app: Flask) -> Iterator[tuple[str, Rule, TestResponse]]:
    """What a stranger gets of every method of every address, with what else one may ask an address."""
    for method, rule in rules_of(app):
        for asked in {method, "HEAD" if method == "GET" else "OPTIONS", "TRACE"}:
            yield asked, rule, app.test_client().open(address_of(app, rule, ""), method=asked)


def test_every_address_answers_with_every_header(app: Flask) -> None:
    wrong = {
        f"{method} {rule.rule} {answer.status_code}": found
        for method, rule, answer in answers(app)
        if (found := missing(answer))
    }
    loaded = {key: found for key, found in wrong.items() if f" {FOR_OTHER_SITES} 200" in key}
    assert set(map(tuple, loaded.values())) <= {("Cross-Origin-Resource-Policy: cross-origin",)}
    assert {key: found for key, found in wrong.items() if key not in loaded} == {}


def test_an_answer_without_them_is_found(app: Flask) -> None:
    """The control: the layer that sets them, taken away."""
    outermost = app.wsgi_app
    assert isinstance(outermost, SeenRequests)
    assert isinstance(outermost.inside, ShutDoors)
    outermost.inside = outermost.inside.inside
    wrong = [rule.rule for _, rule, answer in answers(app) if missing(answer)]
    assert len(wrong) > 50


def test_errors_and_redirects_have_them_too(app: Flask, service: str) -> None:
    client = app.test_client()
    form, api = {"inquiry": ("/ask", "inquiries"), "enrollment": ("/my", "registrations")}[service]
    app.view_functions["health.live"] = _broken(app)
    huge = b"x" * (MAX_BODY_BYTES + 1)
    in_html = {
        404: client.get("/nowhere"),
        405: client.delete(form),
        308: client.get("/desk//queue" if service == "inquiry" else "/office"),
        413: client.post(form, data=b"email=" + huge, content_type="application/x-www-form-urlencoded"),
        500: client.get("/health/live"),
    }
    in_json = {
        404: client.get(f"/api/{service}/v1/nowhere"),
        405: client.delete(f"/api/{service}/v1/{api}"),
        413: client.post(f"/api/{service}/v1/{api}", data=huge, content_type="application/json"),
        401: client.get(f"/api/{service}/v1/letters"),
    }
    found = {
        (status, answer.content_type): (answer.status_code, missing(answer))
        for answered in (in_html, in_json)
        for status, answer in answered.items()
    }
    assert found == {key: (key[0], []) for key in found}
    assert len(found) == 9


def _broken(app: Flask) -> Any:
    def broken(**_: Any) -> Any:
        raise RuntimeError("broken on purpose")

    broken.__dict__.update(app.view_functions["health.live"].__dict__)
    return broken


def test_a_database_that_is_away_is_503_with_them(request: pytest.FixtureRequest, service: str) -> None:
    make = request.getfixturevalue(f"make_{service}_settings")
    module = __import__(f"{service}_service.app", fromlist=["create_app"])
    app = module.create_app(
        make(database_url="postgresql+psycopg://nobody:nothing@/nowhere?host=/nonexistent")
    )
    for address in (
        "/programs" if service == "enrollment" else f"/inquiries/{'a' * 26}",
        f"/api/{service}/v1/letters",
    ):
        answer = app.test_client().get(address, headers={"Authorization": "Bearer fd_" + "a" * 26})
        assert (answer.status_code, missing(answer)) == (503, [])
        assert answer.headers["Retry-After"]


def test_files_have_them_too(app: Flask, service: str) -> None:
    client = app.test_client()
    files = ["/static/shared/frontdesk.svg", f"/static/{service}/swagger/swagger-ui.css"]
    for path in files:
        answer = client.get(path)
        assert (path, answer.status_code, missing(answer, csp=FILE_CSP)) == (path, 200, [])
        again = client.get(path, headers={"If-Modified-Since": answer.headers["Last-Modified"]})
        assert (again.status_code, missing(again, csp=FILE_CSP)) == (304, [])
    assert missing(client.get("/static/shared/nothing.svg")) == []
    refused = client.post(files[0])
    assert (refused.status_code, refused.headers["Allow"], missing(refused, csp=FILE_CSP)) == (
        405,
        "GET, HEAD",
        [],
    )


def test_https_is_kept_to_on_pages_and_files(request: pytest.FixtureRequest, service: str) -> None:
    make = request.getfixturevalue(f"make_{service}_settings")
    module = __import__(f"{service}_service.app", fromlist=["create_app"])
    client = module.create_app(make(public_url="https://school.example")).test_client()
    for path in ("/health/live", "/static/shared/frontdesk.svg", "/nowhere"):
        assert client.get(path).headers["Strict-Transport-Security"] == "max-age=31536000"


def test_what_is_private_is_kept_nowhere(app: Flask, database: Database, service: str) -> None:
    """Behind a role, a link or a signature, and every refusal to go there."""
    headers = bearer(database, a_person(database, "director")) if service == "inquiry" else {}
    kept = []
    for method, rule in rules_of(app):
        allowed = allowed_for(app.view_functions[rule.endpoint]) or frozenset()
        if ANYONE in allowed:
            continue
        for sent in (headers, {}):
            answer = app.test_client().open(address_of(app, rule, ""), method=method, headers=sent)
            if answer.headers["Cache-Control"] != "no-store":
                kept.append(f"{method} {rule.rule} {answer.headers['Cache-Control']} {sorted(allowed)}")
            if allowed & {LINK} and answer.headers["Referrer-Policy"] != "no-referrer":
                kept.append(f"{method} {rule.rule} names itself")
    assert kept == []
    assert SIBLING  # behind a signature is private too


def test_a_page_with_somebody_s_own_proof_is_kept_nowhere(inquiry_app: Flask, inquiry_db: Database) -> None:
    """A page whose form carries a browser's own token, and one that answers what was typed."""
    client = inquiry_app.test_client()
    assert client.get("/sign-in").headers["Cache-Control"] == "no-store"
    assert client.get("/reset").headers["Cache-Control"] == "no-store"
    assert client.post("/inquiries/find", data={"email": "x"}).headers["Cache-Control"] == "no-store"
    sign_in(client, inquiry_db, a_person(inquiry_db, "director"))
    assert client.get("/desk").headers["Cache-Control"] == "no-store"
    assert inquiry_db.run(text("SELECT count(*) FROM staff"))[0][0] == 1

"""The form in other sites' pages: only in those that a director named, and without anything of the site around it."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from inquiry_service.domain.allowed_frames import origin_of
from shared.db import Database
from shared.errors import Invalid
from tests.builders import a_director, a_person, a_question, sign_in
from tests.inquiry.reading_pages import press

SITE = "https://www.school.example"


def _framers(client: FlaskClient, path: str = "/ask/embed") -> str:
    policy = client.get(path).headers["Content-Security-Policy"]
    return policy.rpartition("frame-ancestors ")[2]


def test_nobody_may_show_the_form_until_a_director_says_who(
    inquiry_client: FlaskClient, inquiry_db: Database
) -> None:
    assert _framers(inquiry_client) == "'none'"
    sign_in(inquiry_client, inquiry_db, a_director(inquiry_db))
    for address in (f"{SITE}/programs/cma?x=1", "http://localhost:8080"):
        page = inquiry_client.get("/desk/website")
        assert press(inquiry_client, page, "/desk/website", origin=address).status_code == 303
    assert _framers(inquiry_client) == f"http://localhost:8080 {SITE}"
    assert _framers(inquiry_client, "/ask") == "'none'"
    page = inquiry_client.get("/desk/website")
    assert SITE in page.text
    press(inquiry_client, page, "/desk/website/remove", origin=SITE)
    assert _framers(inquiry_client) == "http://localhost:8080"
    assert [
        row.action
        for row in inquiry_db.run(text("SELECT action FROM audit WHERE action LIKE 'frame%' ORDER BY at"))
    ] == [
        "frame_allowed",
        "frame_allowed",
        "frame_removed",
    ]


def test_only_directors_say_who(inquiry_client: FlaskClient, inquiry_db: Database) -> None:
    sign_in(inquiry_client, inquiry_db, a_person(inquiry_db, "staff"))
    assert inquiry_client.get("/desk/website").status_code == 403


def test_a_question_from_the_frame_is_taken_in_there_without_a_cookie(
    inquiry_client: FlaskClient, inquiry_db: Database
) -> None:
    shown = inquiry_client.get("/ask/embed?program=phlebotomy").text
    assert 'action="/ask/embed"' in shown
    assert "site-nav" not in shown
    answer = inquiry_client.post("/ask/embed", data=a_question())
    assert (answer.status_code, answer.headers.get("Set-Cookie")) == (303, None)
    thanks = inquiry_client.get(answer.headers["Location"])
    assert answer.headers["Location"].startswith("/ask/embed/thanks/Q-")
    assert inquiry_db.run(text("SELECT reference FROM inquiry"))[0].reference in thanks.text


def test_what_was_typed_in_the_frame_is_kept_when_something_is_missing(inquiry_client: FlaskClient) -> None:
    answer = inquiry_client.post("/ask/embed", data=a_question(email="nowhere"))
    assert answer.status_code == 422
    assert 'action="/ask/embed"' in answer.text
    assert "easy to get a part time job" in answer.text


def test_the_script_is_small_and_loads_into_other_sites(inquiry_client: FlaskClient) -> None:
    answer = inquiry_client.get("/embed.js")
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "javascript" in answer.headers["Content-Type"]
    assert len(answer.data) < 3_000


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("www.school.example", SITE),
        ("https://WWW.School.example/", SITE),
        ("https://www.school.example:443/a#b", SITE),
        ("https://www.school.example:8443", f"{SITE}:8443"),
        ("https://schüle.example", "https://xn--schle-mva.example"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
    ],
)
def test_an_address_of_a_page_names_its_origin(given: str, origin: str) -> None:
    assert origin_of(given) == origin


@pytest.mark.parametrize(
    "given",
    [
        "http://www.school.example",
        "https://",
        "https://*",
        "https://*.school.example",
        "javascript://x/%0aalert(1)",
        "https://a.example; script-src *",
        "https://a.example 'unsafe-inline'",
        "https://a.example,b.example",
        "https://a.example:99999",
        "https://[::1",
        "data:text/html,x",
        f"https://{'a' * 64}.example",
    ],
)
def test_what_is_no_site_is_refused(given: str) -> None:
    with pytest.raises(Invalid):
        origin_of(given)

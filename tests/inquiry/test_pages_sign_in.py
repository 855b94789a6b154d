"""In, out, and a lost password."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shared.db import Database
from tests.builders import PASSWORD, a_director, a_person, sign_in
from tests.inquiry.reading_pages import hidden_of, press, words_of
from tests.working import Working, text_of


def _enter(client: FlaskClient, email: str, password: str = PASSWORD, next_: str = "") -> Any:
    page = client.get("/sign-in", query_string={"next": next_} if next_ else None)
    return press(client, page, "/sign-in", email=email, password=password)


def test_a_director_lands_at_the_desk(inquiry_client: FlaskClient, inquiry_db: Database) -> None:
    director = a_director(inquiry_db)
    entered = _enter(inquiry_client, director.email)
    assert (entered.status_code, entered.location) == (303, "/desk")
    assert inquiry_client.get("/desk").status_code == 200
    assert inquiry_client.get("/").location == "/desk"


def test_a_registrar_lands_in_the_office(inquiry_client: FlaskClient, inquiry_db: Database) -> None:
    registrar = a_person(inquiry_db, "registrar")
    assert _enter(inquiry_client, registrar.email).location == "http://127.0.0.1:8001/office"


@pytest.mark.parametrize(
    "wanted", ["/desk?view=held", "http://127.0.0.1:8001/office", "http://127.0.0.1:8002/account"]
)
def test_a_page_of_ours_is_gone_on_to(inquiry_client: FlaskClient, inquiry_db: Database, wanted: str) -> None:
    assert _enter(inquiry_client, a_director(inquiry_db).email, next_=wanted).location == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "http://127.0.0.1:8002@evil.example/",
        "javascript:alert(1)",
    ],
)
def test_a_strangers_page_is_not(inquiry_client: FlaskClient, inquiry_db: Database, wanted: str) -> None:
    assert _enter(inquiry_client, a_director(inquiry_db).email, next_=wanted).location == "/desk"


def test_every_wrong_sign_in_reads_the_same(inquiry_app: Flask, inquiry_db: Database) -> None:
    director = a_director(inquiry_db)
    wrong = _enter(inquiry_app.test_client(), director.email, "not the password")
    unknown = _enter(inquiry_app.test_client(), "nobody@example.com")
    assert wrong.status_code == unknown.status_code == 422
    assert director.email in wrong.text
    same = re.compile(r'name="csrf_token" value="[^"]+"|value="[^"]+@[^"]+"|[0-9a-f]{32}')
    assert same.sub("", wrong.text) == same.sub("", unknown.text)


def test_after_ten_failures_the_right_password_waits_too(
    inquiry_client: FlaskClient, inquiry_db: Database
) -> None:
    director = a_director(inquiry_db)
    for _ in range(10):
        _enter(inquiry_client, director.email, "guess")
    refused = _enter(inquiry_client, director.email)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"]


def test_a_form_from_elsewhere_signs_nobody_in(inquiry_client: FlaskClient, inquiry_db: Database) -> None:
    director = a_director(inquiry_db)
    form = {"email": director.email, "password": PASSWORD}
    assert inquiry_client.post("/sign-in", data=form).status_code == 403
    page = inquiry_client.get("/sign-in")
    assert page.status_code == 200
    crossed = inquiry_client.post("/sign-in", data=form, headers={"Sec-Fetch-Site": "cross-site"})
    assert crossed.status_code == 403


def test_signing_out_ends_the_session(inquiry_client: FlaskClient, inquiry_db: Database) -> None:
    sign_in(inquiry_client, inquiry_db, a_director(inquiry_db))
    cookie = inquiry_client.get_cookie("staff")
    assert cookie
    form = hidden_of(inquiry_client.get("/desk").text, "http://127.0.0.1:8002/sign-out")
    left = inquiry_client.post("/sign-out", data=form)
    assert left.location == "/sign-in"
    inquiry_client.set_cookie("staff", cookie.value)
    assert inquiry_client.get("/desk").status_code == 303


def test_the_siblings_page_signs_out_too(inquiry_client: FlaskClient, inquiry_db: Database) -> None:
    sign_in(inquiry_client, inquiry_db, a_director(inquiry_db))
    left = inquiry_client.post(
        "/sign-out", headers={"Origin": "http://127.0.0.1:8001", "Sec-Fetch-Site": "same-site"}
    )
    assert left.location == "/sign-in"


def test_a_strangers_page_signs_nobody_out(inquiry_client: FlaskClient, inquiry_db: Database) -> None:
    sign_in(inquiry_client, inquiry_db, a_director(inquiry_db))
    asked = inquiry_client.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"})
    assert "Sign out?" in asked.text
    assert inquiry_client.get("/desk").status_code == 200


def test_signing_out_everywhere_ends_the_other_browser(inquiry_app: Flask, inquiry_db: Database) -> None:
    director = a_director(inquiry_db)
    here, there = inquiry_app.test_client(), inquiry_app.test_client()
    sign_in(here, inquiry_db, director)
    sign_in(there, inquiry_db, director)
    press(here, here.get("/account"), "/account/sign-out-everywhere")
    assert there.get("/desk").status_code == 303


def test_a_lost_password_is_set_by_a_mailed_link_once(
    inquiry_client: FlaskClient, inquiry_db: Database, inquiry_work: Working
) -> None:
    director = a_director(inquiry_db)
    for email in (director.email, "nobody@example.com"):
        asked = press(inquiry_client, inquiry_client.get("/reset"), "/reset", email=email)
        assert asked.location == "/reset?sent=1"
    inquiry_work.drain()
    (letter,) = inquiry_work.letters()
    link = re.search(r"/reset/[a-z2-7]{26}", text_of(letter))
    assert link
    page = inquiry_client.get(link.group(0))
    assert page.headers["Referrer-Policy"] == "no-referrer"
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token
    form = {"csrf_token": token.group(1)}
    refused = inquiry_client.post(link.group(0), data=form | {"password": "short"})
    assert refused.status_code == 422
    assert "at least 12 characters" in refused.text
    done = inquiry_client.post(link.group(0), data=form | {"password": "a new long password"})
    assert done.location == "/sign-in"
    assert "Your password is set" in inquiry_client.get("/sign-in").text
    assert inquiry_client.get(link.group(0)).status_code == 410
    assert _enter(inquiry_client, director.email, "a new long password").location == "/desk"


def test_the_account_page_says_who_one_is(inquiry_client: FlaskClient, inquiry_db: Database) -> None:
    sign_in(inquiry_client, inquiry_db, a_person(inquiry_db, "auditor", name="Ada Auditor"))
    page = words_of(inquiry_client.get("/account").text)
    assert "Ada Auditor" in page
    assert "auditor" in page


def test_nobody_gets_the_desk_without_its_role(inquiry_client: FlaskClient, inquiry_db: Database) -> None:
    assert inquiry_client.get("/desk").location.startswith("http://127.0.0.1:8002/sign-in?next=")
    sign_in(inquiry_client, inquiry_db, a_person(inquiry_db, "instructor"))
    assert inquiry_client.get("/desk").status_code == 403

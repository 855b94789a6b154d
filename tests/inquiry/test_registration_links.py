"""A link in an answer opens the register form for that person and that section, with nothing personal in its address."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from shared.db import Database
from shared.pair import sign
from shared.tokens import hash_secret
from tests.builders import an_inquiry
from tests.conftest import PAIR_SECRET
from tests.enrollment.builders import a_section
from tests.enrollment.test_pages import hidden
from tests.inquiry.composing import Composing, box_of
from tests.served import served


@pytest.fixture
def register(composing: Composing, make_enrollment_settings: Callable[..., Any]) -> Any:
    """A visitor's client of an enrollment service that reaches this desk."""
    from enrollment_service.app import create_app

    with served(composing.client.application) as server:
        address = f"http://127.0.0.1:{server.server_port}"
        app = create_app(make_enrollment_settings(inquiry_internal_url=address))
        yield app.test_client()


def _link(composing: Composing, inquiry_id: UUID, wanted: str = "link:next") -> str:
    composing.do(inquiry_id, "insert", insert=wanted, body="Register here:")
    return box_of(composing.page(inquiry_id).text).partition("Register here:")[2].strip()


def _path(link: str) -> str:
    return "/" + link.split("/", 3)[3]


def test_the_form_begins_with_the_person_s_details(composing: Composing, register: FlaskClient) -> None:
    section = a_section(composing.enrollment_db, seats=3)
    inquiry_id = an_inquiry(composing.inquiry_db, program="mat", phone="555 0100")
    link = _link(composing, inquiry_id)
    assert link.startswith(f"http://127.0.0.1:8001/register/{section}?for=")
    assert "ffat" not in link
    page = register.get(_path(link))
    for value in ("Effat R.", "effat@example.com", "555 0100"):
        assert f'value="{value}"' in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_the_registration_names_the_inquiry(composing: Composing, register: FlaskClient) -> None:
    a_section(composing.enrollment_db, seats=3)
    inquiry_id = an_inquiry(composing.inquiry_db, program="mat")
    path = _path(_link(composing, inquiry_id))
    details = {"name": "Effat R.", "email": "effat@example.com"}
    address = path.partition("?")[0]
    checked = register.post(address, data=hidden(register.get(path).text) | details)
    done = register.post(address, data=hidden(checked.text) | {"step": "confirm"})
    assert done.status_code == 303
    reference = composing.row("SELECT reference FROM inquiry").reference
    registered = composing.enrollment_db.run(text("SELECT inquiry, email FROM registration"))
    assert [tuple(row) for row in registered] == [(reference, "effat@example.com")]


def test_a_link_is_for_its_own_section(composing: Composing, register: FlaskClient) -> None:
    a_section(composing.enrollment_db, seats=3)
    link = _link(composing, an_inquiry(composing.inquiry_db, program="mat"))
    other = a_section(composing.enrollment_db, seats=3, title="Weekends")
    page = register.get(f"/register/{other}?{link.partition('?')[2]}")
    assert page.status_code == 200
    assert "effat@example.com" not in page.text


@pytest.mark.parametrize("how", ["expired", "unknown", "spam", "malformed"])
def test_a_link_that_no_longer_counts_opens_an_empty_form(
    composing: Composing, register: FlaskClient, how: str
) -> None:
    a_section(composing.enrollment_db, seats=3)
    path = _path(_link(composing, an_inquiry(composing.inquiry_db, program="mat")))
    if how == "expired":
        composing.inquiry_db.run(text("UPDATE registration_link SET expires_at = now()"))
    elif how == "spam":
        composing.inquiry_db.run(text("UPDATE inquiry SET status = 'spam'"))
    else:
        path = path.partition("=")[0] + "=" + ("a" * 26 if how == "unknown" else "'; --")
    page = register.get(path)
    assert page.status_code == 200
    assert "effat@example.com" not in page.text
    assert "Check your answers" in page.text


def test_without_inquiry_the_form_is_simply_empty(composing: Composing, enrollment_app: Flask) -> None:
    section = a_section(composing.enrollment_db, seats=3)
    page = enrollment_app.test_client().get(f"/register/{section}?for={'a' * 26}")
    assert page.status_code == 200
    assert "Check your answers" in page.text


def test_only_the_sibling_is_told(composing: Composing) -> None:
    a_section(composing.enrollment_db, seats=3)
    link = _link(composing, an_inquiry(composing.inquiry_db, program="mat"))
    path = f"/api/inquiry/v1/internal/prefills/{hash_secret(link.partition('=')[2]).hex()}"
    assert composing.client.get(path).status_code == 401
    assert (
        composing.client.get(path, headers=sign(PAIR_SECRET, path)).get_json()["email"] == "effat@example.com"
    )


def test_the_secret_is_kept_as_a_hash(composing: Composing) -> None:
    a_section(composing.enrollment_db, seats=3)
    secret = _link(composing, an_inquiry(composing.inquiry_db, program="mat")).partition("=")[2]
    assert composing.row("SELECT secret_hash FROM registration_link").secret_hash == hash_secret(secret)


def test_without_an_open_class_there_is_no_link(composing: Composing) -> None:
    inquiry_id = an_inquiry(composing.inquiry_db, program="mat")
    assert "link:next" not in composing.page(inquiry_id).text
    refused = composing.ask(inquiry_id, "insert", insert="link:next", body="")
    assert refused.status_code == 422
    assert refused.get_json() == {"problem": "No class of this program takes registrations now."}
    assert not composing.inquiry_db.run(text("SELECT 1 FROM registration_link"))


def test_expired_links_are_swept(inquiry_db: Database, composing: Composing) -> None:
    from inquiry_service.domain import registration_links

    a_section(composing.enrollment_db, seats=3)
    _link(composing, an_inquiry(composing.inquiry_db, program="mat"))
    inquiry_db.run(text("UPDATE registration_link SET expires_at = now()"))
    with inquiry_db.transaction() as session:
        registration_links.sweep(session)
    assert not inquiry_db.run(text("SELECT 1 FROM registration_link"))

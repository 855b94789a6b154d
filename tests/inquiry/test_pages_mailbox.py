"""The embedded run's mailbox: letters as their recipients see them, and mail written back by them."""

import re
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from inquiry_service.app import create_app
from inquiry_service.domain import replies
from shared.db import Database
from tests.builders import EFFAT, a_director, an_inquiry
from tests.inquiry.reading_pages import press, words_of
from tests.working import Working, text_of


def _open(client: FlaskClient, to: str) -> TestResponse:
    """The recipient's newest letter."""
    found = re.search(
        r'href="(/mailbox/[0-9a-f]{32}\.frontdesk)', client.get("/mailbox", query_string={"to": to}).text
    )
    assert found
    return client.get(found.group(1))


def _write_back(client: FlaskClient, letter: TestResponse, body: str) -> TestResponse:
    return press(client, letter, f"{letter.request.path}/answer", body=body)


def _row(db: Database, inquiry_id: UUID) -> Any:
    return db.run(text("SELECT * FROM inquiry WHERE id = :id"), {"id": inquiry_id})[0]


def test_letters_are_listed_by_recipient(
    inquiry_client: FlaskClient, inquiry_db: Database, inquiry_work: Working
) -> None:
    a_director(inquiry_db)
    an_inquiry(inquiry_db)
    inquiry_work.drain()
    page = words_of(inquiry_client.get("/mailbox").text)
    assert "dora@riverside.example 1" in page
    assert f"{EFFAT} 1" in page
    only = words_of(inquiry_client.get("/mailbox", query_string={"to": EFFAT}).text)
    assert f"to {EFFAT}" in only
    assert "to dora@riverside.example" not in only


def test_a_letter_shows_its_text_its_links_and_its_original(
    inquiry_client: FlaskClient, inquiry_db: Database, inquiry_work: Working
) -> None:
    an_inquiry(inquiry_db)
    inquiry_work.drain()
    letter = _open(inquiry_client, EFFAT)
    assert re.search(r'<a href="http://127.0.0.1:8002/inquiries/[a-z2-7]{26}"', letter.text)
    original = inquiry_client.get(f"{letter.request.path}/original")
    assert original.data.startswith(b"Return-Path:")
    assert "attachment" in original.headers["Content-Disposition"]


def test_the_html_part_runs_nothing_and_loads_nothing(
    inquiry_client: FlaskClient, inquiry_db: Database, inquiry_work: Working
) -> None:
    an_inquiry(inquiry_db)
    inquiry_work.drain()
    html = inquiry_client.get(f"{_open(inquiry_client, EFFAT).request.path}/html")
    assert html.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert html.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_the_director_answers_by_mail_and_the_asker_writes_again(
    inquiry_client: FlaskClient, inquiry_db: Database, inquiry_work: Working
) -> None:
    director = a_director(inquiry_db)
    inquiry_id = an_inquiry(inquiry_db)
    inquiry_work.drain()
    sent = _write_back(
        inquiry_client, _open(inquiry_client, director.email), "Most of our students find work."
    )
    assert "Delivered" in inquiry_client.get(sent.location).text
    inquiry_work.let_time_pass()
    answer = text_of(inquiry_work.letters(EFFAT)[-1])
    assert "Most of our students find work." in answer
    assert _row(inquiry_db, inquiry_id).status == "waiting"
    _write_back(inquiry_client, _open(inquiry_client, EFFAT), "And on weekends, für mich?")
    inquiry_work.let_time_pass()
    row = _row(inquiry_db, inquiry_id)
    assert (row.status, row.messages) == ("open", 3)
    (last,) = inquiry_db.run(
        text("SELECT body, is_verified FROM message WHERE position = 3 AND inquiry_id = :id"),
        {"id": inquiry_id},
    )
    assert (last.body, last.is_verified) == ("And on weekends, für mich?", True)


def test_sending_the_same_mail_twice_delivers_it_once(
    inquiry_client: FlaskClient, inquiry_db: Database, inquiry_work: Working
) -> None:
    inquiry_id, director = an_inquiry(inquiry_db), a_director(inquiry_db)
    with inquiry_db.transaction() as session:
        replies.answer(session, inquiry_id, director, "Most find work.")
    inquiry_work.let_time_pass()
    letter = _open(inquiry_client, EFFAT)
    _write_back(inquiry_client, letter, "Thank you!")
    _write_back(inquiry_client, letter, "Thank you!")
    inquiry_work.let_time_pass()
    assert _row(inquiry_db, inquiry_id).messages == 3


def test_an_empty_mail_is_a_sentence(
    inquiry_client: FlaskClient, inquiry_db: Database, inquiry_work: Working
) -> None:
    an_inquiry(inquiry_db)
    inquiry_work.drain()
    refused = _write_back(inquiry_client, _open(inquiry_client, EFFAT), "")
    assert refused.status_code == 422
    assert "Write the answer first" in refused.text


def test_nobody_writes_mail_from_another_site(
    inquiry_client: FlaskClient, inquiry_db: Database, inquiry_work: Working
) -> None:
    an_inquiry(inquiry_db)
    inquiry_work.drain()
    path = _open(inquiry_client, EFFAT).request.path
    crossed = inquiry_client.post(
        f"{path}/answer", data={"body": "x"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert crossed.status_code == 403
    assert not inquiry_db.run(text("SELECT 1 FROM raw_mail"))


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "..%2f..%2fsecrets", "a" * 32, "A" * 32 + ".frontdesk", "0" * 32 + ".frontdesk"],
)
def test_only_letters_are_opened(inquiry_client: FlaskClient, inquiry_db: Database, name: str) -> None:
    assert inquiry_client.get(f"/mailbox/{name}").status_code == 404
    assert inquiry_client.get(f"/mailbox/{name}/original").status_code == 404


@pytest.mark.parametrize(
    "given",
    [
        {"headers": {"X-Forwarded-For": "203.0.113.9"}},
        {"headers": {"Forwarded": "for=203.0.113.9"}},
        {"headers": {"Host": "rebound.example"}},
        {"environ_base": {"REMOTE_ADDR": "203.0.113.9"}},
    ],
)
@pytest.mark.parametrize("path", ["/mailbox", "/styleguide"])
def test_from_elsewhere_the_page_is_not_there(
    inquiry_client: FlaskClient, given: dict[str, Any], path: str
) -> None:
    assert inquiry_client.get(path).status_code == 200
    assert inquiry_client.get(path, **given).status_code == 404


def test_with_real_mail_there_is_no_mailbox(make_inquiry_settings: Any, inquiry_db: Database) -> None:
    for given in ({"smtp_url": "smtp://127.0.0.1:2525"}, {"embedded": False}, {"host": "0.0.0.0"}):
        client = create_app(make_inquiry_settings(**given)).test_client()
        assert client.get("/mailbox").status_code == 404

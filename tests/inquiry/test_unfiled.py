"""Mails that matched nothing: a director files them with a click, makes them questions, or sets them aside; none is lost."""

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from inquiry_service.db.models import Inquiry, Message
from inquiry_service.domain import inquiries, intake, ledger, threads
from shared.db import Database
from shared.ledger import reconcile
from tests.builders import EFFAT, a_director, an_inquiry, sign_in
from tests.inquiry.reading_pages import press, words_of
from tests.inquiry.test_inbound import a_mail
from tests.working import Working

NOWHERE = "info@riverside.example"
SAID = "I forgot: I can only come in the evening."


@pytest.fixture
def desk(inquiry_client: FlaskClient, inquiry_db: Database) -> FlaskClient:
    sign_in(inquiry_client, inquiry_db, a_director(inquiry_db))
    return inquiry_client


def _arrives(db: Database, work: Working, data: bytes) -> UUID:
    with db.transaction() as session:
        raw_id = intake.store_raw(session, data, mailbox="lmtp")
    work.drain()
    assert raw_id is not None
    return raw_id


def _states(db: Database) -> list[str]:
    return [row.status for row in db.run(text("SELECT status FROM raw_mail ORDER BY received_at"))]


def _last(db: Database, inquiry_id: UUID) -> Message:
    with db.reading() as session:
        return threads.thread(session, inquiry_id)[-1].message


def test_a_mail_from_a_known_sender_is_filed_with_one_click_and_stays_unverified(
    desk: FlaskClient, inquiry_db: Database, inquiry_work: Working
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    raw_id = _arrives(inquiry_db, inquiry_work, a_mail(NOWHERE, SAID))
    with inquiry_db.reading() as session:
        reference = inquiries.find(session, inquiry_id).reference
    page = desk.get("/desk/unfiled")
    assert f"File with {reference}" in words_of(page.text)
    assert press(desk, page, f"/desk/unfiled/{raw_id}/file", reference=reference).status_code == 303
    inquiry_work.drain()
    message = _last(inquiry_db, inquiry_id)
    assert (message.body, message.is_verified, message.raw_mail_id) == (SAID, False, raw_id)
    assert _states(inquiry_db) == ["filed"]


def test_a_mail_becomes_a_question_of_its_own(
    desk: FlaskClient, inquiry_db: Database, inquiry_work: Working
) -> None:
    raw_id = _arrives(inquiry_db, inquiry_work, a_mail(NOWHERE, SAID, sender="Bo Li <bo@example.com>"))
    press(desk, desk.get("/desk/unfiled"), f"/desk/unfiled/{raw_id}/file")
    inquiry_work.drain()
    with inquiry_db.reading() as session:
        [asked] = session.scalars(select(Inquiry))
    assert (asked.asker_name, asked.asker_email, asked.status) == ("Bo Li", "bo@example.com", "new")
    assert SAID in _last(inquiry_db, asked.id).body
    assert len(inquiry_work.letters("bo@example.com")) == 1


def test_what_looks_like_spam_is_no_spam_when_a_person_says_so(
    desk: FlaskClient, inquiry_db: Database, inquiry_work: Working
) -> None:
    raw_id = _arrives(
        inquiry_db, inquiry_work, a_mail(NOWHERE, "SEO casino https://a.example https://b.example")
    )
    press(desk, desk.get("/desk/unfiled"), f"/desk/unfiled/{raw_id}/file")
    inquiry_work.drain()
    with inquiry_db.reading() as session:
        assert [asked.status for asked in session.scalars(select(Inquiry))] == ["new"]


def test_two_clicks_file_it_once(desk: FlaskClient, inquiry_db: Database, inquiry_work: Working) -> None:
    raw_id = _arrives(inquiry_db, inquiry_work, a_mail(NOWHERE, SAID))
    page = desk.get("/desk/unfiled")
    for _ in range(2):
        press(desk, page, f"/desk/unfiled/{raw_id}/file")
    inquiry_work.drain()
    with inquiry_db.reading() as session:
        assert len(session.scalars(select(Inquiry)).all()) == 1


@pytest.mark.parametrize("reference", ["Q-NOBODY", "hello", "Q-" + "2" * 18])
def test_an_unknown_reference_is_said_at_its_mail_and_nothing_moves(
    desk: FlaskClient, inquiry_db: Database, inquiry_work: Working, reference: str
) -> None:
    raw_id = _arrives(inquiry_db, inquiry_work, a_mail(NOWHERE, SAID))
    answer = press(desk, desk.get("/desk/unfiled"), f"/desk/unfiled/{raw_id}/file", reference=reference)
    assert answer.status_code == 422
    assert "No question has this reference." in answer.text
    assert _states(inquiry_db) == ["unfiled"]


def test_a_mail_of_two_senders_is_no_question_of_its_own(
    desk: FlaskClient, inquiry_db: Database, inquiry_work: Working
) -> None:
    raw_id = _arrives(inquiry_db, inquiry_work, a_mail(NOWHERE, SAID, sender=f"{EFFAT}, bo@example.com"))
    page = desk.get("/desk/unfiled")
    assert "Make it a question" not in page.text
    assert press(desk, page, f"/desk/unfiled/{raw_id}/file").status_code == 422


def test_a_mail_that_cannot_be_read_is_filed_with_its_original(
    desk: FlaskClient, inquiry_db: Database, inquiry_work: Working
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    raw_id = _arrives(inquiry_db, inquiry_work, b"\0\0\0")
    assert _states(inquiry_db) == ["unreadable"]
    with inquiry_db.reading() as session:
        reference = inquiries.find(session, inquiry_id).reference
    press(desk, desk.get("/desk/unfiled"), f"/desk/unfiled/{raw_id}/file", reference=reference.lower())
    inquiry_work.drain()
    message = _last(inquiry_db, inquiry_id)
    assert (message.raw_mail_id, "could not be read" in message.body) == (raw_id, True)


def test_a_mail_is_set_aside_and_kept(desk: FlaskClient, inquiry_db: Database, inquiry_work: Working) -> None:
    raw_id = _arrives(inquiry_db, inquiry_work, a_mail(NOWHERE, SAID))
    press(desk, desk.get("/desk/unfiled"), f"/desk/unfiled/{raw_id}/set-aside")
    assert _states(inquiry_db) == ["filed"]
    assert "Every mail has its thread" in desk.get("/desk/unfiled").text
    assert [
        row.action for row in inquiry_db.run(text("SELECT action FROM audit WHERE action LIKE 'mail_%'"))
    ] == ["mail_set_aside"]


def test_whatever_a_person_decides_adds_up(
    desk: FlaskClient, inquiry_db: Database, inquiry_work: Working
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    mails = [
        _arrives(inquiry_db, inquiry_work, a_mail(NOWHERE, SAID, message_id=f"<{number}@x>"))
        for number in range(3)
    ]
    with inquiry_db.reading() as session:
        reference = inquiries.find(session, inquiry_id).reference
    page = desk.get("/desk/unfiled")
    press(desk, page, f"/desk/unfiled/{mails[0]}/file", reference=reference)
    press(desk, page, f"/desk/unfiled/{mails[1]}/file")
    press(desk, page, f"/desk/unfiled/{mails[2]}/set-aside")
    inquiry_work.drain()
    assert _states(inquiry_db) == ["filed"] * 3
    with inquiry_db.transaction() as session:
        found = reconcile(session, ledger.CHECKS)
    assert [one.name for one in found if one.number] == []

"""Letters that come back: the letter says so, its inquiry is at the top, and nobody writes to the dead address unasked."""

import re
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from inquiry_service.domain import inbound, inquiries, replies, threads
from shared import letters
from shared.clock import utc_now
from shared.db import Database
from shared.returned_letters import WAITS_FOR_A_PERSON, sweep
from shared.tokens import hash_secret
from tests.builders import EFFAT, a_director, an_inquiry, sign_in
from tests.working import Working

NOTICE = """From: MAILER-DAEMON@mx.example.com
To: {to}
Return-Path: <>
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=B

--B
Content-Type: text/plain

Your message could not be delivered.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
--B
Content-Type: text/rfc822-headers

Message-ID: {message_id}
--B--
"""


def a_notice(
    to: str,
    *,
    recipient: str = EFFAT,
    action: str = "failed",
    status: str = "5.1.1",
    message_id: str = "<x@y>",
) -> bytes:
    values = {"to": to, "recipient": recipient, "action": action, "status": status, "message_id": message_id}
    return NOTICE.format(**values).encode()


def a_vacation_reply(to: str, *headers: str) -> bytes:
    more = "".join(f"{header}\n" for header in headers)
    return f"From: {EFFAT}\nTo: {to}\nSubject: I am away\n{more}\nBack on Monday.\n".encode()


def _arrives(db: Database, work: Working, data: bytes) -> UUID:
    with db.transaction() as session:
        raw_id = inbound.store_raw(session, data, mailbox="imap")
    assert raw_id is not None
    work.drain()
    return raw_id


def _letter(db: Database, kind: str) -> object:
    return db.run(
        text("SELECT * FROM letter WHERE kind = :kind ORDER BY created_at DESC LIMIT 1"), {"kind": kind}
    )[0]


def _return_path(work: Working) -> str:
    return str(work.letters(EFFAT)[-1]["Return-Path"]).strip("<>")


def _inquiry(db: Database, inquiry_id: UUID) -> inquiries.Inquiry:
    with db.reading() as session:
        return inquiries.find(session, inquiry_id)


def test_each_letter_has_a_return_path_of_its_own_that_is_stored_hashed(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    for name in ("one", "two"):
        an_inquiry(inquiry_db, email=f"{name}@example.com")
    inquiry_work.drain()
    paths = [str(letter["Return-Path"]) for letter in inquiry_work.letters()]
    assert len(set(paths)) == 2
    secrets = [
        found.group(1)
        for path in paths
        if (found := re.fullmatch(r"<b\+([a-z2-7]{26})@riverside.example>", path))
    ]
    stored = inquiry_db.run(text("SELECT address_hash FROM reply_address WHERE purpose = 'bounce'"))
    assert {bytes(row.address_hash) for row in stored} == {hash_secret(secret) for secret in secrets}


def test_an_acknowledgement_that_came_back_makes_the_inquiry_never_reached(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    inquiry_work.drain()
    _arrives(inquiry_db, inquiry_work, a_notice(_return_path(inquiry_work)))
    letter = _letter(inquiry_db, "acknowledgement")
    assert (letter.status, letter.last_error) == ("bounced", "there is no such address")  # type: ignore[attr-defined]
    inquiry = _inquiry(inquiry_db, inquiry_id)
    assert (inquiry.status, inquiry.is_never_reached) == ("new", True)
    [raw] = inquiry_db.run(text("SELECT status, inquiry_id FROM raw_mail"))
    assert (raw.status, raw.inquiry_id) == ("filed", inquiry_id)


def test_an_answer_that_came_back_puts_a_closed_inquiry_at_the_top(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    with inquiry_db.transaction() as session:
        replies.answer(session, inquiry_id, director, "Yes.", is_closing=True, undo_s=0)
    inquiry_work.drain()
    assert _inquiry(inquiry_db, inquiry_id).status == "closed"
    _arrives(inquiry_db, inquiry_work, a_notice(_return_path(inquiry_work)))
    inquiry = _inquiry(inquiry_db, inquiry_id)
    assert (inquiry.status, inquiry.is_never_reached) == ("open", True)
    assert inquiry_db.run(text("SELECT status FROM reply"))[0].status == "failed"


def test_a_delay_is_shown_and_changes_nothing_else(
    inquiry_db: Database, inquiry_work: Working, inquiry_client: FlaskClient
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    inquiry_work.drain()
    _arrives(inquiry_db, inquiry_work, a_notice(_return_path(inquiry_work), action="delayed", status="4.4.1"))
    assert _letter(inquiry_db, "acknowledgement").status == "sent"  # type: ignore[attr-defined]
    assert not _inquiry(inquiry_db, inquiry_id).is_never_reached
    sign_in(inquiry_client, inquiry_db, a_director(inquiry_db))
    page = inquiry_client.get(f"/desk/inquiries/{inquiry_id}").text
    assert "late, their mail server is still trying" in page
    assert "the other mail server could not be reached" in page


def test_the_desk_says_why_it_came_back_and_gives_the_phone_number(
    inquiry_db: Database, inquiry_work: Working, inquiry_client: FlaskClient
) -> None:
    inquiry_id = an_inquiry(inquiry_db, phone="+1 312 555 0100")
    inquiry_work.drain()
    notice = a_notice(_return_path(inquiry_work), status="5.2.2")
    raw_id = _arrives(inquiry_db, inquiry_work, notice)
    sign_in(inquiry_client, inquiry_db, a_director(inquiry_db))
    page = inquiry_client.get(f"/desk/inquiries/{inquiry_id}").text
    for words in ("never reached", "came back", "the mailbox is full", "Call instead:", "tel:+13125550100"):
        assert words in page
    assert inquiry_client.get(f"/desk/mails/{raw_id}/original").data == notice


@pytest.mark.parametrize("names", ["reply address", "message id"])
def test_a_bounce_by_another_road_counts_if_it_names_the_recipient(
    inquiry_db: Database, inquiry_work: Working, names: str
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    inquiry_work.drain()
    letter = inquiry_work.letters(EFFAT)[0]
    to = str(letter["Reply-To"]) if names == "reply address" else "hello@riverside.example"
    message_id = str(letter["Message-ID"]) if names == "message id" else "<x@y>"
    stranger = a_notice(to, recipient="somebody@else.example", message_id=message_id)
    _arrives(inquiry_db, inquiry_work, stranger)
    assert not _inquiry(inquiry_db, inquiry_id).is_never_reached
    _arrives(inquiry_db, inquiry_work, a_notice(to, message_id=message_id))
    assert _inquiry(inquiry_db, inquiry_id).is_never_reached


@pytest.mark.parametrize("header", ["Auto-Submitted: auto-replied", "X-Nothing: said"])
def test_a_machines_answer_to_a_return_path_is_no_bounce_and_changes_no_clock(
    inquiry_db: Database, inquiry_work: Working, header: str
) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    inquiry_work.drain()
    with inquiry_db.transaction() as session:
        inquiries.move(session, inquiry_id, director.actor, "close", due_at=utc_now())
    before = len(inquiry_work.letters())
    _arrives(inquiry_db, inquiry_work, a_vacation_reply(_return_path(inquiry_work), header))
    inquiry = _inquiry(inquiry_db, inquiry_id)
    assert (inquiry.status, inquiry.is_never_reached) == ("closed", False)
    assert len(inquiry_work.letters()) == before
    with inquiry_db.reading() as session:
        assert threads.thread(session, inquiry_id)[-1].message.is_automatic


def test_a_person_who_says_they_are_no_machine_opens_the_inquiry(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    inquiry_work.drain()
    with inquiry_db.transaction() as session:
        inquiries.move(session, inquiry_id, director.actor, "close", due_at=utc_now())
    to = str(inquiry_work.letters(EFFAT)[0]["Reply-To"])
    _arrives(inquiry_db, inquiry_work, a_vacation_reply(to, "Auto-Submitted: no"))
    assert _inquiry(inquiry_db, inquiry_id).status == "open"


def test_further_letters_to_a_dead_address_wait_until_a_person_sends_again(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    inquiry_work.drain()
    _arrives(inquiry_db, inquiry_work, a_notice(_return_path(inquiry_work)))
    before = len(inquiry_work.letters(EFFAT))
    with inquiry_db.transaction() as session:
        replies.answer(session, inquiry_id, director, "Yes.", undo_s=0)
    inquiry_work.drain()
    waiting = _letter(inquiry_db, "answer")
    assert (waiting.status, waiting.last_error) == ("failed", WAITS_FOR_A_PERSON)  # type: ignore[attr-defined]
    assert len(inquiry_work.letters(EFFAT)) == before
    assert _inquiry(inquiry_db, inquiry_id).is_never_reached
    with inquiry_db.transaction() as session:
        letters.resend(session, waiting.id, director.actor)  # type: ignore[attr-defined]
    inquiry_work.drain()
    assert len(inquiry_work.letters(EFFAT)) == before + 1
    assert _inquiry(inquiry_db, inquiry_id).status == "waiting"


def test_a_dead_address_that_answers_is_alive(inquiry_db: Database, inquiry_work: Working) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    inquiry_work.drain()
    reply_to = str(inquiry_work.letters(EFFAT)[0]["Reply-To"])
    _arrives(inquiry_db, inquiry_work, a_notice(_return_path(inquiry_work), status="5.2.2"))
    _arrives(inquiry_db, inquiry_work, a_vacation_reply(reply_to, "Auto-Submitted: no"))
    with inquiry_db.transaction() as session:
        replies.answer(session, inquiry_id, director, "Yes.", undo_s=0)
    inquiry_work.drain()
    assert _letter(inquiry_db, "answer").status == "sent"  # type: ignore[attr-defined]


def test_the_same_notice_twice_is_one_fate(inquiry_db: Database, inquiry_work: Working) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    inquiry_work.drain()
    to = _return_path(inquiry_work)
    _arrives(inquiry_db, inquiry_work, a_notice(to))
    director = a_director(inquiry_db)
    with inquiry_db.transaction() as session:
        inquiries.log_call(session, inquiry_id, director, "Told her on the phone.", is_answered=True)
    _arrives(inquiry_db, inquiry_work, a_notice(to, status="5.1.2"))
    assert _inquiry(inquiry_db, inquiry_id).status == "waiting"


def test_a_notice_that_overtakes_our_own_record_is_tried_again(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    an_inquiry(inquiry_db)
    inquiry_work.drain()
    to = _return_path(inquiry_work)
    inquiry_db.run(text("UPDATE letter SET status = 'sending', lease_until = now() + interval '1 hour'"))
    raw_id = _arrives(inquiry_db, inquiry_work, a_notice(to))
    [raw] = inquiry_db.run(text("SELECT status FROM raw_mail WHERE id = :id"), {"id": raw_id})
    assert raw.status == "stored"
    inquiry_db.run(text("UPDATE letter SET status = 'sent', lease_until = NULL"))
    inquiry_work.let_deadlines_pass()
    assert _letter(inquiry_db, "acknowledgement").status == "bounced"  # type: ignore[attr-defined]


def test_an_old_return_path_is_swept_and_reply_addresses_stay(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    an_inquiry(inquiry_db)
    inquiry_work.drain()
    inquiry_db.run(text("UPDATE reply_address SET expires_at = now() - interval '1 day'"))
    with inquiry_db.transaction() as session:
        sweep(session)
    left = inquiry_db.run(text("SELECT purpose FROM reply_address"))
    assert [row.purpose for row in left] == ["asker"]

"""A letter of the enrollment service that came back by mail: the inquiry service tells its sibling, and the seat goes on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from enrollment_service.domain.registrations import cancel_by_office
from inquiry_service.domain import inbound
from inquiry_service.worker import make_workshop
from shared.audit import THE_SERVICE
from shared.db import Database
from shared.pair import sign
from shared.tokens import hash_secret
from tests.conftest import PAIR_SECRET
from tests.enrollment.builders import a_section, letters_to, registered
from tests.inquiry.test_returned_letters import a_notice, a_vacation_reply
from tests.working import Working

FIRST, SECOND = "first@example.com", "second@example.com"


@pytest.fixture
def inbox(
    inquiry_db: Database, make_inquiry_settings: Callable[..., Any], enrollment_address: str, tmp_path: Path
) -> Callable[[bytes], str]:
    """A mail comes in at the inquiry service and is worked on; what became of it."""
    settings = make_inquiry_settings(enrollment_url=enrollment_address)
    work = Working(inquiry_db, make_workshop(settings, inquiry_db), tmp_path / "mail")

    def arrives(data: bytes) -> str:
        with inquiry_db.transaction() as session:
            raw_id = inbound.store_raw(session, data, mailbox="imap")
        work.drain()
        return str(
            inquiry_db.run(text("SELECT status FROM raw_mail WHERE id = :id"), {"id": raw_id})[0].status
        )

    return arrives


@pytest.fixture
def offered(enrollment_db: Database, enrollment_work: Working) -> str:
    """A seat is offered to the first of two who wait; the return path of the offer's letter."""
    section = a_section(enrollment_db, seats=1)
    seated = registered(enrollment_db, section, "Seated")
    for name in ("First", "Second"):
        registered(enrollment_db, section, name)
    _give_up(enrollment_db, seated.id)
    enrollment_work.drain()
    return str(enrollment_work.letters(FIRST)[-1]["Return-Path"]).strip("<>")


def _give_up(db: Database, registration_id: UUID) -> None:
    with db.transaction() as session:
        cancel_by_office(session, registration_id, actor=THE_SERVICE, reason="They asked for it.")


def test_an_offer_to_a_dead_address_passes_on_at_once(
    enrollment_db: Database, enrollment_work: Working, offered: str, inbox: Callable[[bytes], str]
) -> None:
    assert inbox(a_notice(offered, recipient=FIRST)) == "filed"
    enrollment_work.drain()
    assert letters_to(enrollment_db, SECOND)[-1] == "offer"
    bounced = text("SELECT status FROM letter WHERE recipient = :to AND kind = 'offer'")
    assert enrollment_db.run(bounced, {"to": FIRST})[0].status == "bounced"


def test_an_offer_that_is_only_late_stays_open(
    enrollment_db: Database, enrollment_work: Working, offered: str, inbox: Callable[[bytes], str]
) -> None:
    assert inbox(a_notice(offered, recipient=FIRST, action="delayed", status="4.4.1")) == "filed"
    enrollment_work.drain()
    assert enrollment_db.run(text("SELECT status FROM offer"))[0].status == "open"
    assert letters_to(enrollment_db, SECOND) == ["waitlisted"]


def test_a_return_path_that_is_nobodys_waits_for_a_person(
    inbox: Callable[[bytes], str], enrollment_address: str
) -> None:
    assert inbox(a_notice(f"b+{'a' * 26}@riverside.example")) == "unfiled"


def test_a_machines_greeting_to_an_offer_is_filed(
    enrollment_db: Database, offered: str, inbox: Callable[[bytes], str]
) -> None:
    assert inbox(a_vacation_reply(offered, "Auto-Submitted: auto-replied")) == "filed"
    assert enrollment_db.run(text("SELECT status FROM offer"))[0].status == "open"


def test_while_the_sibling_is_away_the_bounce_waits(
    inquiry_db: Database, inquiry_work: Working, offered: str
) -> None:
    with inquiry_db.transaction() as session:
        inbound.store_raw(session, a_notice(offered, recipient=FIRST), mailbox="imap")
    inquiry_work.drain()
    assert inquiry_db.run(text("SELECT status FROM raw_mail"))[0].status == "stored"
    assert inquiry_db.run(text("SELECT status FROM job WHERE kind = 'file_mail'"))[0].status == "queued"


def test_the_sibling_believes_a_signature_alone_and_twice_is_once(
    enrollment_db: Database, enrollment_client: FlaskClient, offered: str, enrollment_work: Working
) -> None:
    path = f"/api/enrollment/v1/internal/return-paths/{hash_secret(offered[2:28]).hex()}/bounced"
    assert enrollment_client.post(path).status_code == 401
    assert enrollment_client.post(path, headers=sign(PAIR_SECRET, path)).status_code == 204
    assert enrollment_client.post(path, headers=sign(PAIR_SECRET, path)).status_code == 204
    enrollment_work.drain()
    assert letters_to(enrollment_db, SECOND)[-1] == "offer"
    audits = enrollment_db.run(text("SELECT details FROM audit WHERE action = 'offer_letter_failed'"))
    assert [row.details["fate"] for row in audits] == ["bounced"]

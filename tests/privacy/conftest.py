"""Both services, talking to each other over HTTP, and somebody known to both in every way there is."""

from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from inquiry_service.app import create_app
from inquiry_service.domain import (
    drafts,
    inbound,
    inquiries,
    registration_links,
    replies,
    reply_files,
    similar,
)
from shared.db import Database
from shared.people import Person
from shared.tokens import new_id
from tests.builders import a_director, an_inquiry, sign_in
from tests.enrollment.builders import a_section, registered
from tests.working import Working

WORD = "zyxelmark"
EMAIL = f"{WORD}@example.com"
NAME = f"Ana {WORD.capitalize()}"
OTHERS = "somebody.else@example.com"
OWN = {"Sec-Fetch-Site": "same-origin"}
_DUTY = text("""
    INSERT INTO record_duty (id, says, source, effective_from)
    VALUES (gen_random_uuid(), 'A school keeps a transcript.', 'OAC 565:10-11-4', '2000-01-01')
""")
_BEGAN = text("UPDATE section SET starts_on = current_date - 3, ends_on = current_date + 30 WHERE id = :id")


@dataclass(frozen=True)
class Known:
    """What there is of the person."""

    inquiry_id: UUID
    elsewhere_id: UUID
    running: UUID
    to_come: UUID


@pytest.fixture
def director(inquiry_db: Database) -> Person:
    """Who decides."""
    return a_director(inquiry_db)


@pytest.fixture
def desk(
    inquiry_db: Database, make_inquiry_settings: Callable[..., Any], enrollment_address: str, director: Person
) -> FlaskClient:
    """A director's browser, at an inquiry service whose sibling answers."""
    client = create_app(make_inquiry_settings(enrollment_url=enrollment_address), inquiry_db).test_client()
    sign_in(client, inquiry_db, director)
    return client


def a_reply_with_a_file(to: str) -> bytes:
    """Mail of the person."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"{NAME} <{EMAIL}>", to, f"I am {WORD}"
    mail.set_content(f"My file is here, {WORD}.")
    mail.add_attachment(f"cv of {WORD}".encode(), maintype="text", subtype="plain", filename=f"{WORD}.txt")
    return mail.as_bytes()


@pytest.fixture
def known(
    inquiry_db: Database,
    enrollment_db: Database,
    inquiry_work: Working,
    enrollment_work: Working,
    director: Person,
) -> Known:
    """Somebody who asked, was answered, wrote by mail with a file, wrote in another's thread, has a seat in a running class, one to
    come, letters that came back, a draft, a note."""
    enrollment_db.run(_DUTY)
    asked = {"name": NAME, "email": EMAIL, "phone": "555 0199", "question": f"I am {WORD}: is there room?"}
    inquiry_id = an_inquiry(inquiry_db, **asked, source=f"/page?of={WORD}")
    inquiry_work.drain()
    _write(inquiry_db, inquiry_work, inquiry_work.letters(EMAIL)[-1]["Reply-To"])
    with inquiry_db.transaction() as session:
        inquiries.add_note(session, inquiry_id, director, f"{WORD} called before")
        replies.answer(session, inquiry_id, director, f"Dear {WORD}, yes.", undo_s=0)
    inquiry_work.let_time_pass()
    with inquiry_db.transaction() as session:
        drafts.save_draft(session, inquiry_id, director, f"And one thing more that is long, {WORD}")
        draft = drafts.save_draft(session, inquiry_id, director, "No.")
        reply_files.attach(
            session, draft.id, [reply_files.GivenFile(f"{WORD}.txt", f"paper of {WORD}".encode())]
        )
        registration_links.make(session, inquiries.find(session, inquiry_id), new_id(), director)
        similar.learn(session, locale="en")
    elsewhere = an_inquiry(inquiry_db, name="Somebody Else", email=OTHERS)
    inquiry_work.drain()
    _write(inquiry_db, inquiry_work, inquiry_work.letters(OTHERS)[-1]["Reply-To"])
    running, to_come = a_section(enrollment_db, seats=4), a_section(enrollment_db, seats=1, program="cna")
    one = registered(enrollment_db, running, NAME, email=EMAIL)
    other = registered(enrollment_db, to_come, NAME, email=EMAIL, for_name=f"Child {WORD}")
    enrollment_work.drain()
    enrollment_db.run(_BEGAN, {"id": running})
    return Known(inquiry_id, elsewhere, one.id, other.id)


def _write(database: Database, work: Working, to: str) -> None:
    with database.transaction() as session:
        inbound.store_raw(session, a_reply_with_a_file(to), mailbox="imap")
    work.drain()


def token_of(client: FlaskClient) -> str:
    """For a form of the desk."""
    return client.get("/desk/privacy").text.split('name="csrf_token" value="')[1].split('"')[0]


def post(client: FlaskClient, what: str, **form: str) -> Any:
    """What the page answers."""
    data = {"csrf_token": token_of(client), "email": EMAIL, **form}
    return client.post(f"/desk/privacy/{what}", data=data, headers=OWN)

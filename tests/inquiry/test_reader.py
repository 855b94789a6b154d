"""Mails are read in a process that can be killed: a poisonous one costs itself, and a moment of the others' time."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from inquiry_service.domain import inbound
from inquiry_service.domain.parsed_email import ParsedEmail
from inquiry_service.mail import reader as reading
from inquiry_service.mail.parse import parse
from inquiry_service.mail.reader import MAX_MAIL_BYTES, MailReader, MailUnreadable
from inquiry_service.worker import make_workshop
from shared.db import Database
from tests.builders import a_director, sign_in
from tests.working import Working

POISONED = ("-m", "tests.inquiry.poisoned_reader")


def a_mail(subject: str, body: str = "Is anybody there?") -> bytes:
    return f"From: ann@example.com\r\nTo: hello@riverside.example\r\nSubject: {subject}\r\n\r\n{body}\r\n".encode()


@pytest.fixture
def reader() -> Iterator[MailReader]:
    """A reader whose child can be poisoned."""
    made = MailReader(POISONED)
    yield made
    made.close()


@pytest.fixture
def work(inquiry_db: Database, inquiry_settings: Any, reader: MailReader, tmp_path: Path) -> Working:
    """The service's hands with that reader."""
    return Working(inquiry_db, make_workshop(inquiry_settings, inquiry_db, reader), tmp_path / "mail")


def test_a_mail_comes_back_from_the_child_as_it_was_read() -> None:
    reader = MailReader()
    data = a_mail("=?utf-8?q?Gr=C3=BC=C3=9Fe?=") + b"\xf0\x9f\x91\x8b"
    assert reader.read(data) == parse(data)
    reader.close()


def test_its_files_come_back_byte_for_byte() -> None:
    reader = MailReader()
    file = bytes(range(256)) * 5000
    head = b"Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    mail = (
        b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n"
        + head
        + file
        + b"\r\n--B--\r\n"
    )
    assert [attached.data for attached in reader.read(mail).attachments] == [file]
    reader.close()


@pytest.mark.parametrize(
    ("subject", "why"),
    [
        ("poison: deep", "RecursionError"),
        ("poison: hungry", "it needs more memory than a mail may"),
        ("poison: deadly", "whoever reads it dies of it"),
    ],
)
def test_a_poisonous_mail_is_unreadable_and_the_next_one_is_read(
    reader: MailReader, subject: str, why: str
) -> None:
    with pytest.raises(MailUnreadable, match=why):
        reader.read(a_mail(subject))
    assert reader.read(a_mail("hello")).subject == "hello"


def test_a_mail_that_takes_too_long_costs_its_reader_and_no_other_mail(
    reader: MailReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader.read(a_mail("hello"))
    first = reader.pid
    monkeypatch.setattr(reading, "DEADLINE_S", 0.5)
    with pytest.raises(MailUnreadable, match="takes longer"):
        reader.read(a_mail("poison: endless"))
    monkeypatch.undo()
    assert reader.read(a_mail("hello again")).subject == "hello again"
    assert reader.pid != first
    assert not Path(f"/proc/{first}").exists()


def test_a_mail_of_more_than_25_mb_is_not_read() -> None:
    with pytest.raises(MailUnreadable, match="25 MB"):
        MailReader().read(a_mail("big", "x" * MAX_MAIL_BYTES))


def test_a_child_that_somebody_ended_is_replaced_and_the_mail_read(reader: MailReader) -> None:
    reader.read(a_mail("one"))
    assert reader.pid is not None
    os.kill(reader.pid, 9)
    assert reader.read(a_mail("two")).subject == "two"


def test_a_child_is_replaced_after_five_hundred_mails(reader: MailReader) -> None:
    reader.read(a_mail("0"))
    first = reader.pid
    for number in range(1, reading.MAILS_A_CHILD):
        reader.read(a_mail(str(number)))
    reader.read(a_mail("the next"))
    assert reader.pid not in (None, first)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no /proc")
def test_the_child_has_no_secret_and_no_open_file_of_ours(
    reader: MailReader, inquiry_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "not to be known")
    with inquiry_db.reading() as session:
        session.execute(text("SELECT 1"))
        reader.read(a_mail("hello"))
        assert b"not to be known" not in Path(f"/proc/{reader.pid}/environ").read_bytes()
        descriptors = {fd.readlink().as_posix() for fd in Path(f"/proc/{reader.pid}/fd").iterdir()}
    assert not [name for name in descriptors if name.startswith("socket:")]


def test_the_child_ends_with_its_parent(reader: MailReader) -> None:
    reader.read(a_mail("hello"))
    child = reader._child
    assert child is not None
    assert child.stdin is not None
    child.stdin.close()  # as the system does for a parent that was killed
    assert child.wait(30) == 0


def test_a_poisonous_mail_is_one_item_in_the_desk_and_delays_nobody(
    inquiry_db: Database, work: Working, inquiry_client: FlaskClient
) -> None:
    sign_in(inquiry_client, inquiry_db, a_director(inquiry_db))
    poison = a_mail("poison: deep")
    with inquiry_db.transaction() as session:
        poisoned = inbound.store_raw(session, poison, mailbox="imap")
        inbound.store_raw(session, a_mail("hello"), mailbox="imap")
    work.drain()
    assert sorted(row.status for row in inquiry_db.run(text("SELECT status FROM raw_mail"))) == [
        "filed",
        "unreadable",
    ]
    page = inquiry_client.get("/desk/unfiled").text
    assert "RecursionError" in page
    assert "Is anybody there?" in page
    assert inquiry_client.get(f"/desk/unfiled/{poisoned}/original").data == poison


class ReadsHere(MailReader):
    """The guard taken out: mails are read in the worker itself."""

    def __init__(self) -> None:
        super().__init__()
        self.is_in_poison, self.is_over = threading.Event(), threading.Event()

    def read(self, data: bytes) -> ParsedEmail:
        mail = parse(data)
        if mail.subject == "poison: endless":
            self.is_in_poison.set()
            self.is_over.wait()  # until the test has seen enough of it
        return mail


def test_without_the_child_a_poisonous_mail_would_stop_the_ones_behind_it(
    inquiry_db: Database, inquiry_settings: Any, tmp_path: Path
) -> None:
    unguarded = ReadsHere()
    work = Working(inquiry_db, make_workshop(inquiry_settings, inquiry_db, unguarded), tmp_path / "mail")
    with inquiry_db.transaction() as session:
        inbound.store_raw(session, a_mail("poison: endless"), mailbox="imap")
        behind = inbound.store_raw(session, a_mail("hello"), mailbox="imap")
    hand = threading.Thread(target=work.drain)
    hand.start()
    assert unguarded.is_in_poison.wait(60)
    [row] = inquiry_db.run(text("SELECT status FROM raw_mail WHERE id = :id"), {"id": behind})
    assert row.status == "stored"
    assert hand.is_alive()
    unguarded.is_over.set()
    hand.join(60)

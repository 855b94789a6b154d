"""Negative controls of reading: with one guard taken out of the reader, that guard's own fault is there."""

import smtplib
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from benchmarks.stand import free_port
from inquiry_service.domain import mailboxes
from inquiry_service.roads.imap_server import ImapServer
from inquiry_service.roads.mailboxes import FolderReader
from shared.clock import utc_now
from shared.db import Database
from tests.roads import mortal, unguarded
from tests.roads.dovecot import Account
from tests.roads.interposed import Interposed
from tests.roads.poison import poisoned
from tests.roads.taken import Books, a_mail, mails
from tests.roads.waiting import wait_until

Read = Callable[..., int]


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Takes a guard out of this very process, until the test is over."""
    touched: list[tuple[Any, str]] = [
        (FolderReader, "_take"),
        (FolderReader, "_fetch"),
        (FolderReader, "_keep"),
        (ImapServer, "uids_after"),
        (mailboxes, "begin"),
        (mailboxes, "_ADVANCE"),
    ]
    for owner, name in touched:
        monkeypatch.setattr(owner, name, getattr(owner, name))  # put back afterwards
    return unguarded.remove


def test_without_uids_a_mail_that_a_person_has_read_is_lost(
    account: Account, read: Read, books: Books, without: Callable[[str], None]
) -> None:
    without("progress_by_uid")
    account.deliver(*mails(3))
    with account.person() as box:
        box.flag(["2"], ["\\Seen"], True)
    read(account.url())
    assert books.lost_or_doubled(mails(3)) == (1, 0)


def test_since_yesterday_loses_what_came_in_seven_days_away(
    account: Account, read: Read, books: Books, without: Callable[[str], None]
) -> None:
    without("progress_without_a_date")
    with account.person() as box:
        for number, mail in enumerate(mails(7)):
            box.append(mail, "INBOX", dt=utc_now() - timedelta(days=7 - number))
    read(account.url())
    assert books.lost_or_doubled(mails(7))[0] >= 5


def test_without_uidvalidity_what_is_numbered_anew_is_lost(
    account: Account, read: Read, books: Books, without: Callable[[str], None]
) -> None:
    account.deliver(*mails(5))
    read(account.url())
    with account.person() as box:
        box.delete(box.uids())
    account.forget_uids()
    late = mails(3, "late")
    account.deliver(*late)
    without("another_uidvalidity_is_another_folder")
    read(account.url())
    assert books.lost_or_doubled([*mails(5), *late]) == (3, 0)


def test_without_the_hash_what_is_numbered_anew_is_doubled(
    account: Account, read: Read, books: Books, inquiry_urls: tuple[str, str]
) -> None:
    owner = Database(inquiry_urls[1])
    owner.run(text("ALTER TABLE raw_mail DROP CONSTRAINT uq_raw_mail_sha256"))
    try:
        account.deliver(*mails(5))
        read(account.url())
        account.forget_uids()
        read(account.url())
        assert books.lost_or_doubled(mails(5)) == (0, 5)
    finally:
        owner.run(text("TRUNCATE raw_mail, job CASCADE"))
        owner.run(text("ALTER TABLE raw_mail ADD CONSTRAINT uq_raw_mail_sha256 UNIQUE (sha256)"))
        owner.dispose()


def test_with_message_ids_in_place_of_bytes_mails_are_lost(
    account: Account, read: Read, books: Books, without: Callable[[str], None]
) -> None:
    without("bytes_tell_mails_apart")
    delivered = [a_mail(1, message_id=None), a_mail(2, message_id=None)]
    delivered += [a_mail(3, message_id="<same@example.com>"), a_mail(4, message_id="<same@example.com>")]
    account.deliver(*delivered)
    read(account.url())
    assert books.lost_or_doubled(delivered) == (2, 0)


def test_all_or_nothing_lets_one_poisoned_mail_keep_all_others(
    account: Account, read: Read, books: Books, without: Callable[[str], None]
) -> None:
    without("one_by_one_after_a_refusal")
    account.deliver(*mails(12))
    with Interposed(account.server) as link:
        link.before = poisoned("7", "says no")
        read(account.url(port=link.port))
    assert books.lost_or_doubled(mails(12)) == (12, 0)


@pytest.fixture
def lenient(inquiry_db: Database, inquiry_urls: tuple[str, str]) -> Iterator[int]:
    """The port of a listener for which any line end is one."""
    port = free_port()
    process = mortal.listener(inquiry_urls[0], port, "one_end_of_data")
    try:
        yield port
    finally:
        mortal.kill(process)
        process.join(30)


def test_a_listener_for_which_any_line_end_is_one_takes_two_mails_for_one(lenient: int, books: Books) -> None:
    wait_until(lambda: _listens(lenient), "the listener listens")
    with smtplib.LMTP("127.0.0.1", lenient) as client:
        client.ehlo_or_helo_if_needed()
        client.mail("effat@example.com")
        client.rcpt("hello@riverside.example")
        client.putcmd("data")
        client.getreply()
        client.send(
            b"Subject: honest\r\n\r\ny\n.\nMAIL FROM:<boss@riverside.example>\r\n"
            b"RCPT TO:<hello@riverside.example>\r\nDATA\r\nSubject: smuggled\r\n\r\nx\r\n.\r\n"
        )
        assert [client.getreply()[0] for _ in range(5)] == [250, 250, 250, 354, 250]
    assert len(books.rows()) == 2


def _listens(port: int) -> bool:
    try:
        with smtplib.LMTP("127.0.0.1", port):
            return True
    except OSError:
        return False

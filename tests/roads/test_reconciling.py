"""The mail server's folders against the rows: a mail that was passed over is named, and one that is known another way is not."""

from collections.abc import Callable

from sqlalchemy import text

from inquiry_service.roads.reconciling import NAME, compare
from shared.db import Database
from shared.imap_url import parse_imap_url
from tests.roads.dovecot import Account
from tests.roads.taken import a_mail, mails

Read = Callable[..., int]


def _found(db: Database, url: str) -> dict[str, tuple[int, tuple[str, ...]]]:
    return {one.name: (one.number, one.examples) for one in compare(db, parse_imap_url(url), days=7)}


def test_a_folder_that_was_read_adds_up(inquiry_db: Database, account: Account, read: Read) -> None:
    account.deliver(*mails(5))
    read(account.url())
    account.deliver(a_mail("not read yet"))
    assert _found(inquiry_db, account.url()) == {NAME: (0, ()), "folders_not_compared": (0, ())}


def test_a_mail_below_our_progress_that_nobody_knows_is_named(
    inquiry_db: Database, account: Account, read: Read
) -> None:
    account.deliver(*mails(5))
    read(account.url())
    inquiry_db.run(text("DELETE FROM raw_mail WHERE uid IN (2, 4)"))
    assert _found(inquiry_db, account.url())[NAME] == (2, ("INBOX:2", "INBOX:4"))


def test_the_same_bytes_twice_are_one_mail_and_no_gap(
    inquiry_db: Database, account: Account, read: Read
) -> None:
    account.deliver(a_mail(1), a_mail(1), a_mail(2))
    read(account.url())
    assert _found(inquiry_db, account.url())[NAME] == (0, ())


def test_what_the_server_would_not_give_is_known_as_trouble(
    inquiry_db: Database, account: Account, read: Read
) -> None:
    account.deliver(*mails(3))
    read(account.url())
    inquiry_db.run(text("DELETE FROM raw_mail WHERE uid = 2"))
    trouble = text("INSERT INTO mailbox_trouble (mailbox, uid, error) SELECT name, 2, 'refused' FROM mailbox")
    inquiry_db.run(trouble)
    assert _found(inquiry_db, account.url())[NAME] == (0, ())


def test_a_server_that_is_away_is_said_and_is_no_gap(
    inquiry_db: Database, account: Account, read: Read
) -> None:
    account.deliver(*mails(2))
    read(account.url())
    away = account.url(port=9)
    assert _found(inquiry_db, away) == {NAME: (0, ()), "folders_not_compared": (1, ("INBOX",))}

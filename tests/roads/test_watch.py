"""IDLE makes the next reading due at once; where it is dead, the minute's poll reads all the same."""

from collections.abc import Callable, Iterator
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import text

from inquiry_service.jobs import KINDS
from inquiry_service.roads.imap_server import ImapServer
from inquiry_service.roads.watch import watch
from inquiry_service.worker import make_workshop
from shared.db import Database
from shared.imap_url import parse_imap_url
from shared.jobs import keep_recurring, make_due, run_job
from tests.roads.dovecot import Account
from tests.roads.interposed import Interposed
from tests.roads.taken import Books, a_mail, mails
from tests.roads.waiting import wait_until

_NOT_DUE = text(
    "UPDATE job SET due_at = now() + interval '1 hour' WHERE kind = 'read_mailboxes' RETURNING id"
)
_A_MINUTE_LATER = text("UPDATE job SET due_at = due_at - interval '1 minute' WHERE kind = 'read_mailboxes'")
_STATE = text(
    "SELECT id, status, due_at <= now() AS is_due, due_at - now() AS due_in FROM job WHERE kind = 'read_mailboxes'"
)
_STATUS = text("UPDATE job SET status = :status WHERE kind = 'read_mailboxes'")


@pytest.fixture
def database(inquiry_db: Database) -> Database:
    """With its recurring jobs, none of them due."""
    keep_recurring(inquiry_db, KINDS)
    inquiry_db.run(_NOT_DUE)
    return inquiry_db


def is_due(database: Database) -> bool:
    return bool(database.run(_STATE)[0].is_due)


@pytest.fixture
def watching(database: Database) -> Iterator[Callable[[str], None]]:
    """Somebody who listens at a mailbox, as beside the relay, until the test is over."""
    stop = Event()

    def begin(url: str) -> None:
        values = (database, parse_imap_url(url), "INBOX", stop)
        Thread(target=watch, args=values, daemon=True).start()

    yield begin
    stop.set()


def test_a_mail_that_comes_is_read_at_once(
    account: Account, database: Database, watching: Callable[[str], None]
) -> None:
    watching(account.url())
    wait_until(lambda: is_due(database), "what came before anybody listened is read")
    for number in range(2):
        database.run(_NOT_DUE)
        account.deliver(a_mail(number))
        wait_until(lambda: is_due(database), "the mail is read")


def test_a_mail_that_comes_between_opening_and_listening_is_told(account: Account) -> None:
    """The server tells of it in one go with its answer to IDLE."""
    with ImapServer(parse_imap_url(account.url())) as server:
        for number in range(10):
            server.open("INBOX", may_change=False)
            account.deliver(a_mail(number))
            assert server.wait_for_change(10.0)


def test_flags_that_change_wake_nobody_and_hide_no_mail(account: Account) -> None:
    account.deliver(a_mail(0))
    with ImapServer(parse_imap_url(account.url())) as server:
        server.open("INBOX", may_change=False)
        with account.person() as box:
            box.flag(box.uids(), "\\Seen", True)
        assert not server.wait_for_change(1.0)
        account.deliver(a_mail(1))
        assert server.wait_for_change(10.0)


def test_after_a_restart_of_the_server_somebody_listens_again(
    account: Account, database: Database, watching: Callable[[str], None]
) -> None:
    watching(account.url())
    wait_until(lambda: is_due(database), "somebody listens")
    database.run(_NOT_DUE)
    account.server.restart()
    wait_until(lambda: is_due(database), "what came meanwhile is read")


def test_a_reading_under_way_is_followed_by_another(database: Database) -> None:
    database.run(_STATUS, {"status": "leased"})
    assert not make_due(database, "read_mailboxes")
    database.run(_STATUS, {"status": "queued"})
    assert make_due(database, "read_mailboxes")
    assert is_due(database)


def test_a_dead_idle_delays_a_mail_by_a_poll_and_no_more(
    account: Account,
    database: Database,
    books: Books,
    watching: Callable[[str], None],
    make_inquiry_settings: Callable[..., Any],
) -> None:
    with Interposed(account.server) as link:
        url = account.url(port=link.port)
        watching(url)
        wait_until(lambda: "IDLE" in link.verbs, "somebody listens, and is told nothing")
        workshop = make_workshop(make_inquiry_settings(imap_url=url), database)
        database.run(_NOT_DUE)
        account.deliver(*mails(3))
        assert not is_due(database)
        make_due(database, "read_mailboxes")
        job = database.run(_STATE)[0]
        assert workshop.run_jobs([job.id]) == 1
        after = database.run(_STATE)[0]
        assert (after.status, 50 < after.due_in.total_seconds() <= 60) == ("queued", True)
        account.deliver(*mails(2, "later"))
        database.run(_A_MINUTE_LATER)
        assert workshop.run_jobs([job.id]) == 1
    assert books.lost_or_doubled([*mails(3), *mails(2, "later")]) == (0, 0)


def test_a_server_that_is_away_makes_nobody_wait_longer_than_a_poll(
    account: Account, database: Database, books: Books, make_inquiry_settings: Callable[..., Any]
) -> None:
    """Other recurring jobs that fail wait up to a quarter of an hour."""
    settings = make_inquiry_settings(imap_url=account.url(port=1))
    make_workshop(settings, database)
    for _ in range(4):
        make_due(database, "read_mailboxes")
        job = database.run(_STATE)[0]
        assert run_job(database, KINDS, _service(settings), job.id)
    assert 50 < database.run(_STATE)[0].due_in.total_seconds() <= 60
    assert "cannot be reached" in books.mailboxes()[0].last_error


def _service(settings: Any) -> Any:
    from types import SimpleNamespace

    return SimpleNamespace(settings=settings)

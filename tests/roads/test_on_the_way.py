"""From a road to its thread, and with the processes that `make run` starts."""

from collections.abc import Callable
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from sqlalchemy import select

from deploy.embedded.services import INQUIRY
from inquiry_service.db.models import Message
from inquiry_service.jobs import KINDS
from shared.db import Database
from shared.jobs import keep_recurring
from tests.builders import EFFAT, an_inquiry
from tests.processes import running
from tests.roads.dovecot import Account
from tests.roads.taken import Books, a_mail, mails
from tests.roads.waiting import wait_until
from tests.working import Working


def test_an_answer_in_the_mailbox_is_in_its_thread(
    account: Account, read: Callable[[str], int], inquiry_work: Working, inquiry_db: Database
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    inquiry_work.let_time_pass()
    (letter,) = inquiry_work.letters(to=EFFAT)
    address = parseaddr(str(letter["Reply-To"]))[1].encode()
    account.deliver(a_mail(1, body="Tuesdays would suit me.").replace(b"hello@riverside.example", address))
    assert read(account.url()) == 1
    inquiry_work.drain()
    with inquiry_db.reading() as session:
        bodies = session.scalars(
            select(Message.body).where(Message.inquiry_id == inquiry_id).order_by(Message.position)
        ).all()
    assert "Tuesdays would suit me." in bodies[-1]


def test_relay_and_worker_take_in_what_comes(
    account: Account,
    inquiry_db: Database,
    make_inquiry_settings: Callable[..., Any],
    books: Books,
    tmp_path: Path,
) -> None:
    """Also what comes after the first minute's reading: the relay listens, and calls the worker."""
    keep_recurring(inquiry_db, KINDS)
    settings = make_inquiry_settings(imap_url=account.url())
    account.deliver(*mails(3, "before"))
    with running(settings, "worker", tmp_path / "log"), running(settings, "relay", tmp_path / "log"):
        wait_until(lambda: len(books.rows()) == 3, "what lay there is taken in")
        wait_until(lambda: "mailbox_watched" in (tmp_path / "log").read_text(), "the relay listens")
        account.deliver(*mails(2, "after"))
        wait_until(
            lambda: len(books.rows()) == 5, "what came is taken in, long before the minute is over", 40
        )
    assert books.lost_or_doubled([*mails(3, "before"), *mails(2, "after")]) == (0, 0)


def test_the_listener_runs_where_the_operator_wants_it() -> None:
    assert "listen" not in INQUIRY.processes_for({})
    assert INQUIRY.processes_for({"LISTEN_URL": "lmtp://127.0.0.1:8024"})[-1] == "listen"

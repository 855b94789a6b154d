"""A Dovecot for every test process, and a new mailbox in it for every test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from inquiry_service.roads.mailboxes import read_mailboxes
from shared.db import Database
from shared.imap_url import parse_imap_url
from tests.roads import dovecot
from tests.roads.dovecot import Account, Dovecot
from tests.roads.taken import Books


@pytest.fixture(scope="session")
def dovecot_server() -> Iterator[Dovecot]:
    """A running Dovecot."""
    if dovecot.ABSENT:
        pytest.skip(dovecot.ABSENT)
    with dovecot.running_dovecot() as server:
        yield server


@pytest.fixture
def account(dovecot_server: Dovecot, monkeypatch: pytest.MonkeyPatch) -> Account:
    """An empty mailbox, on a server whose certificate this process trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot_server.certificate))
    return dovecot_server.new_account()


@pytest.fixture
def books(inquiry_db: Database) -> Books:
    """What was taken in."""
    return Books(inquiry_db)


@pytest.fixture
def read(inquiry_db: Database) -> Callable[..., int]:
    """One reading of a mailbox, as the job does it."""

    def once(url: str, **given: Any) -> int:
        return read_mailboxes(inquiry_db, parse_imap_url(url))

    return once

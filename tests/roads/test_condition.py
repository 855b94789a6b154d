"""That mail does not come in is seen: by health, by the figures, by `doctor`, and on the command line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from inquiry_service import cli
from inquiry_service.app import create_app
from inquiry_service.roads.findings import road_findings
from shared.db import Database
from tests.processes import environment_of
from tests.roads.dovecot import Account
from tests.roads.interposed import Interposed
from tests.roads.poison import poisoned
from tests.roads.taken import Books, a_mail, mails

Read = Callable[..., int]
_LONG_AGO = text(
    "UPDATE mailbox SET failing_since = failing_since - interval '10 minutes', read_at = read_at - interval '10 minutes'"
)


@pytest.fixture
def site(inquiry_db: Database, make_inquiry_settings: Callable[..., Any]) -> Callable[[str], Any]:
    """A client of a service that reads that mailbox."""

    def at(url: str) -> Any:
        return create_app(make_inquiry_settings(imap_url=url)).test_client()

    return at


def reasons(client: Any) -> list[str]:
    """Why health says *degraded*, as far as mail in is the reason."""
    return [reason for reason in client.get("/health/ready").json["reasons"] if "mail" in reason]


def figure(client: Any, name: str) -> float:
    """A figure of /metrics."""
    lines = client.get("/metrics").get_data(as_text=True).splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(f"{name} "))


def test_a_mailbox_that_is_read_is_no_reason(
    account: Account, read: Read, site: Callable[[str], Any]
) -> None:
    account.deliver(*mails(2))
    read(account.url())
    client = site(account.url())
    assert reasons(client) == []
    assert figure(client, "frontdesk_mailbox_read_age_seconds") < 60
    assert figure(client, "frontdesk_mailboxes_failing") == 0


def test_a_mailbox_that_cannot_be_read_for_minutes_degrades_with_its_reason(
    account: Account, read: Read, site: Callable[[str], Any], books: Books
) -> None:
    url = account.url(port=1)
    read(url)
    client = site(url)
    assert reasons(client) == []
    assert figure(client, "frontdesk_mailboxes_failing") == 1
    books.database.run(_LONG_AGO)
    assert reasons(client) == ["mail is not read: localhost:1 cannot be reached (ConnectionRefusedError)"]
    assert client.get("/health/ready").status_code == 200


def test_a_mailbox_that_nobody_reads_degrades(
    account: Account, read: Read, site: Callable[[str], Any], books: Books
) -> None:
    read(account.url())
    books.database.run(_LONG_AGO)
    assert reasons(site(account.url())) == ["mail is not read: no relay reads it"]


def test_a_mail_in_trouble_and_what_waits_behind_it_are_counted(
    account: Account, read: Read, site: Callable[[str], Any]
) -> None:
    account.deliver(*mails(5))
    with Interposed(account.server) as link:
        url = account.url(port=link.port)
        link.before = poisoned("3", "says no")
        read(url)
        client = site(url)
        assert reasons(client) == ["mails that the mail server would not give: 1"]
        assert figure(client, "frontdesk_mailbox_troubles") == 1
        link.before = lambda verb, line: line.split()[0] + b" NO busy\r\n" if b"BODY.PEEK" in line else None
        account.deliver(*mails(7, "more"))
        read(url)
        assert figure(client, "frontdesk_mailbox_waiting") > 0
        assert figure(client, "frontdesk_mailbox_oldest_waiting_seconds") >= 0


def test_no_address_stands_in_health_or_figures(
    account: Account, read: Read, site: Callable[[str], Any], books: Books
) -> None:
    read(account.url(port=1))
    books.database.run(_LONG_AGO)
    client = site(account.url(port=1))
    for page in ("/health/ready", "/metrics"):
        assert account.user not in client.get(page).get_data(as_text=True)


def test_doctor_tries_the_server_and_says_how_far_it_was_read(
    account: Account, read: Read, inquiry_db: Database, make_inquiry_settings: Callable[..., Any]
) -> None:
    account.deliver(a_mail(1))
    settings = make_inquiry_settings(imap_url=account.url())
    assert [finding.level for finding in road_findings(settings, inquiry_db)] == ["ok", "warning"]
    read(account.url())
    server, folder = road_findings(settings, inquiry_db)
    assert (server.level, folder.level) == ("ok", "ok")
    assert "TLSv1.3" in server.found
    assert folder.found.startswith("INBOX: read ")


def test_doctor_says_what_is_wrong_with_the_server(
    inquiry_db: Database, make_inquiry_settings: Callable[..., Any], account: Account
) -> None:
    def first(url: str) -> str:
        return str(next(road_findings(make_inquiry_settings(imap_url=url), inquiry_db)))

    assert "cannot be reached" in first(account.url(port=1))
    assert "refuses our sign-in" in first(account.url().replace("p%20", "wrong"))
    assert "certificate that is not trusted" in first(account.url(host="127.0.0.1"))
    assert "cannot be opened" in first(account.url("/Nowhere"))


def test_the_operator_lists_reads_and_reads_again(
    account: Account,
    inquiry_db: Database,
    make_inquiry_settings: Callable[..., Any],
    books: Books,
    tmp_path: Path,
) -> None:
    account.deliver(*mails(2))
    settings = make_inquiry_settings(imap_url=account.url("/INBOX?after=move&to=Taken"))

    def said(*words: str) -> str:
        done = CliRunner().invoke(cli.commands, ["mailboxes", *words], env=environment_of(settings))
        assert done.exit_code == 0, done.output
        return done.output

    assert "No folder was read yet" in said("list")
    assert "2 mails are new" in said("read")
    assert "INBOX: read " in said("list")
    books.database.run(text("DELETE FROM raw_mail"))  # as after a restore from before they came
    books.database.run(text("DELETE FROM job"))
    assert "0 mails are new" in said("read")
    assert "2 mails are new" in said("reread")
    assert len(account.flags("Taken")) == 2

"""Mails taken in: by IMAP from a real Dovecot and by LMTP, beside a bare loop that fetches the same mails and keeps nothing."""

import os
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from imap_tools import MailBox
from sqlalchemy import create_engine, pool, text

from benchmarks.rows import Row
from benchmarks.stand import Stand, free_port
from deploy.embedded.services import INQUIRY
from inquiry_service.roads.imap_server import KEYWORD
from inquiry_service.roads.mailboxes import read_mailboxes
from shared.db import Database
from shared.imap_url import parse_imap_url
from tests.roads import dovecot
from tests.roads.dovecot import PASSWORD, Account, running_dovecot

PILE = 2000
AT_ONCE = 100  # mails in one answer of the server, as we ask for them
LMTP_SENDERS = 8
_EMPTY = text("TRUNCATE raw_mail, mailbox, mailbox_trouble, job, blob, letter CASCADE")
_COUNT = text("SELECT count(*) FROM raw_mail")


def a_mail(number: int) -> bytes:
    """A mail of a usual size (4 kB), like no other."""
    line = b"Is it easy to find a part time job as a phlebotomist afterwards? %06d\r\n" % number
    head = (
        f"From: Effat <effat-{number}@example.com>\r\nTo: hello@school.example\r\nSubject: Question {number}\r\n"
        f"Message-ID: <{number}@example.com>\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n\r\n"
    )
    return head.encode() + line * 55


class Intake:
    """A mailbox with a pile in it, and what is measured of it."""

    def __init__(self, stand: Stand, account: Account, listener_port: int, *, pile: int) -> None:
        self._account = account
        self._pile = pile
        self._settings = parse_imap_url(account.url())
        self._listener_port = listener_port
        self._database = Database(stand.environment_of(INQUIRY)["DATABASE_URL"], pool_size=4)
        self._owner = create_engine(stand.cluster.url("inquiry", "owner"), poolclass=pool.NullPool)
        self._mails = [a_mail(number) for number in range(pile)]
        account.deliver(*self._mails)

    def imap(self) -> Row:
        """Fetched, committed with their jobs, and flagged on the server."""
        return Row("mails taken in by IMAP", self._read_per_s)

    def lmtp(self) -> Row:
        """Each committed with its job before its 250."""
        return Row(f"mails taken in by LMTP, {LMTP_SENDERS} senders", self._delivered_per_s)

    def bare(self, *, at_once: int) -> Row:
        """The same mails by imap-tools, which parses each; nothing is kept."""
        name = f"bare imap-tools loop, {at_once} an answer" if at_once else "bare imap-tools loop"
        return Row(name, lambda: self._fetched_per_s(at_once))

    def _read_per_s(self) -> float:
        self._begin_anew()
        with self._account.person() as box:
            box.flag(box.uids(), [KEYWORD], False)
        began = time.monotonic()
        read_mailboxes(self._database, self._settings)
        return self._rate(began)

    def _delivered_per_s(self) -> float:
        self._begin_anew()
        shares = [self._mails[sender::LMTP_SENDERS] for sender in range(LMTP_SENDERS)]

        def deliver(share: list[bytes]) -> None:
            """Verb by verb, as smtplib does it, without what that does to each mail."""
            with smtplib.LMTP("127.0.0.1", self._listener_port) as client:
                client.ehlo_or_helo_if_needed()
                sock = client.sock
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for mail in share:
                    for said in (
                        b"MAIL FROM:<effat@example.com>\r\n",
                        b"RCPT TO:<hello@school.example>\r\n",
                        b"DATA\r\n",
                    ):
                        sock.sendall(said)
                        sock.recv(200)
                    sock.sendall(mail + b".\r\n")
                    assert sock.recv(200).startswith(b"250")

        threads = [threading.Thread(target=deliver, args=(share,)) for share in shares]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self._rate(began)

    def _fetched_per_s(self, at_once: int) -> float:
        context = ssl.create_default_context(cafile=str(self._account.server.certificate))
        port = self._account.server.port
        began = time.monotonic()
        with MailBox("localhost", port, ssl_context=context).login(self._account.user, PASSWORD) as box:
            count = sum(1 for _ in box.fetch(mark_seen=False, bulk=at_once or False))
        assert count == self._pile
        return self._pile / (time.monotonic() - began)

    def _begin_anew(self) -> None:
        with self._owner.begin() as connection:
            connection.execute(_EMPTY)

    def _rate(self, began: float) -> float:
        took_s = time.monotonic() - began
        with self._owner.connect() as connection:
            assert connection.execute(_COUNT).scalar_one() == self._pile
        return self._pile / took_s


@contextmanager
def intake_on(stand: Stand, pile: int) -> Iterator[Intake]:
    """A Dovecot with the pile, and the listener's own process. Raises FileNotFoundError where there is no Dovecot."""
    if dovecot.ABSENT:
        raise FileNotFoundError(dovecot.ABSENT)
    port = free_port()
    with (
        running_dovecot() as server,
        stand.running_verb(
            INQUIRY, "listen", LISTEN_URL=f"lmtp://127.0.0.1:{port}", MAIL_FROM="hello@school.example"
        ),
    ):
        _wait_for_listener(port)
        with _trusting(server.certificate):
            yield Intake(stand, server.new_account(), port, pile=pile)


@contextmanager
def _trusting(certificate: Path) -> Iterator[None]:
    """Dovecot's own certificate is good enough for this process."""
    before = os.environ.get("SSL_CERT_FILE")
    os.environ["SSL_CERT_FILE"] = str(certificate)
    try:
        yield
    finally:
        os.environ.pop("SSL_CERT_FILE")
        if before is not None:
            os.environ["SSL_CERT_FILE"] = before


def _wait_for_listener(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with smtplib.LMTP("127.0.0.1", port):
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("the listener does not answer")

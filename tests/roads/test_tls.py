"""A password goes to nobody but the server that the certificate names, and never in clear text."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from inquiry_service.roads import imap_server
from inquiry_service.settings import InquirySettings
from shared.imap_url import parse_imap_url
from shared.settings import SettingsError
from tests.certificates import make_certificate
from tests.roads.dovecot import PASSWORD, Account
from tests.roads.interposed import Interposed
from tests.roads.taken import Books, a_mail

Read = Callable[..., int]
GREETING = b"* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] ready\r\n"
WITHOUT_STARTTLS = b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n"


@contextmanager
def speaking_plainly(greeting: bytes) -> Iterator[tuple[int, bytearray]]:
    """A server without TLS that greets, answers OK to everything, and keeps what it hears."""
    heard = bytearray()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                with contextlib.suppress(OSError), client:
                    client.settimeout(5)
                    client.sendall(greeting)
                    while data := client.recv(4096):
                        heard.extend(data)
                        tag = data.split(b" ", 1)[0]
                        if tag.isalnum():
                            client.sendall(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n" + tag + b" OK done\r\n")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], heard
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


@pytest.mark.parametrize("greeting", [GREETING, WITHOUT_STARTTLS], ids=["offers STARTTLS", "stripped of it"])
def test_a_server_that_speaks_plainly_hears_no_word_of_ours(
    account: Account, read: Read, books: Books, greeting: bytes
) -> None:
    with speaking_plainly(greeting) as (port, heard):
        assert read(account.url(port=port)) == 0
    assert "speaks no TLS" in books.mailboxes()[0].last_error
    assert b"LOGIN" not in heard.upper()
    assert PASSWORD.encode() not in heard


def test_a_reader_that_falls_back_to_clear_text_is_heard(
    account: Account, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: a client that goes on without TLS tells its password."""
    from imap_tools import MailBoxUnencrypted

    def plainly(host: str, port: int, timeout: float, ssl_context: Any) -> MailBoxUnencrypted:
        return MailBoxUnencrypted(host, port, timeout)

    monkeypatch.setattr(imap_server, "MailBox", plainly)
    with speaking_plainly(WITHOUT_STARTTLS) as (port, heard):
        read(account.url(port=port))
    assert b"LOGIN" in heard.upper()


def test_a_certificate_of_another_host_is_refused(account: Account, read: Read, books: Books) -> None:
    with Interposed(account.server) as link:
        assert read(account.url(host="127.0.0.1", port=link.port)) == 0
        assert link.verbs == []
    assert "certificate that is not trusted" in books.mailboxes()[0].last_error


def test_a_certificate_of_an_unknown_authority_is_refused(
    account: Account, read: Read, books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    account.deliver(a_mail(1))
    assert read(account.url()) == 0
    assert "certificate that is not trusted" in books.mailboxes()[0].last_error


def test_a_wrong_password_is_said_and_not_quoted(account: Account, read: Read, books: Books) -> None:
    url = account.url().replace("p%20", "wrong-4711")
    assert read(url) == 0
    error = books.mailboxes()[0].last_error
    assert "refuses our sign-in" in error
    assert "4711" not in error


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("imap://desk:secret@mail.example/INBOX", "clear text"),
        ("imap://desk:secret@localhost/INBOX", "clear text"),
        ("imaps://mail.example/INBOX", "user"),
        ("imaps://desk:secret@mail.example/INBOX?tls=0", "unknown"),
        ("imaps://desk:secret@mail.example/INBOX?after=delete", "after"),
        ("imaps://desk:secret@mail.example/INBOX?after=move", "belong together"),
        ("imaps://desk:secret@mail.example/INBOX?after=move&to=INBOX", "cannot be read"),
        ("imaps://desk:sec%0d%0aret@mail.example/INBOX", "control"),
        ("pop3s://desk:secret@mail.example", "imaps"),
    ],
)
def test_an_url_that_cannot_be_meant_so_is_refused_at_the_start(
    url: str, why: str, make_inquiry_settings: Callable[..., Any]
) -> None:
    with pytest.raises(ValueError, match=why):
        parse_imap_url(url)
    values = {name: getattr(make_inquiry_settings(), name) for name in InquirySettings.__dataclass_fields__}
    with pytest.raises(SettingsError, match="IMAP_URL") as refused:
        InquirySettings._checked(values | {"imap_url": url})
    assert "secret" not in str(refused.value)


def test_an_url_is_percent_encoded() -> None:
    found = parse_imap_url(
        "imaps://desk%40school.example:p%20%25%2F@mail.example/Mail%2FIn?folder=Junk%20mail"
    )
    assert (found.user, found.password, found.port) == ("desk@school.example", "p %/", 993)
    assert found.folders == ("Mail/In", "Junk mail")
    assert "p %/" not in found.name_of("INBOX")

"""Mail by LMTP and SMTP: for our addresses alone, 250 after the commit, one mail where the sender sent one."""

import smtplib
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from inquiry_service.domain.intake import MOST_BYTES
from inquiry_service.domain.our_addresses import OurAddresses
from inquiry_service.roads.listener import MOST_CONNECTIONS
from shared.db import Database
from tests.roads.listening import Listening, settings_in
from tests.roads.taken import Books, a_mail
from tests.working import Working

REPLY = f"r+{'a' * 26}@riverside.example"
BOUNCE = f"b+{'0' * 32}@riverside.example"
PUBLIC = "hello@riverside.example"
SENDER = "effat@example.com"
NOTHING_LOST_OR_DOUBLED = (0, 0)


@pytest.fixture(params=["lmtp", "smtp"], scope="module")
def process(
    request: pytest.FixtureRequest,
    inquiry_urls: tuple[str, str],
    engines: tuple[Any, Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Listening]:
    """The product's own process, in either protocol."""
    folder = tmp_path_factory.mktemp("listener")
    with Listening(settings_in(folder, inquiry_urls[0], engines[1]), request.param, folder / "log") as found:
        yield found


@pytest.fixture
def listening(process: Listening, inquiry_db: Database) -> Listening:
    """The process, and an empty database."""
    return process


def as_kept(mail: bytes, sender: str = SENDER) -> bytes:
    """The mail as it lies here: with the return path that the sender named."""
    return f"Return-Path: <{sender}>\r\n".encode() + mail


def test_a_mail_is_kept_when_250_is_said(listening: Listening, books: Books) -> None:
    with listening.client() as client:
        client.sendmail(SENDER, [PUBLIC], a_mail(1))
    assert books.lost_or_doubled([as_kept(a_mail(1))]) == NOTHING_LOST_OR_DOUBLED
    (row,) = books.rows()
    assert (row.mailbox, row.envelope_to) == (listening.protocol, PUBLIC)


def test_several_mails_come_over_one_connection(listening: Listening, books: Books) -> None:
    with listening.client() as client:
        for number in range(5):
            client.sendmail(SENDER, [PUBLIC], a_mail(number))
        client.sendmail(SENDER, [REPLY], b"Subject: dots\r\n\r\n.\r\n..two\r\n. three\r\n")
    dots = as_kept(b"Subject: dots\r\n\r\n.\r\n..two\r\n. three\r\n")
    assert books.lost_or_doubled([dots, *(as_kept(a_mail(n)) for n in range(5))]) == NOTHING_LOST_OR_DOUBLED


def test_the_same_mail_again_is_one(listening: Listening, books: Books) -> None:
    """As after a 250 that never reached its sender."""
    for _ in range(2):
        with listening.client() as client:
            client.sendmail(SENDER, [REPLY], a_mail(1))
    assert books.lost_or_doubled([as_kept(a_mail(1))]) == NOTHING_LOST_OR_DOUBLED


@pytest.mark.parametrize(
    "stranger",
    [
        "somebody@example.com",
        "other@riverside.example",
        f"r+{'a' * 25}@riverside.example",
        f"r+{'a' * 26}@elsewhere.example",
        f"r+{'1' * 26}@riverside.example",
        '"hello@riverside.example"@elsewhere.example',
        "hello@riverside.example@elsewhere.example",
        "hello%elsewhere.example@riverside.example",
        "elsewhere.example!hello@riverside.example",
    ],
)
def test_nothing_is_relayed(listening: Listening, books: Books, stranger: str) -> None:
    with listening.client() as client:
        client.ehlo_or_helo_if_needed()
        client.mail(SENDER)
        code, _ = client.docmd(f"RCPT TO:<{stranger}>")
        assert code in (550, 553)
        assert client.docmd("DATA")[0] == 503
    assert books.rows() == []


def test_our_addresses_are_ours_in_any_case(listening: Listening) -> None:
    with listening.client() as client:
        client.ehlo_or_helo_if_needed()
        client.mail(SENDER)
        for address in (PUBLIC, PUBLIC.upper(), REPLY, REPLY.upper(), BOUNCE, "info@school.example"):
            assert client.rcpt(address)[0] == 250, address


def test_a_bounce_without_a_sender_is_taken(listening: Listening, books: Books) -> None:
    with listening.client() as client:
        client.sendmail("", [BOUNCE], a_mail(1))
    assert books.lost_or_doubled([as_kept(a_mail(1), "")]) == NOTHING_LOST_OR_DOUBLED


def test_lmtp_answers_for_each_recipient(listening: Listening) -> None:
    with listening.client() as client:
        client.ehlo_or_helo_if_needed()
        client.mail(SENDER)
        for address in (PUBLIC, REPLY, BOUNCE):
            client.rcpt(address)
        client.putcmd("data")
        assert client.getreply()[0] == 354
        client.send(a_mail(1) + b".\r\n")
        answers = 3 if listening.protocol == "lmtp" else 1
        assert [client.getreply()[0] for _ in range(answers)] == [250] * answers
        assert client.noop()[0] == 250  # nothing else was said


SMUGGLED = b"MAIL FROM:<boss@riverside.example>\r\nRCPT TO:<hello@riverside.example>\r\nDATA\r\nSubject: smuggled\r\n\r\nx"
LINE_ENDS = [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r", b"\r\n\x00.\n", b"\n.\r"]


@pytest.mark.parametrize("end", LINE_ENDS, ids=repr)
def test_a_mail_ends_nowhere_but_at_its_end(listening: Listening, books: Books, end: bytes) -> None:
    answers = _smuggle(listening, end)
    assert [line[:3] for line in answers] == [b"550"]
    assert books.rows() == []


def test_the_end_that_the_protocol_names_is_an_end(listening: Listening, books: Books) -> None:
    """The negative control of the test before: with CR LF dot CR LF there are two mails."""
    answers = _smuggle(listening, b"\r\n.\r\n")
    assert [line[:3] for line in answers].count(b"250") == 4
    assert len(books.rows()) == 2


def _smuggle(listening: Listening, end: bytes) -> list[bytes]:
    """What is said to two mails in one, told apart by an end that is none."""
    with listening.client() as client:
        client.ehlo_or_helo_if_needed()
        client.mail(SENDER)
        client.rcpt(PUBLIC)
        client.putcmd("data")
        client.getreply()
        client.send(b"Subject: honest\r\n\r\ny" + end + SMUGGLED + b"\r\n.\r\nQUIT\r\n")
        assert client.file is not None
        return [line for line in client.file.readlines() if not line.startswith((b"354", b"221"))]


def test_a_mail_that_is_too_large_is_refused_before_and_after_its_bytes(
    listening: Listening, books: Books
) -> None:
    with listening.client() as client:
        client.ehlo_or_helo_if_needed()
        assert int(client.esmtp_features["size"]) == MOST_BYTES
        assert client.mail(SENDER, [f"SIZE={MOST_BYTES + 1}"])[0] == 552
        if listening.protocol == "smtp":
            return  # the bytes are read by the same code, and they are many
        client.mail(SENDER)
        client.rcpt(PUBLIC)
        code, _ = client.data(b"Subject: large\r\n\r\n" + b"0123456789abcdef\r\n" * (MOST_BYTES // 18 + 1))
        assert code == 552
    assert books.rows() == []


def test_a_line_without_end_is_refused(listening: Listening, books: Books) -> None:
    with listening.client() as client:
        client.ehlo_or_helo_if_needed()
        client.mail(SENDER)
        client.rcpt(PUBLIC)
        assert client.data(b"Subject: long\r\n\r\n" + b"x" * 500_000)[0] == 550
    assert books.rows() == []


def test_bytes_of_any_charset_come_as_they_are(listening: Listening, books: Books) -> None:
    mail = "Subject: Grüße\r\n\r\n".encode() + bytes(range(128, 256)) + b"\0\r\n"
    with listening.client() as client:
        client.ehlo_or_helo_if_needed()
        client.sendmail(SENDER, [PUBLIC], mail, mail_options=["BODY=8BITMIME"])
    assert books.lost_or_doubled([as_kept(mail)]) == NOTHING_LOST_OR_DOUBLED


def test_a_sender_who_leaves_in_the_middle_leaves_nothing(listening: Listening, books: Books) -> None:
    with listening.client() as client:
        client.ehlo_or_helo_if_needed()
        client.mail(SENDER)
        client.rcpt(PUBLIC)
        client.putcmd("data")
        client.getreply()
        client.send(b"Subject: cut\r\n\r\nhalf a line")
        client.close()
    with listening.client() as client:
        client.sendmail(SENDER, [PUBLIC], a_mail(1))
    assert books.lost_or_doubled([as_kept(a_mail(1))]) == NOTHING_LOST_OR_DOUBLED


def test_while_the_database_refuses_the_sender_is_to_try_again(
    listening: Listening, books: Books, inquiry_urls: tuple[str, str]
) -> None:
    owner = Database(inquiry_urls[1])
    owner.run(text("ALTER TABLE raw_mail RENAME TO raw_mail_away"))
    try:
        with listening.client() as client, pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail(SENDER, [PUBLIC], a_mail(1))
        assert refused.value.smtp_code == 451
    finally:
        owner.run(text("ALTER TABLE raw_mail_away RENAME TO raw_mail"))
        owner.dispose()
    with listening.client() as client:
        client.sendmail(SENDER, [PUBLIC], a_mail(1))
    assert books.lost_or_doubled([as_kept(a_mail(1))]) == NOTHING_LOST_OR_DOUBLED


def test_one_connection_too_many_is_told_to_come_later(listening: Listening) -> None:
    held = [socket.create_connection(("127.0.0.1", listening.port)) for _ in range(MOST_CONNECTIONS + 5)]
    try:
        greetings = [one.recv(3) for one in held]
        # a connection of the test before may be ending just now: then it is one fewer
        assert greetings.count(b"421") >= 5
        assert greetings.count(b"220") + greetings.count(b"421") == len(held)
    finally:
        for one in held:
            one.close()
    with listening.client() as client:
        assert client.noop()[0] == 250


def test_no_address_stands_in_the_log(listening: Listening) -> None:
    with listening.client() as client:
        client.sendmail(SENDER, [PUBLIC], a_mail(1))
        client.docmd("BOGUS <marker@example.com>")
        for _ in range(3):
            client.docmd("marker@example.com")
    assert "@" not in listening.log.read_text()


def test_a_socket_that_a_killed_listener_left_is_taken_over(
    make_inquiry_settings: Callable[..., Any], inquiry_db: Database, books: Books, tmp_path: Path
) -> None:
    path = f"/tmp/frontdesk-{tmp_path.name}.sock"
    for number in range(2):
        with Listening(make_inquiry_settings, "lmtp", tmp_path / "log", path=path) as found:
            with smtplib.LMTP(path, 0) as client:
                client.sendmail(SENDER, [PUBLIC], a_mail(number))
            if number == 0:
                found.kill()
                assert Path(path).exists()
    assert books.lost_or_doubled([as_kept(a_mail(n)) for n in range(2)]) == NOTHING_LOST_OR_DOUBLED
    assert not Path(path).exists()


def test_a_blind_copy_to_a_reply_address_is_looked_at_again(
    listening: Listening, inquiry_work: Working, books: Books
) -> None:
    """The first copy belongs nowhere; the second, of the same bytes, is addressed to a thread."""
    mail = a_mail(1).replace(b"Effat <effat@example.com>", b"effat@example.com, bo@example.com")
    with listening.client() as client:
        client.sendmail(SENDER, [PUBLIC], mail)
    inquiry_work.drain()
    assert [row.status for row in books.rows()] == ["unfiled"]
    with listening.client() as client:
        client.sendmail(SENDER, [BOUNCE], mail)
    assert [row.envelope_to for row in books.rows()] == [f"{PUBLIC} {BOUNCE}"]
    inquiry_work.drain()
    assert [row.status for row in books.rows()] == ["unfiled"]


def test_an_address_is_ours_by_its_form_and_domain() -> None:
    ours = OurAddresses("riverside.example", frozenset({PUBLIC}))
    assert ours.include(REPLY)
    assert not ours.include("")
    assert not ours.include("r+" + "a" * 26)
    assert not ours.include("x" * 400 + "@riverside.example")

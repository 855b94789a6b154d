"""Whoever takes mail in is killed at each point around storing it: no mail is lost, and none is there twice."""

import os
import smtplib
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import Any

import pytest

from benchmarks.stand import free_port
from inquiry_service.roads.imap_server import KEYWORD
from tests.roads import mortal
from tests.roads.dovecot import Account
from tests.roads.interposed import HangUp, Interposed
from tests.roads.taken import Books, mails
from tests.roads.waiting import wait_until

Read = Callable[..., int]
TIMES = [
    pytest.param(5, id="short"),
    pytest.param(int(os.environ.get("FAULT_KILLS", "200")), id="long", marks=pytest.mark.long),
]
BEFORE = ("LOGIN", "SELECT", "UID SEARCH", "UID FETCH", "BODY.PEEK", "touching")
AFTER = ("BODY.PEEK", "touching")
STORING = tuple(mortal.AT)
MOVE, FLAG = "/INBOX?after=move&to=Taken", "/INBOX"
POINTS = [
    *(("before", verb, MOVE) for verb in BEFORE),
    *(("behind", verb, MOVE) for verb in AFTER),
    *(("in", at, MOVE) for at in STORING),
    ("before", "touching", FLAG),
    ("behind", "touching", FLAG),
    ("in", "committing", FLAG),
]
NOTHING_LOST_OR_DOUBLED = (0, 0)


@pytest.fixture
def urls(inquiry_urls: tuple[str, str], engines: tuple[Any, Any]) -> tuple[str, str, str]:
    """The database as the running role, as its owner, and as PostgreSQL's own administrator."""
    return (*inquiry_urls, engines[0].admin_url())


class Deadly(Interposed):
    """Kills the reader at a point of its conversation with the server."""

    victim: BaseProcess | None = None

    def kill_at(self, when: str, point: str) -> None:
        """Before the server hears the command, or when it has done it and half of its answer is on the way."""
        self.before = lambda verb, line: (
            self._kill(line) if (when, self._is(point, line)) == ("before", True) else None
        )
        self.after = lambda verb, line, answer: (
            self._kill(line) or answer if (when, self._is(point, line)) == ("behind", True) else answer
        )

    def spare(self) -> None:
        """Nobody is killed any more."""
        self.before, self.after = lambda verb, line: None, lambda verb, line, answer: answer

    @staticmethod
    def _is(point: str, line: bytes) -> bool:
        named = (b"UID STORE", b"UID MOVE") if point == "touching" else (point.encode(),)
        return any(name in line.upper() for name in named)

    def _kill(self, line: bytes) -> None:
        wait_until(lambda: self.victim is not None, "the victim is known")
        assert self.victim is not None
        mortal.kill(self.victim)
        raise HangUp


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize(("when", "point", "path"), POINTS, ids=lambda value: value.rpartition("?")[2])
def test_a_reader_killed_there_loses_nothing_and_doubles_nothing(
    account: Account,
    read: Read,
    books: Books,
    urls: tuple[str, str, str],
    when: str,
    point: str,
    path: str,
    times: int,
) -> None:
    delivered = []
    with Deadly(account.server) as link:
        url = account.url(path, port=link.port)
        for number in range(times):
            fresh = mails(3, f"kill-{number}")
            delivered += fresh
            account.deliver(*fresh)
            _read_and_die(link, urls, url, when, point)
            read(url)
    assert books.lost_or_doubled(delivered) == NOTHING_LOST_OR_DOUBLED
    flags = account.flags()
    assert len(flags) == (0 if path == MOVE else len(delivered))
    assert all(KEYWORD in found for found in flags.values())


def _read_and_die(
    link: Deadly, urls: tuple[str, str, str], url: str, when: str, point: str, without: str = ""
) -> None:
    """A reader has begun and was killed there."""
    certificate = str(link.server.certificate)
    if when == "in":
        with mortal.held_up(urls[1], urls[2], point) as kill_there:
            kill_there(mortal.reader(urls[0], url, certificate, without))
        return
    link.victim = None
    link.kill_at(when, point)
    link.victim = mortal.reader(urls[0], url, certificate, without)
    link.victim.join(60)
    assert link.victim.exitcode == -9
    link.spare()


def test_a_reader_that_moves_first_loses_mail(
    account: Account, read: Read, books: Books, urls: tuple[str, str, str]
) -> None:
    """The negative control."""
    account.deliver(*mails(3))
    without = "commit_before_the_server_s_copy_is_touched"
    with Deadly(account.server) as link:
        url = account.url(MOVE, port=link.port)
        _read_and_die(link, urls, url, "in", "storing", without)
        read(url)
    assert books.lost_or_doubled(mails(3)) == (3, 0)


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("point", STORING)
def test_a_listener_killed_there_loses_nothing_and_doubles_nothing(
    books: Books, urls: tuple[str, str, str], point: str, times: int
) -> None:
    delivered = mails(times)
    for mail in delivered:
        assert not _deliver_to_one_who_dies(urls, mail, point)
    assert _deliver_again(urls, delivered)
    expected = [b"Return-Path: <effat@example.com>\r\n" + mail for mail in delivered]
    assert books.lost_or_doubled(expected) == NOTHING_LOST_OR_DOUBLED


def test_a_listener_that_answers_first_loses_mail(books: Books, urls: tuple[str, str, str]) -> None:
    """The negative control: the sender heard 250 and has forgotten the mail."""
    without = "commit_before_the_answer"
    assert _deliver_to_one_who_dies(urls, mails(1)[0], "storing", without)
    assert books.rows() == []


def _deliver_to_one_who_dies(urls: tuple[str, str, str], mail: bytes, point: str, without: str = "") -> bool:
    """Whether the sender heard 250 from a listener that was killed there."""
    port, heard = free_port(), []
    with mortal.held_up(urls[1], urls[2], point) as kill_there:
        victim = mortal.listener(urls[0], port, without)
        sender = Thread(target=lambda: heard.append(_delivered(port, mail)))
        sender.start()
        kill_there(victim)
        sender.join(60)
    return heard == [True]


def _deliver_again(urls: tuple[str, str, str], delivered: list[bytes]) -> bool:
    port = free_port()
    process = mortal.listener(urls[0], port, "")
    try:
        return all(_delivered(port, mail) for mail in delivered)
    finally:
        mortal.kill(process)
        process.join(30)


def _delivered(port: int, mail: bytes) -> bool:
    """Whether 250 was said. A listener that is just beginning is waited for."""
    found: list[smtplib.LMTP] = []

    def connected() -> bool:
        try:
            found.append(smtplib.LMTP("127.0.0.1", port))
        except OSError:
            return False
        return True

    wait_until(connected, "the listener listens")
    try:
        found[0].sendmail("effat@example.com", ["hello@riverside.example"], mail)
    except (smtplib.SMTPException, OSError):
        return False
    return True

"""Through a real Postfix: letters arrive, refusals and greylisting are understood, and what the other side refuses comes back to its letter."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from deploy.embedded.valkey import Valkey
from inquiry_service.worker import make_workshop
from shared.db import Database
from tests.builders import an_inquiry
from tests.relay import postfix
from tests.relay.postfix import PUT_OFF, REFUSED, Postfix, running_postfix
from tests.roads.listening import Listening, settings_in
from tests.roads.waiting import wait_until
from tests.shared.scripted_smtp import Script, Sink
from tests.working import Working

pytestmark = pytest.mark.skipif(bool(postfix.ABSENT), reason=postfix.ABSENT)
LETTERS = text(
    "SELECT recipient, status, last_error, smtp_reply, message_id FROM letter ORDER BY created_at, id"
)


@dataclass
class Way:
    """The way out and the way back: our worker, Postfix, the server outside; and our listener."""

    relay: Postfix
    outside: Sink
    work: Working
    database: Database

    def letters(self) -> list[Any]:
        return list(self.database.run(LETTERS))


@pytest.fixture
def way(
    inquiry_db: Database,
    inquiry_urls: tuple[str, str],
    engines: tuple[Any, Valkey],
    make_inquiry_settings: Callable[..., Any],
    tmp_path: Path,
) -> Iterator[Way]:
    process_settings = settings_in(tmp_path, inquiry_urls[0], engines[1])
    with (
        Listening(process_settings, "lmtp", tmp_path / "listen.log") as home,
        Sink() as outside,
        running_postfix(outside=outside.port, home=home.port) as relay,
    ):
        workshop = make_workshop(make_inquiry_settings(smtp_url=relay.url), inquiry_db)
        yield Way(relay, outside, Working(inquiry_db, workshop, tmp_path / "mail"), inquiry_db)


def test_letters_arrive_through_postfix_each_once_with_its_queue_id(way: Way) -> None:
    for number in range(20):
        an_inquiry(way.database, email=f"asker-{number}@example.com")
    way.work.drain()
    letters = way.letters()
    assert {letter.status for letter in letters} == {"sent"}
    assert all("queued as" in letter.smtp_reply for letter in letters)
    wait_until(lambda: len(way.outside.accepted) >= 20, "Postfix passed all of them on")
    arrived = [message_from_bytes(data)["Message-ID"] for data in way.outside.accepted]
    assert sorted(arrived) == sorted(letter.message_id for letter in letters)


def test_postfix_refuses_one_and_puts_another_off_and_the_third_goes(way: Way) -> None:
    for address in (REFUSED, PUT_OFF, "effat@example.com"):
        an_inquiry(way.database, email=address)
    way.work.drain()
    found = {letter.recipient: letter for letter in way.letters()}
    assert [found[address].status for address in (REFUSED, PUT_OFF, "effat@example.com")] == [
        "failed",
        "ready",
        "sent",
    ]
    assert "550 5.7.1" in found[REFUSED].last_error
    assert "450 4.2.0" in found[PUT_OFF].last_error


def test_what_the_other_side_refuses_comes_back_to_its_letter(way: Way) -> None:
    """Postfix took it, the next server did not: the notice of that finds the letter by its return path."""
    way.outside.script = Script(rcpt="550 5.1.1 no such user here")
    an_inquiry(way.database)
    way.work.drain()
    assert [letter.status for letter in way.letters()] == ["sent"]
    came_back = text("SELECT count(*) AS n FROM raw_mail")
    wait_until(lambda: way.database.run(came_back)[0].n == 1, "the notice came home")
    way.work.drain()
    [letter] = way.letters()
    assert letter.status == "bounced"
    assert way.database.run(text("SELECT is_never_reached FROM inquiry"))[0].is_never_reached
    assert [row.status for row in way.database.run(text("SELECT status FROM raw_mail"))] == ["filed"]

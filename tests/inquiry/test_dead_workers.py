"""A worker that died without a word: the desk says so within a minute, in pages that are open too, and stops by itself."""

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from shared import presence
from shared.db import Database
from shared.people import Person
from shared.presence import Presence
from tests.builders import a_director, sign_in
from tests.journeys.maildir import waited_for

WITHIN_S = 60
BANNER = "No worker is alive"
ADDRESSES = ("/desk", "/desk/notices")
LAST_BEAT = text("""
    INSERT INTO process (name, role, pid, seen_at) VALUES ('worker@gone:1', 'worker', 1, now() - make_interval(secs => :age_s))
    ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at
""")


@pytest.fixture
def director(inquiry_client: FlaskClient, inquiry_db: Database) -> Iterator[Person]:
    """A director at the desk."""
    person = a_director(inquiry_db)
    sign_in(inquiry_client, inquiry_db, person)
    return person


def slowest_s(client: FlaskClient) -> float:
    """The longest time from a worker's death to the banner in a page that is open: it died just after a beat,
    and the page asked just before the beat was too old."""
    (asks_every_s,) = re.findall(
        r'data-poll="/desk/notices" data-poll-seconds="(\d+)"', client.get("/desk").text
    )
    return presence.ALIVE_S + float(asks_every_s)


def is_said(client: FlaskClient) -> list[bool]:
    """Whether the banner stands, in a new page and in one that is open."""
    return [BANNER in client.get(address).text for address in ADDRESSES]


def said_of_a_beat(client: FlaskClient, database: Database, age_s: float) -> list[bool]:
    """The same, when the only worker's last beat is so old."""
    database.run(LAST_BEAT, {"age_s": age_s})
    return is_said(client)


def test_the_banner_is_there_within_a_minute_of_the_last_workers_death(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    assert slowest_s(inquiry_client) <= WITHIN_S
    asks_every_s = slowest_s(inquiry_client) - presence.ALIVE_S
    assert said_of_a_beat(inquiry_client, inquiry_db, WITHIN_S - asks_every_s) == [True, True]


def test_a_worker_that_lives_may_be_late_by_two_beats(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    assert said_of_a_beat(inquiry_client, inquiry_db, 2 * presence.BEAT_S + 5) == [False, False]


def test_the_banner_goes_when_a_worker_is_there_again(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    assert said_of_a_beat(inquiry_client, inquiry_db, WITHIN_S) == [True, True]
    back = Presence(inquiry_db, "worker")
    back.begin()
    try:
        waited_for("the banner is gone", lambda: is_said(inquiry_client) == [False, False], 30)
    finally:
        back.end()
    assert is_said(inquiry_client) == [
        True,
        True,
    ]  # it said good-bye: nobody waits for its last beat to be old


def test_with_a_longer_patience_the_banner_would_come_too_late(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the limit of a minute is one that can be missed."""
    monkeypatch.setattr(presence, "ALIVE_S", 90)
    assert slowest_s(inquiry_client) > WITHIN_S
    assert said_of_a_beat(inquiry_client, inquiry_db, WITHIN_S) == [False, False]

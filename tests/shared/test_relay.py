"""The relay: rings for what is due, does what nobody took, and loses nothing when the broker is gone."""

from collections.abc import Sequence
from threading import Event
from uuid import UUID

import pytest
from sqlalchemy import text

from inquiry_service.jobs import KINDS
from shared.db import Database
from shared.doorbell import Doorbell
from shared.relay import CLAIM_LETTERS, Relay
from tests.builders import EFFAT, an_inquiry
from tests.working import Working


class _Bell:
    """Rings that are only written down."""

    def __init__(self, *, is_broken: bool = False) -> None:
        self.rung: list[tuple[str, int]] = []
        self._is_broken = is_broken

    def ring(self, queue: str, ids: Sequence[UUID]) -> None:
        if self._is_broken:
            raise ConnectionError
        self.rung.append((queue, len(ids)))


def _relay(db: Database, work: Working, bell: object) -> Relay:
    return Relay(db, work.workshop, bell, KINDS)


def _poke_times_pass(db: Database) -> None:
    for table in ("letter", "job"):
        db.run(text(f"UPDATE {table} SET poke_after = now() WHERE poke_after IS NOT NULL"))


def test_a_due_letter_is_rung_for_once_in_a_while(inquiry_db: Database, inquiry_work: Working) -> None:
    an_inquiry(inquiry_db)
    bell = _Bell()
    relay = _relay(inquiry_db, inquiry_work, bell)
    relay.turn()
    relay.turn()
    assert bell.rung == [("letters", 1)]


def test_what_nobody_took_after_two_rings_is_done_by_the_relay(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    an_inquiry(inquiry_db)
    relay = _relay(inquiry_db, inquiry_work, _Bell())
    for _ in range(3):
        relay.turn()
        relay.rest()
        _poke_times_pass(inquiry_db)
    assert len(inquiry_work.letters(EFFAT)) == 1


def test_without_a_broker_work_goes_on(inquiry_db: Database, inquiry_work: Working) -> None:
    an_inquiry(inquiry_db)
    relay = _relay(inquiry_db, inquiry_work, _Bell(is_broken=True))
    for _ in range(3):
        relay.turn()
        relay.rest()
        _poke_times_pass(inquiry_db)
    assert len(inquiry_work.letters(EFFAT)) == 1


def test_a_letter_in_its_undo_window_is_not_rung_for(inquiry_db: Database, inquiry_work: Working) -> None:
    an_inquiry(inquiry_db)
    inquiry_db.run(text("UPDATE letter SET due_at = now() + interval '13 seconds'"))
    bell = _Bell()
    assert _relay(inquiry_db, inquiry_work, bell).turn() == 0
    assert bell.rung == []


def test_two_relays_never_claim_the_same_row(inquiry_db: Database) -> None:
    an_inquiry(inquiry_db)
    with inquiry_db.engine.connect() as first:
        transaction = first.execution_options(isolation_level="READ COMMITTED").begin()
        mine = first.execute(CLAIM_LETTERS, {"again_s": 5, "limit": 50}).all()
        theirs = inquiry_db.run(CLAIM_LETTERS, {"again_s": 5, "limit": 50})
        transaction.rollback()
    assert (len(mine), len(theirs)) == (1, 0)


def test_a_dead_broker_costs_the_relay_no_time(tmp_path) -> None:
    bell = Doorbell("inquiry_service", f"redis+socket://{tmp_path}/nobody.sock?virtual_host=0")
    with pytest.raises(Exception, match=r"nobody|Error|refused|No such file"):
        bell.ring("letters", [UUID(int=1)])


def test_slow_work_of_its_own_does_not_stop_the_ringing(inquiry_db: Database, inquiry_work: Working) -> None:
    an_inquiry(inquiry_db)
    inquiry_db.run(text("UPDATE letter SET pokes = 2"))
    bell, begun, go_on = _Bell(), Event(), Event()
    relay = _relay(inquiry_db, inquiry_work, bell)
    send = inquiry_work.workshop.send_letters
    inquiry_work.workshop.send_letters = lambda ids: (begun.set(), go_on.wait(10), send(ids))  # type: ignore[method-assign]
    relay.turn()
    assert begun.wait(10)
    an_inquiry(inquiry_db, email="second@example.com")
    relay.turn()
    assert bell.rung == [("letters", 1)]
    go_on.set()
    relay.rest()


def test_a_row_that_nobody_can_do_for_days_does_not_stop_the_relay(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    an_inquiry(inquiry_db)
    inquiry_db.run(text("UPDATE letter SET pokes = 32767"))
    relay = _relay(inquiry_db, inquiry_work, _Bell())
    assert relay.turn() == 1
    relay.rest()
    assert len(inquiry_work.letters(EFFAT)) == 1


def test_what_the_relay_has_no_hand_free_for_is_rung_for_again(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    an_inquiry(inquiry_db)
    inquiry_db.run(text("UPDATE letter SET pokes = 2"))
    bell, begun, go_on = _Bell(), Event(), Event()
    relay = _relay(inquiry_db, inquiry_work, bell)
    inquiry_work.workshop.send_letters = lambda ids: (begun.set(), go_on.wait(10))  # type: ignore[method-assign]
    relay.turn()
    assert begun.wait(10)
    _poke_times_pass(inquiry_db)
    relay.turn()
    assert bell.rung == [("letters", 1)]
    go_on.set()
    relay.rest()

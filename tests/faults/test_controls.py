"""Negative controls: with one guard taken out of a process, the checker reports that guard's own fault. (The waitlist's lock: `tests/races`.)"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest

from shared.doorbell import Doorbell
from tests.enrollment.unguarded import CHECK, DROP_CHECK
from tests.faults import peers, redis_faults, sink
from tests.faults.enduring import SHORT, Endured, Trial
from tests.faults.rows import ask
from tests.faults.stand import Stand

VARIANTS = "tests.faults.variants"


@contextmanager
def variant(stand: Stand, module: str, *names: str) -> Iterator[None]:
    """These processes run without the guard, and as themselves again afterwards."""
    for name in names:
        stand.use(name, module=f"{VARIANTS}.{module}")
    stand.wait_until_ready()
    try:
        yield
    finally:
        stand.books.begin_page()
        for name in names:
            stand.use(name)


def whats(endured: Endured) -> set[str]:
    return {violation.what for violation in endured.violations}


def a_trial(stand: Stand, name: str, rounds: int) -> Trial:
    """So many inquiries, from one client."""
    trial = Trial(stand, SHORT, name, inquiries=rounds)
    trial.load.clients, trial.load.pause_s = 1, 0.0
    return trial


def run_out(stand: Stand, trial: Trial) -> None:
    """Every client has asked and gone home."""
    trial.load.start()
    stand.wait_for("every client has gone home", trial.load.is_over)


def test_published_in_the_request_a_letter_is_lost_with_redis(stand: Stand) -> None:
    with variant(stand, "published", "inquiry-web"), stand.without("inquiry-worker"):
        trial = a_trial(stand, "published", 3)
        run_out(stand, trial)
        next(redis_faults.flushed(stand))
        stand.use("inquiry-worker", module=f"{VARIANTS}.published")
        assert "a letter is lost" in whats(trial.come_to_rest())
        stand.use("inquiry-worker")


def test_a_letter_that_is_rung_for_twice_goes_once_with_leases_and_twice_without(stand: Stand) -> None:
    assert _rung_for_twice(stand, "leases") == set()
    # the relay too: it sends by itself what a slow worker does not take
    with variant(stand, "no_lease", "inquiry-worker", "inquiry-relay"):
        assert "a letter went twice" in _rung_for_twice(stand, "no lease")


def _rung_for_twice(stand: Stand, name: str) -> set[str]:
    """What is reported after a second ring for a letter that is just being sent."""
    trial = a_trial(stand, name, 1)
    stand.sink.hold_at(sink.RCPT, until=2)
    run_out(stand, trial)
    stand.wait_for("somebody is sending", lambda: stand.sink.held() == 1)
    waiting = sorted(stand.books.unfinished(waits_too=True), key=lambda row: row["lease_token"] is None)
    ids = [UUID(row["id"]) for row in waiting]  # first the one that is being sent, then the one that is free
    Doorbell("inquiry_service", stand.valkey.url).ring("letters", ids)
    stand.wait_for("two are sending", lambda: stand.sink.held() >= 2)
    return whats(trial.come_to_rest())


@pytest.mark.skipif(not peers.is_possible(), reason="no /proc/net/tcp on this machine")
def test_without_the_mark_a_letter_goes_again_after_a_kill_behind_the_dot(stand: Stand) -> None:
    with variant(stand, "no_mark", "inquiry-worker", "enrollment-worker"):  # whichever sends first
        trial = a_trial(stand, "no mark", 4)
        before = stand.sink.kills()
        stand.sink.kill_at(sink.AFTER_DOT)
        run_out(stand, trial)
        stand.wait_for("the sender is killed", lambda: stand.sink.kills() > before)
        assert "a letter went twice" in whats(trial.come_to_rest())


def test_without_their_limit_seats_are_oversold(stand: Stand) -> None:
    owner = stand.cluster.url("enrollment", "owner")
    ask(owner, DROP_CHECK)
    try:
        with variant(stand, "no_seat_limit", "enrollment-web"):
            trial = a_trial(stand, "no limit", 60)
            trial.load.cancels = 0
            run_out(stand, trial)
            assert whats(trial.come_to_rest()) == {"oversold"}
    finally:
        stand.books.begin_page()
        ask(owner, CHECK)

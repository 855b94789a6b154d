"""Processes that are killed: by the sink at a point of the conversation, at random, or all workers at once."""

import random
from collections.abc import Generator

from shared.clock import monotonic_s
from tests.faults import sink
from tests.faults.enduring import Fault
from tests.faults.stand import Stand

A_KILL_WITHIN_S = 60.0


def killed_at(points: tuple[str, ...], times: int) -> Fault:
    """Whoever is connected to the sink at each of the points is killed there, so many times; then the fault is over."""

    def fault(stand: Stand) -> Generator[None, None, None]:
        for point in points:
            before, seen = stand.sink.kills(), 0
            stand.sink.kill_at(point, times)
            if point in (sink.CONNECT, sink.EHLO):
                stand.kill("inquiry-worker")  # connections are kept: without this nobody might open a new one
            until_s = monotonic_s() + A_KILL_WITHIN_S
            while seen < times:
                yield
                killed = stand.sink.kills() - before
                if killed > seen:
                    seen, until_s = killed, monotonic_s() + A_KILL_WITHIN_S
                assert monotonic_s() < until_s, f"nobody came to {point!r} for {A_KILL_WITHIN_S:.0f} s"

    return fault


def at_random(stand: Stand) -> Generator[None, None, None]:
    """Worker, relay and web of either service are killed, one after the other in no order."""
    chance = random.Random(7)
    due_s = 0.0
    while True:
        if monotonic_s() >= due_s:
            due_s = monotonic_s() + chance.uniform(0.5, 2.0)
            stand.kill(chance.choice(list(stand.processes)))
        yield


def all_workers(stand: Stand) -> Generator[None, None, None]:
    """Every other second no worker is left, for a moment."""
    due_s = 0.0
    while True:
        if monotonic_s() >= due_s:
            due_s = monotonic_s() + 2.0
            for name in stand.processes:
                if name.endswith("-worker"):
                    stand.kill(name)
        yield

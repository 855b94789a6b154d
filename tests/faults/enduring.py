"""One fault from beginning to end: clients at work, the pair hurt, rest, and what the checker says."""

import os
import sys
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass

import psycopg

from shared.clock import monotonic_s
from tests.faults import history
from tests.faults.checker import Rows, Violation, check
from tests.faults.load import Load
from tests.faults.stand import LOOK_EVERY_S, Stand

Fault = Callable[[Stand], Generator[None, None, None]]
AT_REST_WITHIN_S = 90.0
STUCK_AFTER_S = 0.5
SAY_EVERY_S = 10.0
PAUSE_S = 0.2  # of a client between two rounds: a short form with few rounds still lasts longer than its fault needs
MOST_WAITING = 500  # the clients wait for the letters: the bound is about faults, not about a backlog


@dataclass(frozen=True)
class Form:
    """How much of the same: the short form lets time pass for the leases of the dead, the long one waits for it.

    FAULT_INQUIRIES and FAULT_KILLS say otherwise for one run.
    """

    inquiries: int
    kills: int
    is_long: bool


def _given(name: str, otherwise: int) -> int:
    return int(os.environ.get(name, otherwise))


SHORT = Form(inquiries=24, kills=1, is_long=False)
FIVE_KILLS = Form(inquiries=24, kills=5, is_long=False)
LONG = Form(inquiries=_given("FAULT_INQUIRIES", 10_000), kills=_given("FAULT_KILLS", 200), is_long=True)


@dataclass(frozen=True)
class Endured:
    """What came of it."""

    violations: list[Violation]
    rows: Rows
    seconds_to_rest: float


class Trial:
    """Clients at the stand's doors, and a history of what they did."""

    def __init__(self, stand: Stand, form: Form, name: str, *, inquiries: int | None = None) -> None:
        self.stand, self.form, self.name = stand, form, name
        self.history_path = stand.base / f"history-{monotonic_s():.3f}.jsonl"
        self._history = history.History(self.history_path)
        wanted = form.inquiries if inquiries is None else inquiries
        pause_s = 0.0 if form.is_long and wanted else PAUSE_S
        self.load = Load(stand.begin_page(), self._history, wanted, pause_s=pause_s)
        self._say_at = self._look_at = 0.0
        self._kills_before = stand.sink.kills()

    def endure(self, fault: Fault) -> Endured:
        """The fault began with the load, was there until its end, and was over before the books were read."""
        self.load.start()
        hurting = fault(self.stand)
        try:
            while not self.load.is_over():
                if next(hurting, "over") == "over":
                    self.load.stop()
                self._look()
        except BaseException:
            self.load.stop()
            raise
        finally:
            hurting.close()
        return self.come_to_rest()

    def come_to_rest(self) -> Endured:
        """The fault is over; no client is under way, and no work is due."""
        began_s = monotonic_s()
        self.stand.wait_for("every client has gone home", self.load.is_over, timeout_s=180.0)
        self.stand.wait_for("PostgreSQL answers", self._is_postgres_back)
        stuck = _Stuck(self.stand, self.form)
        try:
            self.stand.wait_for("all due work is done", stuck.is_done, AT_REST_WITHIN_S)
        except AssertionError:
            self._say(f"still unfinished: {stuck.left}")
        self.stand.books.let_time_pass(sending_only=True)
        self.stand.wait_for("letters past their mark are settled", self._none_is_sending, AT_REST_WITHIN_S)
        took_s = monotonic_s() - began_s
        self._history.close()
        rows = self.stand.books.read()
        violations = check(history.read(self.history_path), rows, self.stand.sink.received())
        self._say(f"{self.load.done} rounds, at rest after {took_s:.1f} s, {len(violations)} violations")
        return Endured(violations, rows, took_s)

    def _none_is_sending(self) -> bool:
        return not any(row["status"] == "sending" for row in self.stand.books.unfinished(waits_too=False))

    def _look(self) -> None:
        self.stand.tend()
        self.load.wait(LOOK_EVERY_S)
        now_s = monotonic_s()
        if self.form.is_long and now_s >= self._look_at:
            self._look_at = now_s + 0.5
            self.load.let_go(self._waiting() < MOST_WAITING)
        if self.form.is_long and now_s >= self._say_at:
            self._say_at = now_s + SAY_EVERY_S
            killed = self.stand.sink.kills() - self._kills_before
            self._say(
                f"{self.load.done} rounds, {killed} killed by the sink, {self._waiting()} letters and jobs wait"
            )

    def _waiting(self) -> int:
        with suppress(psycopg.OperationalError):  # PostgreSQL may be what is hurt
            return len(self.stand.books.unfinished(waits_too=False))
        return 0

    def _is_postgres_back(self) -> bool:
        with suppress(psycopg.OperationalError):
            self.stand.books.unfinished(waits_too=False)
            return True
        return False

    def _say(self, words: str) -> None:
        print(f"  [{self.name}] {words}", file=sys.__stderr__, flush=True)


class _Stuck:
    """Tells when all is done; where nothing has moved for a while, the short form lets time pass."""

    def __init__(self, stand: Stand, form: Form) -> None:
        self._stand, self._form = stand, form
        self._since_s = monotonic_s()
        self.left: list[dict[str, object]] = []

    def is_done(self) -> bool:
        """Nothing is due any more."""
        left = self._stand.books.unfinished(waits_too=not self._form.is_long)
        if self._form.is_long:
            left = [row for row in left if row["status"] != "sending"]
        if left != self.left:
            self.left, self._since_s = left, monotonic_s()
        elif left and not self._form.is_long and monotonic_s() - self._since_s > STUCK_AFTER_S:
            self._stand.books.let_time_pass()
            self._since_s = monotonic_s()
        return not left

"""The relay: finds due rows of work, rings for the workers, and does itself what nobody took after two rings.

Any number of relays may run: rows are claimed by their status with SKIP LOCKED, never by a highest id seen.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from shared.clock import monotonic_s
from shared.db import Database
from shared.jobs import JobKind
from shared.leases import NOT_HELD, POKE_AGAIN_S, POKES_BEFORE_INLINE
from shared.waiting import Patience
from shared.workshop import Workshop

log = structlog.get_logger()
BATCH = 50
IDLE_S = 0.25
# what comes seldom comes together: for a while after something was found the next is looked for sooner
AWAKE_S, AWAKE_FOR_S = 0.05, 5.0
BREATH_S = 0.02  # between turns that found little: a few letters together cost much less than one at a time
MOST_POKES = 100  # counted no further: the column is small, and a row may wait for days
ORPHANS_EVERY_S = 5.0

_CLAIM = """
    UPDATE {table} SET poke_after = now() + make_interval(secs => :again_s), pokes = least(pokes + 1, {most})
    WHERE id IN (
        SELECT id FROM {table}
        WHERE status IN ({states}) AND due_at <= now() AND (poke_after IS NULL OR poke_after <= now())
          AND (lease_until IS NULL OR lease_until <= now()) AND {not_held}
        ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED
    ) RETURNING id, kind, pokes"""
CLAIM_LETTERS = text(
    _CLAIM.format(table="letter", most=MOST_POKES, states="'queued', 'ready'", not_held=NOT_HELD)
)
CLAIM_JOBS = text(_CLAIM.format(table="job", most=MOST_POKES, states="'queued', 'leased'", not_held=NOT_HELD))


class Relay:
    """One relay of one service."""

    def __init__(
        self, database: Database, workshop: Workshop, bell: Any, kinds: Mapping[str, JobKind]
    ) -> None:
        self._database = database
        self._workshop = workshop
        self._bell = bell
        self._kinds = kinds
        self._orphans_at = 0.0
        self._is_broker_up = True
        self._patience = Patience()
        self._hands = ThreadPoolExecutor(max_workers=1, thread_name_prefix="relay-work")
        self._own_work: Future[None] | None = None

    def run(self, stop: Event) -> None:
        """Works until `stop` is set; a database that is away is waited for."""
        awake_until = 0.0
        while not stop.is_set():
            try:
                found = self.turn()
            except SQLAlchemyError as error:
                self._patience.wait("the database", type(error).__name__)
                stop.wait(1.0)
                continue
            self._patience.over()
            now = monotonic_s()
            if found:
                awake_until = now + AWAKE_FOR_S
            if found < BATCH:
                stop.wait(BREATH_S if found else AWAKE_S if now < awake_until else IDLE_S)

    def turn(self) -> int:
        """One look at both tables; returns how many rows were claimed."""
        letters = self._claim(CLAIM_LETTERS)
        jobs = self._claim(CLAIM_JOBS)
        # with its own hand full the relay rings again: workers may be back
        limit = POKES_BEFORE_INLINE if self._has_hand_free() else MOST_POKES
        self._offer("letters", [row for row in letters if row.pokes <= limit])
        by_queue: dict[str, list[Any]] = defaultdict(list)
        for row in jobs:
            if row.pokes <= limit:
                by_queue[self._kinds[row.kind].queue if row.kind in self._kinds else "light"].append(row)
        for queue, rows in by_queue.items():
            self._offer(queue, rows)
        self._work_on(
            [row.id for row in letters if row.pokes > limit],
            [row.id for row in jobs if row.pokes > limit],
        )
        self._look_for_orphans()
        return len(letters) + len(jobs)

    def _claim(self, statement: Any) -> Sequence[Any]:
        # without a broker there is nobody to wait for, so the rows come round sooner
        again_s = POKE_AGAIN_S if self._is_broker_up else 1
        return self._database.run(statement, {"again_s": again_s, "limit": BATCH})

    def _offer(self, queue: str, rows: Sequence[Any]) -> None:
        if not rows:
            return
        try:
            self._bell.ring(queue, [row.id for row in rows])
        except Exception as error:  # whatever the broker does, the rows stay
            if self._is_broker_up:
                log.warning("broker_away", error=type(error).__name__)
            self._is_broker_up = False
        else:
            self._is_broker_up = True

    def _work_on(self, letter_ids: list[UUID], job_ids: list[UUID]) -> None:
        """Beside the ringing, in one thread: slow work must not keep the others waiting."""
        if letter_ids or job_ids:
            log.info("relay_works_itself", letters=len(letter_ids), jobs=len(job_ids))
            self._own_work = self._hands.submit(self._do, letter_ids, job_ids)

    def _has_hand_free(self) -> bool:
        return self._own_work is None or self._own_work.done()

    def _do(self, letter_ids: list[UUID], job_ids: list[UUID]) -> None:
        try:
            self._workshop.send_letters(letter_ids)
            self._workshop.run_jobs(job_ids)
        except SQLAlchemyError as error:
            log.error("relay_waits_for_database", error=type(error).__name__)

    def rest(self) -> None:
        """What the relay does itself is done."""
        if self._own_work is not None:
            self._own_work.result()

    def _look_for_orphans(self) -> None:
        if monotonic_s() >= self._orphans_at:
            self._orphans_at = monotonic_s() + ORPHANS_EVERY_S
            self._workshop.settle_orphans()

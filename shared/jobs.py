"""Work as rows: written with the facts it follows from, taken by a lease, done in its handler's own transaction.

A job may be poked twice and may run twice; doing nothing the second time is the handler's duty.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.db import Database, first
from shared.errors import NotFound
from shared.leases import HEARTBEAT_S, LEASE_S, NOT_HELD, Heartbeat, LeaseLost
from shared.logging import current_request_id
from shared.phrases import phrase
from shared.tokens import new_id

MAX_ATTEMPTS = 10
FIRST_RETRY_S = 40  # doubled each time: ten attempts spread over about six hours
RECURRING_BACKOFF_LIMIT = timedelta(minutes=15)
FAILURES_UNTIL_RED = 3
log = structlog.get_logger()


class WorkerKiller(Exception):
    """The job never came to an end, not even to a failure: whoever runs it dies of it."""


@dataclass(frozen=True)
class JobContext:
    """What a handler works with. `session` is the transaction that also marks the job done."""

    session: Session
    database: Database
    service: Any  # the service's own settings and clients; jobs of one service know its type


Handler = Callable[[JobContext, Mapping[str, str]], None]


@dataclass(frozen=True)
class JobKind:
    """A kind of work: who does it, in which task queue, and (when it recurs) how often."""

    handler: Handler
    queue: Literal["light", "inbound"] = "light"
    every: timedelta | None = None


_ENQUEUE = text("""
    INSERT INTO job (id, kind, dedupe_key, payload, due_at, request_id)
    VALUES (:id, :kind, :dedupe_key, CAST(:payload AS jsonb), coalesce(:due_at, now()) + make_interval(secs => :delay_s), :request_id)
    ON CONFLICT (dedupe_key) DO NOTHING
""")
_KEEP_RECURRING = text("""
    INSERT INTO job (id, kind, dedupe_key, every) VALUES (:id, :kind, :dedupe_key, :every)
    ON CONFLICT (dedupe_key) DO UPDATE SET every = excluded.every
    WHERE job.every IS DISTINCT FROM excluded.every
""")
_TAKE = text(f"""
    UPDATE job SET status = 'leased', lease_token = :token, lease_until = now() + make_interval(secs => :lease_s),
                   attempts = least(attempts + 1, 10000)
    WHERE id = :id AND status IN ('queued', 'leased') AND due_at <= now() AND (lease_until IS NULL OR lease_until <= now())
      AND {NOT_HELD}
    RETURNING kind, payload, attempts, every, request_id
""")
_RENEW = text("""
    UPDATE job SET lease_until = now() + make_interval(secs => :lease_s)
    WHERE id = :id AND lease_token = :token AND status = 'leased' RETURNING id
""")
_DONE = text("""
    UPDATE job SET status = 'done', done_at = now(), lease_token = NULL, lease_until = NULL, last_error = NULL
    WHERE id = :id AND lease_token = :token RETURNING id
""")
_AGAIN = text("""
    UPDATE job SET status = 'queued', due_at = now() + :every, lease_token = NULL, lease_until = NULL,
                   poke_after = NULL, pokes = 0, attempts = 0, last_error = NULL, done_at = now()
    WHERE id = :id AND lease_token = :token RETURNING id
""")
_FAILED = text("""
    UPDATE job SET status = :status, due_at = now() + :wait, lease_token = NULL, lease_until = NULL,
                   poke_after = NULL, pokes = 0, last_error = :error
    WHERE id = :id AND lease_token = :token
""")
_MAKE_DUE = text("""
    UPDATE job SET due_at = least(due_at, now()), poke_after = CASE WHEN due_at > now() THEN NULL ELSE poke_after END
    WHERE dedupe_key = :dedupe_key AND status = 'queued' RETURNING id
""")
_RETRY = text("""
    UPDATE job SET status = 'queued', due_at = now(), attempts = 0, poke_after = NULL, pokes = 0
    WHERE id = :id AND status = 'parked' RETURNING id
""")
_SWEEP = text("DELETE FROM job WHERE status = 'done' AND done_at < now() - interval '7 days'")
_LIST = text("""
    SELECT id, kind, status, due_at, attempts, last_error, every, created_at, done_at FROM job
    WHERE (CAST(:status AS text) IS NULL AND (status <> 'done')) OR status = :status
    ORDER BY status = 'parked' DESC, due_at, id LIMIT :limit
""")


def enqueue(
    session: Session,
    kind: str,
    payload: Mapping[str, str],
    *,
    dedupe_key: str,
    due_at: datetime | None = None,
    delay_s: float = 0,
) -> None:
    """The job stands, once for its `dedupe_key`. `payload` holds ids only, never personal data."""
    session.execute(
        _ENQUEUE,
        {
            "id": new_id(),
            "kind": kind,
            "dedupe_key": dedupe_key,
            "payload": json.dumps(dict(payload)),
            "due_at": due_at,
            "delay_s": delay_s,
            "request_id": current_request_id(),
        },
    )


def keep_recurring(database: Database, kinds: Mapping[str, JobKind]) -> None:
    """Every recurring kind has its one row."""
    for name, kind in kinds.items():
        if kind.every is not None:
            database.run(
                _KEEP_RECURRING,
                {"id": new_id(), "kind": name, "dedupe_key": f"recurring:{name}", "every": kind.every},
            )


def make_due(database: Database, kind: str) -> bool:
    """A recurring job's next run is due now. False while a run is under way."""
    return bool(database.run(_MAKE_DUE, {"dedupe_key": f"recurring:{kind}"}))


def run_job(database: Database, kinds: Mapping[str, JobKind], service: object, job_id: UUID) -> bool:
    """The job has run and is done, or its failure is written down. False when somebody else had it, or it was not due."""
    token = uuid4()
    taken = database.run(_TAKE, {"id": job_id, "token": token, "lease_s": LEASE_S})
    if not taken:
        return False
    job = taken[0]
    with structlog.contextvars.bound_contextvars(
        job_id=str(job_id), job_kind=job.kind, request_id=job.request_id
    ):
        try:
            if job.every is None and job.attempts > MAX_ATTEMPTS:
                raise WorkerKiller
            # short and renewed: after a killed worker the job waits a minute, however long a live one may take
            with Heartbeat(lambda: _renew(database, job_id, token), every_s=HEARTBEAT_S):
                _run(database, kinds, service, job_id, job, token)
        except LeaseLost:
            log.warning("job_lease_lost")
        except Exception as error:
            log.exception("job_failed", attempt=job.attempts)
            _write_failure(database, job_id, job, token, error)
        else:
            if job.every is None:  # what recurs would say so for ever
                log.info("job_done", attempt=job.attempts)
    return True


def _renew(database: Database, job_id: UUID, token: UUID) -> bool:
    return bool(database.run(_RENEW, {"id": job_id, "token": token, "lease_s": LEASE_S}))


def _run(
    database: Database, kinds: Mapping[str, JobKind], service: object, job_id: UUID, job: Any, token: UUID
) -> None:
    kind = kinds[job.kind]
    with database.transaction() as session:
        kind.handler(JobContext(session, database, service), job.payload)
        if job.every is None:
            settled = first(session, _DONE, id=job_id, token=token)
        else:
            settled = first(session, _AGAIN, id=job_id, token=token, every=job.every)
        if settled is None:  # another worker took it over: its outcome counts, ours is rolled back
            raise LeaseLost


def _write_failure(database: Database, job_id: UUID, job: Any, token: UUID, error: Exception) -> None:
    if job.every is not None:
        status, wait = "queued", min(job.every * 2 ** min(job.attempts, 10), RECURRING_BACKOFF_LIMIT)
    elif job.attempts >= MAX_ATTEMPTS:
        status, wait = "parked", timedelta(0)
    else:
        status, wait = "queued", timedelta(seconds=FIRST_RETRY_S * 2 ** (job.attempts - 1))
    # only the type: a message may quote a value, and values are personal data
    database.run(
        _FAILED, {"id": job_id, "token": token, "status": status, "wait": wait, "error": type(error).__name__}
    )


def retry(session: Session, job_id: UUID) -> None:
    """A parked job is due now, with all its attempts before it. Raises NotFound unless it is parked."""
    if first(session, _RETRY, id=job_id) is None:
        raise NotFound(phrase("No parked job has this id"))


def list_jobs(session: Session, *, status: str | None = None, limit: int = 100) -> Sequence[Any]:
    """Jobs not done (or those of one status), parked ones first."""
    return session.execute(_LIST, {"status": status, "limit": limit}).all()


def sweep_done(context: JobContext, payload: Mapping[str, str]) -> None:
    """Jobs done more than seven days ago are gone; what must never happen twice has a key of its own elsewhere."""
    context.session.execute(_SWEEP)

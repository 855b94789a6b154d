"""Jobs: once for their key, by lease, tried again, parked, recurring."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import text

from shared import jobs
from shared.db import Database
from shared.errors import NotFound
from shared.jobs import JobContext, JobKind
from tests.embedded.waiting import wait_for

_ROW = text("SELECT id, status, attempts, due_at > now() AS waits, last_error FROM job WHERE kind = :kind")


def _note(context: JobContext, payload: Mapping[str, str]) -> None:
    context.session.execute(
        text("INSERT INTO idempotency (scope, key, body_hash) VALUES ('ran', :key, '')"),
        {"key": payload["key"]},
    )


def _fail(context: JobContext, payload: Mapping[str, str]) -> None:
    _note(context, payload)
    raise RuntimeError("a secret address")


KINDS = {"note": JobKind(_note), "fail": JobKind(_fail), "beat": JobKind(_note, every=timedelta(minutes=5))}


def _enqueue(db: Database, kind: str, *, key: str = "k") -> None:
    with db.transaction() as session:
        jobs.enqueue(session, kind, {"key": key}, dedupe_key=f"{kind}:{key}")


def _row(db: Database, kind: str):
    return db.run(_ROW, {"kind": kind})[0]


def _runs(db: Database) -> int:
    return db.run(text("SELECT count(*) AS n FROM idempotency WHERE scope = 'ran'"))[0].n


def _run(db: Database, kind: str) -> bool:
    return jobs.run_job(db, KINDS, None, _row(db, kind).id)


def test_a_job_runs_once_however_often_it_is_poked(inquiry_db: Database) -> None:
    _enqueue(inquiry_db, "note")
    assert [_run(inquiry_db, "note") for _ in range(3)] == [True, False, False]
    assert (_row(inquiry_db, "note").status, _runs(inquiry_db)) == ("done", 1)


def test_the_same_key_is_the_same_job(inquiry_db: Database) -> None:
    _enqueue(inquiry_db, "note")
    _enqueue(inquiry_db, "note")
    assert len(inquiry_db.run(_ROW, {"kind": "note"})) == 1


def test_what_a_failed_job_did_is_undone_and_it_waits_longer_each_time(inquiry_db: Database) -> None:
    _enqueue(inquiry_db, "fail")
    _run(inquiry_db, "fail")
    row = _row(inquiry_db, "fail")
    assert (row.status, row.attempts, row.waits, _runs(inquiry_db)) == ("queued", 1, True, 0)


def test_only_the_type_of_an_error_is_kept(inquiry_db: Database) -> None:
    _enqueue(inquiry_db, "fail")
    _run(inquiry_db, "fail")
    assert _row(inquiry_db, "fail").last_error == "RuntimeError"


def test_a_job_is_parked_after_its_last_attempt_and_can_be_tried_again(inquiry_db: Database) -> None:
    _enqueue(inquiry_db, "fail")
    inquiry_db.run(text("UPDATE job SET attempts = :n"), {"n": jobs.MAX_ATTEMPTS - 1})
    _run(inquiry_db, "fail")
    assert _row(inquiry_db, "fail").status == "parked"
    with inquiry_db.transaction() as session:
        jobs.retry(session, _row(inquiry_db, "fail").id)
    assert (_row(inquiry_db, "fail").status, _row(inquiry_db, "fail").attempts) == ("queued", 0)


def test_only_a_parked_job_is_retried(inquiry_db: Database) -> None:
    _enqueue(inquiry_db, "note")
    with pytest.raises(NotFound), inquiry_db.transaction() as session:
        jobs.retry(session, _row(inquiry_db, "note").id)


def test_a_job_whose_lease_was_taken_over_leaves_no_trace(inquiry_db: Database) -> None:
    def slow(context: JobContext, payload: Mapping[str, str]) -> None:
        _note(context, payload)
        inquiry_db.run(text("UPDATE job SET lease_token = gen_random_uuid()"))

    _enqueue(inquiry_db, "note")
    jobs.run_job(inquiry_db, {"note": JobKind(slow)}, None, _row(inquiry_db, "note").id)
    assert (_row(inquiry_db, "note").status, _runs(inquiry_db)) == ("leased", 0)


def test_an_expired_lease_lets_another_worker_finish(inquiry_db: Database) -> None:
    _enqueue(inquiry_db, "note")
    inquiry_db.run(
        text(
            "UPDATE job SET status = 'leased', lease_until = now() - interval '1 second', lease_token = gen_random_uuid()"
        )
    )
    assert _run(inquiry_db, "note")
    assert _row(inquiry_db, "note").status == "done"


def test_a_recurring_job_is_one_row_for_ever(inquiry_db: Database) -> None:
    for _ in range(2):
        jobs.keep_recurring(inquiry_db, KINDS)
    inquiry_db.run(text("""UPDATE job SET payload = '{"key": "a"}' WHERE kind = 'beat'"""))
    _run(inquiry_db, "beat")
    row = _row(inquiry_db, "beat")
    assert (row.status, row.waits, row.attempts) == ("queued", True, 0)


def test_a_recurring_job_is_never_parked(inquiry_db: Database) -> None:
    kinds = {"beat": JobKind(_fail, every=timedelta(minutes=5))}
    jobs.keep_recurring(inquiry_db, kinds)
    inquiry_db.run(text("""UPDATE job SET attempts = 40, payload = '{"key": "a"}' WHERE kind = 'beat'"""))
    jobs.run_job(inquiry_db, kinds, None, _row(inquiry_db, "beat").id)
    assert (_row(inquiry_db, "beat").status, _row(inquiry_db, "beat").waits) == ("queued", True)


def test_done_jobs_go_after_a_week(inquiry_db: Database) -> None:
    _enqueue(inquiry_db, "note")
    _run(inquiry_db, "note")
    inquiry_db.run(text("UPDATE job SET done_at = now() - interval '8 days'"))
    with inquiry_db.transaction() as session:
        jobs.sweep_done(JobContext(session, inquiry_db, None), {})
    assert inquiry_db.run(_ROW, {"kind": "note"}) == []


def test_a_job_that_kills_whoever_runs_it_is_parked(inquiry_db: Database) -> None:
    _enqueue(inquiry_db, "note")
    inquiry_db.run(
        text("UPDATE job SET attempts = :n, status = 'leased', lease_until = now()"), {"n": jobs.MAX_ATTEMPTS}
    )
    _run(inquiry_db, "note")
    assert (_row(inquiry_db, "note").status, _runs(inquiry_db)) == ("parked", 0)


class _Killed(BaseException):
    """The process is gone."""


def _die(context: JobContext, payload: Mapping[str, str]) -> None:
    raise _Killed


def test_a_job_whose_worker_was_killed_is_free_again_within_a_minute(inquiry_db: Database) -> None:
    _enqueue(inquiry_db, "die")
    with pytest.raises(_Killed):
        jobs.run_job(inquiry_db, {"die": JobKind(_die)}, None, _row(inquiry_db, "die").id)
    held = text(
        "SELECT lease_until <= now() + interval '60 seconds' AS is_short FROM job WHERE status = 'leased'"
    )
    assert [row.is_short for row in inquiry_db.run(held)] == [True]


def test_a_job_that_takes_long_keeps_its_lease(inquiry_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    held = text(
        "SELECT lease_until > now() + interval '30 seconds' AS is_held FROM job WHERE status = 'leased'"
    )
    seen = []

    def take_long(context: JobContext, payload: Mapping[str, str]) -> None:
        inquiry_db.run(
            text("UPDATE job SET lease_until = now() + interval '1 second' WHERE status = 'leased'")
        )
        seen.append(wait_for(lambda: inquiry_db.run(held)[0].is_held))

    monkeypatch.setattr(jobs, "HEARTBEAT_S", 0.05)
    _enqueue(inquiry_db, "long")
    jobs.run_job(inquiry_db, {"long": JobKind(take_long)}, None, _row(inquiry_db, "long").id)
    assert seen == [True]
    assert _row(inquiry_db, "long").status == "done"

"""Alive, ready, degraded with its reasons: each reason comes with its trouble, and goes away by itself."""

import socket
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from deploy.embedded.postgres import Cluster
from deploy.embedded.valkey import Valkey
from inquiry_service.app import create_app
from shared import jobs, letters
from shared.audit import THE_SERVICE
from shared.db import Database
from shared.jobs import JobContext, JobKind, keep_recurring, run_job
from shared.tokens import new_id
from tests.working import Working

BEGIN = "INSERT INTO process (name, role, pid) VALUES ('{role}@here:1', '{role}', 1)"
DIE = "UPDATE process SET seen_at = now() - interval '31 seconds' WHERE role = :role"
RECURRING = text("SELECT id, attempts FROM job WHERE every IS NOT NULL")
DUE = text("UPDATE job SET due_at = now()")


def reasons_of(client: FlaskClient) -> list[str]:
    """What health says is wrong; the answer is 200 whatever it says."""
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.get_json()["status"] == ("degraded" if answer.get_json()["reasons"] else "ready")
    return list(answer.get_json()["reasons"])


@pytest.fixture(autouse=True)
def everybody_lives(inquiry_db: Database) -> None:
    """A worker and a relay were seen just now."""
    for role in ("worker", "relay"):
        inquiry_db.run(text(BEGIN.format(role=role)))


def test_a_service_that_lacks_nothing_is_ready(inquiry_client: FlaskClient) -> None:
    assert reasons_of(inquiry_client) == []


@pytest.mark.parametrize("role", ["worker", "relay"])
def test_nobody_of_a_role_alive(inquiry_client: FlaskClient, inquiry_db: Database, role: str) -> None:
    inquiry_db.run(text(DIE), {"role": role})
    assert [f"no {role} is alive" in reason for reason in reasons_of(inquiry_client)] == [True]
    inquiry_db.run(text("UPDATE process SET seen_at = now()"))
    assert reasons_of(inquiry_client) == []


@pytest.fixture
def own_valkey(tmp_path: Path) -> Iterator[Valkey]:
    """A server that a test may stop."""
    valkey = Valkey(tmp_path / "valkey")
    valkey.start()
    try:
        yield valkey
    finally:
        valkey.stop()


def test_redis_gone(inquiry_db: Database, make_inquiry_settings: Any, own_valkey: Valkey) -> None:
    client = create_app(make_inquiry_settings(redis_url=own_valkey.url)).test_client()
    assert reasons_of(client) == []
    own_valkey.stop()
    assert [reason.partition(" (")[0] for reason in reasons_of(client)] == ["Redis does not answer"]
    own_valkey.start()
    assert reasons_of(client) == []


def test_a_parked_job(inquiry_client: FlaskClient, inquiry_db: Database, inquiry_work: Working) -> None:
    job_id = new_id()
    insert = "INSERT INTO job (id, kind, dedupe_key, status) VALUES (:id, 'sweep_old_rows', 'x', 'parked')"
    inquiry_db.run(text(insert), {"id": job_id})
    assert reasons_of(inquiry_client) == ["parked jobs, which wait for a person: 1"]
    with inquiry_db.transaction() as session:
        jobs.retry(session, job_id)
    inquiry_work.drain()
    assert reasons_of(inquiry_client) == []


def test_a_recurring_job_that_failed_three_times(inquiry_client: FlaskClient, inquiry_db: Database) -> None:
    is_broken = [True]

    def handler(context: JobContext, payload: Mapping[str, str]) -> None:
        if is_broken[0]:
            assert reasons_of(inquiry_client) == []  # the attempt that is under way has not failed
            raise ValueError

    kinds = {"look": JobKind(handler, every=timedelta(minutes=1))}
    keep_recurring(inquiry_db, kinds)

    def run() -> list[str]:
        inquiry_db.run(DUE)
        run_job(inquiry_db, kinds, None, inquiry_db.run(RECURRING)[0].id)
        return reasons_of(inquiry_client)

    assert [run(), run(), run()] == [[], [], ["recurring jobs that failed 3 times or more: 1"]]
    is_broken[0] = False
    assert run() == []


def _a_letter(database: Database, status: str, age_minutes: int = 0) -> Any:
    insert = """INSERT INTO letter (id, kind, subject_id, recipient, dedupe_key, status, frozen_at)
        VALUES (gen_random_uuid(), 'notice', gen_random_uuid(), 'dora@riverside.example', 'x', :status,
                now() - make_interval(mins => :age_minutes)) RETURNING id"""
    return database.run(text(insert), {"status": status, "age_minutes": age_minutes})[0].id


def test_a_letter_in_doubt(inquiry_client: FlaskClient, inquiry_db: Database) -> None:
    letter_id = _a_letter(inquiry_db, "unknown")
    assert reasons_of(inquiry_client) == ["letters in doubt, which wait for a person: 1"]
    with inquiry_db.transaction() as session:
        letters.mark_sent(session, letter_id, THE_SERVICE)
    assert reasons_of(inquiry_client) == []


def test_letters_that_the_mail_server_does_not_take(
    inquiry_client: FlaskClient, inquiry_db: Database
) -> None:
    letter_id = _a_letter(inquiry_db, "ready", age_minutes=14)
    assert reasons_of(inquiry_client) == []
    inquiry_db.run(text("UPDATE letter SET frozen_at = frozen_at - interval '2 minutes'"))
    assert reasons_of(inquiry_client) == [
        "the mail server takes no letters: the oldest has waited for 16 minutes"
    ]
    inquiry_db.run(text("UPDATE letter SET status = 'sent' WHERE id = :id"), {"id": letter_id})
    assert reasons_of(inquiry_client) == []


def _unready(client: FlaskClient) -> str:
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.get_json()["status"]) == (503, "unready")
    assert client.get("/health/live").status_code == 200
    return str(answer.get_json()["reasons"][0])


def test_a_database_that_is_away_is_503(make_inquiry_settings: Any) -> None:
    away = make_inquiry_settings(database_url="postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    assert _unready(create_app(away).test_client()) == "database: OperationalError"


@pytest.fixture
def deaf_server() -> Iterator[str]:
    """The address of a database that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"postgresql+psycopg://nobody@127.0.0.1:{server.getsockname()[1]}/nothing"


def test_a_database_that_hangs_is_503(make_inquiry_settings: Any, deaf_server: str) -> None:
    client = create_app(make_inquiry_settings(database_url=deaf_server)).test_client()
    assert _unready(client) == "database: TimeoutError"
    assert "frontdesk_database_up 0.0" in client.get("/metrics").text


def test_a_database_without_tables_is_503(
    engines: tuple[Cluster, Valkey], make_inquiry_settings: Any
) -> None:
    engines[0].ensure_database("without_tables")
    bare = make_inquiry_settings(database_url=engines[0].url("without_tables", "app"))
    assert _unready(create_app(bare).test_client()) == "the database is not migrated"


def test_a_database_at_an_older_revision_is_503(
    inquiry_db: Database, inquiry_urls: tuple[str, str], inquiry_client: FlaskClient
) -> None:
    owner = Database(inquiry_urls[1])
    taken = owner.run(text("DELETE FROM alembic_version RETURNING version_num"))[0].version_num
    try:
        assert _unready(inquiry_client) == "the database is not migrated"
    finally:
        owner.run(text("INSERT INTO alembic_version VALUES (:name)"), {"name": taken})
        owner.dispose()
    assert reasons_of(inquiry_client) == []

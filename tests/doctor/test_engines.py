"""The database, its roles, its clock and its work, Redis and the disk: as they are, and as they must not be."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

import enrollment_service
import inquiry_service
from deploy.embedded.postgres import Cluster
from deploy.embedded.valkey import Valkey
from shared.clock import utc_now
from shared.db import Database
from shared.doctor.engines import GIB, database_findings, disk_findings, redis_findings
from shared.doctor.findings import Finding
from shared.revisions import Revisions

SERVICES = ("enrollment", "inquiry")
ALIVE = "INSERT INTO process (name, role, pid) VALUES (:role, :role, 1)"


def revisions(service: str) -> Revisions:
    """What that service's code needs."""
    package = {"enrollment": enrollment_service, "inquiry": inquiry_service}[service]
    return Revisions.of(Path(str(package.__file__)).parent / "db" / "migrations")


def by_name(findings: Iterator[Finding]) -> dict[str, Finding]:
    """The findings, by what they are about."""
    return {finding.what: finding for finding in findings}


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    """Each of the two."""
    return str(request.param)


@pytest.fixture
def db(request: pytest.FixtureRequest, service: str) -> Database:
    """Its database, with a worker and a relay."""
    database: Database = request.getfixturevalue(f"{service}_db")
    for role in ("worker", "relay"):
        database.run(text(ALIVE), {"role": role})
    return database


def test_a_whole_database_is_ok_in_everything(service: str, db: Database) -> None:
    found = by_name(database_findings(db, revisions(service)))
    assert {what: finding.level for what, finding in found.items()} == dict.fromkeys(
        ("database", "clock", "tables", "audit", "processes", "work"), "ok"
    )


@pytest.mark.parametrize(
    ("statement", "what", "level"),
    [
        ("DELETE FROM process WHERE role = 'worker'", "processes", "warning"),
        ("DELETE FROM process WHERE role = 'relay'", "processes", "wrong"),
        (
            "INSERT INTO job (id, kind, dedupe_key, status) VALUES (gen_random_uuid(), 'x', 'x', 'parked')",
            "work",
            "warning",
        ),
        (
            """INSERT INTO letter (id, kind, subject_id, recipient, dedupe_key, status)
               VALUES (gen_random_uuid(), 'x', gen_random_uuid(), 'x', 'x', 'unknown')""",
            "work",
            "warning",
        ),
    ],
)
def test_what_waits_for_somebody_is_said(
    service: str, db: Database, statement: str, what: str, level: str
) -> None:
    db.run(text(statement))
    finding = by_name(database_findings(db, revisions(service)))[what]
    assert (finding.level, bool(finding.to_do)) == (level, True)


@pytest.mark.parametrize(("apart_s", "level"), [(1, "ok"), (20, "warning"), (-20, "warning"), (120, "wrong")])
def test_clocks_that_differ(inquiry_db: Database, apart_s: int, level: str) -> None:
    def clock() -> Any:
        return utc_now() + timedelta(seconds=apart_s)

    assert by_name(database_findings(inquiry_db, revisions("inquiry"), clock))["clock"].level == level


def test_a_role_that_may_change_the_audit_is_wrong(
    inquiry_db: Database, inquiry_urls: tuple[str, str]
) -> None:
    owner = Database(inquiry_urls[1])
    try:
        finding = by_name(database_findings(owner, revisions("inquiry")))["audit"]
    finally:
        owner.dispose()
    assert (finding.level, "DELETE, TRUNCATE, UPDATE" in finding.found) == ("wrong", True)


def test_a_database_that_does_not_answer() -> None:
    away = Database("postgresql+psycopg://nobody:secret-4711@127.0.0.1:1/nothing")
    (finding,) = database_findings(away, revisions("inquiry"))
    assert finding.level == "wrong"
    assert "secret-4711" not in str(finding)


def test_a_database_that_nobody_migrated(engines: tuple[Cluster, Valkey]) -> None:
    engines[0].ensure_database("without_tables")
    bare = Database(engines[0].url("without_tables", "app"))
    found = by_name(database_findings(bare, revisions("inquiry")))
    bare.dispose()
    assert (found["database"].level, found["tables"].level) == ("ok", "wrong")
    assert "`migrate`" in found["tables"].to_do


def test_redis(engines: tuple[Cluster, Valkey]) -> None:
    assert [finding.level for finding in redis_findings(engines[1].url)] == ["ok"]
    assert [finding.level for finding in redis_findings("redis://127.0.0.1:1/0")] == ["wrong"]


@pytest.mark.parametrize(("free", "level"), [(50, "ok"), (9, "warning"), (2, "wrong")])
def test_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, level: str) -> None:
    """No disk is filled for this: the operating system's figures are given."""
    given = type("Usage", (), {"total": 100 * GIB, "free": free * GIB})
    monkeypatch.setattr("shutil.disk_usage", lambda path: given)
    (finding,) = disk_findings(tmp_path / "not" / "made" / "yet")
    assert (finding.level, f"{free}.0 GiB" in finding.found, str(tmp_path) in finding.found) == (
        level,
        True,
        True,
    )

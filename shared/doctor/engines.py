"""The database, Redis and the disk: there, in shape, of one time, and with room."""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from shared.clock import utc_now
from shared.condition import read_condition
from shared.db import Database, first
from shared.doctor.findings import Finding, ok, warning, wrong
from shared.redis_server import redis_fault
from shared.revisions import Revisions

CLOCKS_DIFFER_S, CLOCKS_WRONG_S = 2.0, 60.0
LITTLE_ROOM, NO_ROOM = 0.10, 0.03
GIB = 1 << 30
_SERVER = text("SELECT current_setting('server_version') AS version, current_user AS role")
_REVISIONS = text("SELECT version_num FROM alembic_version")
_MAY = text("""
    SELECT string_agg(privilege, ', ' ORDER BY privilege) AS privileges
    FROM unnest(ARRAY['DELETE', 'TRUNCATE', 'UPDATE']) AS privilege WHERE has_table_privilege('audit', privilege)
""")
_NOW = text("SELECT clock_timestamp() AS now")


def database_findings(
    database: Database, revisions: Revisions, clock: Callable[[], datetime] = utc_now
) -> Iterator[Finding]:
    """Reachable, migrated, careful of its audit, at our time; and how the work stands in it."""
    try:
        with database.reading() as session:
            server = session.execute(_SERVER).one()
            yield ok("database", f"PostgreSQL {server.version} answers, as role {server.role}")
    except OperationalError as error:
        words = str(error.orig).strip().splitlines()[-1]  # libpq quotes no password
        yield wrong("database", f"does not answer: {words}", "start it, or mend DATABASE_URL")
        return
    try:
        with database.reading() as session:
            yield _clocks(session, clock)
            yield from _tables(session, revisions)
    except SQLAlchemyError as error:
        migrate = "run `migrate`: the tables are not there, or not this role's to read"
        yield wrong("tables", f"cannot be read ({type(error).__name__})", migrate)


def _clocks(session: Session, clock: Callable[[], datetime]) -> Finding:
    before = clock()
    now: datetime = session.execute(_NOW).scalar_one()
    after = clock()
    apart_s = (now - (before + (after - before) / 2)).total_seconds()
    found = f"this machine's and the database's are {abs(apart_s):.1f} s apart"
    if abs(apart_s) <= CLOCKS_DIFFER_S:
        return ok("clock", found)
    say = wrong if abs(apart_s) > CLOCKS_WRONG_S else warning
    return say(
        "clock", found, "let both machines take their time from the network (NTP); the database's decides"
    )


def _tables(session: Session, revisions: Revisions) -> Iterator[Finding]:
    found = session.execute(_REVISIONS).scalars().all()
    if not revisions.are_in(found):
        at = ", ".join(found) or "nothing"
        yield wrong("tables", f"at {at}, and this version needs {revisions.head}", "run `migrate`")
        return
    yield ok("tables", f"migrated to {', '.join(found)}")
    may = first(session, _MAY)
    if may is not None and may.privileges:
        to_do = "run as the role that `migrate` grants rights to, not as the owner or a superuser"
        yield wrong("audit", f"this role may change what was written ({may.privileges})", to_do)
    else:
        yield ok("audit", "this role can add to it and change nothing")
    yield from _work(session)


def _work(session: Session) -> Iterator[Finding]:
    condition = read_condition(session)
    alive = f"{condition.workers} workers and {condition.relays} relays"
    if not condition.relays:
        yield wrong("processes", f"{alive} are alive; nothing is sent", "start the verb `relay`")
    elif not condition.workers:
        yield warning(
            "processes", f"{alive} are alive; the relay works alone, slower", "start the verb `worker`"
        )
    else:
        yield ok("processes", f"{alive} are alive")
    troubles = [
        (condition.parked, "parked jobs", "`jobs list`, mend the cause, `jobs retry ID`"),
        (condition.failing, "recurring jobs that keep failing", "`jobs list` names their errors"),
        (condition.unbalanced, "rows that do not add up", "`ledger` names them; docs/runbook.md"),
        (condition.in_doubt, "letters in doubt", "`letters list --status unknown`; docs/runbook.md"),
    ]
    found = [warning("work", f"{what}: {number}", to_do) for number, what, to_do in troubles if number]
    yield from found or [ok("work", "nothing waits for a person")]


def redis_findings(redis_url: str) -> Iterator[Finding]:
    """Whether the doorbell rings."""
    fault = redis_fault(redis_url, within_s=3.0)
    if fault is None:
        yield ok("redis", "answers")
    else:
        yield wrong(
            "redis", f"does not answer ({fault}); work goes on, slower", "start it, or mend REDIS_URL"
        )


def disk_findings(folder: Path) -> Iterator[Finding]:
    """The room where this process writes. The database's own disk is not visible from here."""
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    usage = shutil.disk_usage(there)
    share = usage.free / usage.total
    found = f"{usage.free / GIB:.1f} GiB free ({share:.0%}) at {there}; the database's own disk is not seen from here"
    if share >= LITTLE_ROOM:
        yield ok("disk", found)
    else:
        say = wrong if share < NO_ROOM else warning
        yield say("disk", found, "make room: a full disk stops writing, and visitors hear 503")

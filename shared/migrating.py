"""Migrations: Alembic for the tables, then rights for the role that runs, then the recurring rows. Run by the owner's role, one at a time."""

from collections.abc import Mapping
from pathlib import Path
from threading import Event

import structlog
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, MetaData, create_engine, pool, text
from sqlalchemy.exc import OperationalError

from shared.db import Database
from shared.jobs import JobKind, keep_recurring
from shared.revisions import Revisions

log = structlog.get_logger()
_ONE_AT_A_TIME = 6_178_204_113
_LOCK_NOT_AVAILABLE = "55P03"


def alembic_config(folder: Path, url: str = "") -> Config:
    """Alembic's configuration without a file: `folder` is `<service>/db/migrations`."""
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["url"] = url
    return config


def migrate(
    folder: Path,
    owner_url: str,
    app_role: str,
    database: Database,
    kinds: Mapping[str, JobKind],
    *,
    lock_s: float = 3.0,
    tries: int = 40,
) -> None:
    """The database has the newest tables, `app_role` its rights, and every recurring job its row.

    One that a newer version has migrated is left as it is: the older version may come back and run on it. A table that
    somebody reads is waited for `lock_s` seconds, because everybody else waits behind a migration that waits; then it
    steps back and tries again. Raises OperationalError after so many `tries`.
    """
    engine = create_engine(owner_url, poolclass=pool.NullPool)
    for left in reversed(range(tries)):
        try:
            _migrate_at_once(engine, folder, app_role, lock_s)
            break
        except OperationalError as error:
            if not left or getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            log.info("migration_steps_back", tries_left=left)
            Event().wait(min(lock_s, 1.0))
    engine.dispose()
    keep_recurring(database, kinds)


def _migrate_at_once(engine: Engine, folder: Path, app_role: str, lock_s: float) -> None:
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
        connection.execute(text(f"SET LOCAL lock_timeout = {int(lock_s * 1000)}"))
        found = MigrationContext.configure(connection).get_current_heads()
        if Revisions.of(folder).are_in(found):
            log.info("nothing_to_migrate", found=list(found))
        else:
            config = alembic_config(folder)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        grant_rights(connection, app_role)


def grant_rights(connection: Connection, app_role: str) -> None:
    """The running role reads and writes rows, and can only add to the audit."""
    role = connection.dialect.identifier_preparer.quote(app_role)
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {role}"))
    connection.execute(text(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"))
    connection.execute(text(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}"))
    connection.execute(text(f"REVOKE UPDATE, DELETE ON audit FROM {role}"))
    connection.execute(text(f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {role}"))


def run_env(metadata: MetaData) -> None:
    """What a service's `env.py` does: runs the migrations on the connection it was given, or on the URL."""
    from alembic import context

    config = context.config
    connection = config.attributes.get("connection")
    if connection is not None:
        _run(connection, metadata)
        return
    engine = create_engine(config.attributes["url"], poolclass=pool.NullPool)
    with engine.connect() as fresh:
        _run(fresh, metadata)
    engine.dispose()


def _run(connection: Connection, metadata: MetaData) -> None:
    from alembic import context

    context.configure(
        connection=connection, target_metadata=metadata, compare_type=True, compare_server_default=False
    )
    with context.begin_transaction():
        context.run_migrations()

"""The verbs of a service's command line: `web worker relay migrate seed token`, and `letters` and `jobs` for the operator."""

import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID

import click
from sqlalchemy import create_engine, make_url, pool, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from shared.access_tokens import create_token
from shared.celery import Doorbell, add_tasks, make_celery
from shared.db import Database
from shared.jobs import JobKind, keep_recurring
from shared.logging import set_up_logging
from shared.migrating import alembic_config, migrate
from shared.presence import Presence
from shared.relay import Relay
from shared.serving import serve
from shared.settings import ServiceSettings, SettingsError
from shared.work_commands import jobs_command, letters_command
from shared.workshop import Workshop


@dataclass(frozen=True)
class ServiceParts:
    """What the command line needs to know of a service."""

    name: str
    settings: type[ServiceSettings]
    wsgi_target: str
    migrations: Path
    kinds: Mapping[str, JobKind]
    make_workshop: Callable[[Any, Database], Workshop]
    seed: Callable[[Any, Database], None]
    token_person: Callable[[Session, str], tuple[UUID, str]]

    def load_settings(self) -> ServiceSettings:
        """The settings, or the end of the process with every reason on standard error."""
        try:
            return self.settings.from_env()
        except SettingsError as error:
            click.echo(f"{self.name}: {error}", err=True)
            sys.exit(78)  # EX_CONFIG: starting again will not help

    def open_database(
        self, settings: ServiceSettings, process: str, pool_size: int | None = None
    ) -> Database:
        """The service's database, as its running role."""
        return Database(
            settings.database_url, pool_size=pool_size or settings.pool_size, name=f"{self.name}-{process}"
        )


def wait_for_database(url: str, name: str, patience_s: int = 120) -> None:
    """The database answers; says once that it is waited for. Raises the last error when patience ends."""
    engine = create_engine(url, poolclass=pool.NullPool, connect_args={"connect_timeout": 3})
    for attempt in range(patience_s * 2):
        try:
            with engine.connect() as connection:
                connection.execute(text("SELECT 1"))
                return
        except OperationalError:
            if attempt == 0:
                click.echo(f"{name}: waiting for the database", err=True)
            if attempt == patience_s * 2 - 1:
                raise
            time.sleep(0.5)


def service_commands(parts: ServiceParts) -> click.Group:
    """The command line of one service."""

    @click.group(help=f"{parts.name}: its processes and its tools.")
    def group() -> None:
        pass

    _add_processes(group, parts)
    _add_database_verbs(group, parts)
    group.add_command(letters_command(parts.load_settings, parts.open_database))
    group.add_command(jobs_command(parts.load_settings, parts.open_database))
    return group


def _add_processes(group: click.Group, parts: ServiceParts) -> None:
    @group.command()
    def web() -> None:
        """Serve pages and addresses on HOST:PORT."""
        settings = parts.load_settings()
        wait_for_database(settings.database_url, f"{parts.name} web")
        serve(
            parts.wsgi_target,
            host=settings.host,
            port=settings.port,
            processes=settings.web_processes,
            threads=settings.web_threads,
        )

    @group.command()
    def worker() -> None:
        """Do the work that the relay rings for."""
        settings = parts.load_settings()
        set_up_logging(f"{parts.name}-worker")
        wait_for_database(settings.database_url, f"{parts.name} worker")
        _run_worker(parts, settings)

    @group.command()
    def relay() -> None:
        """Find due work and ring for the workers; do it here when none answers."""
        settings = parts.load_settings()
        set_up_logging(f"{parts.name}-relay")
        wait_for_database(settings.database_url, f"{parts.name} relay")
        _run_relay(parts, settings)


def _run_worker(parts: ServiceParts, settings: ServiceSettings) -> None:
    from celery.signals import worker_ready, worker_shutdown

    database = parts.open_database(settings, "worker", settings.worker_threads + 2)
    workshop = parts.make_workshop(settings, database)
    presence = Presence(database, "worker")
    worker_ready.connect(lambda **_: presence.begin(), weak=False)
    worker_shutdown.connect(lambda **_: presence.end(), weak=False)
    app = make_celery(parts.name, settings.redis_url)
    add_tasks(app, parts.name, workshop.send_letters, workshop.run_jobs)
    app.worker_main(
        [
            "worker",
            "--pool=threads",
            f"--concurrency={settings.worker_threads}",
            "--loglevel=WARNING",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
            f"--hostname={parts.name}@%h.{os.getpid()}",
        ]
    )


def _run_relay(parts: ServiceParts, settings: ServiceSettings) -> None:
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, lambda *_: stop.set())
    database = parts.open_database(settings, "relay", 6)
    presence = Presence(database, "relay")
    presence.begin()
    keep_recurring(database, parts.kinds)  # a row that somebody deleted is back with the next start
    try:
        workshop = parts.make_workshop(settings, database)
        Relay(database, workshop, Doorbell(parts.name, settings.redis_url), parts.kinds).run(stop)
    finally:
        presence.end()


def _add_database_verbs(group: click.Group, parts: ServiceParts) -> None:
    @group.command(name="migrate")
    @click.option("--seed", "with_seed", is_flag=True, help="Load the sample school afterwards.")
    def migrate_command(with_seed: bool) -> None:
        """Bring the database to the newest tables, as MIGRATE_DATABASE_URL's role."""
        settings = parts.load_settings()
        set_up_logging(f"{parts.name}-migrate")
        owner_url = settings.migrate_database_url or settings.database_url
        wait_for_database(owner_url, f"{parts.name} migrate")
        database = parts.open_database(settings, "migrate")
        app_role = make_url(settings.database_url).username or ""
        migrate(parts.migrations, owner_url, app_role, database, parts.kinds)
        if with_seed:
            parts.seed(settings, database)

    @group.command()
    def seed() -> None:
        """Load the sample school, once; what is there stays."""
        settings = parts.load_settings()
        parts.seed(settings, parts.open_database(settings, "seed"))

    @group.command()
    @click.option("-m", "--message", required=True)
    def revision(message: str) -> None:
        """Write the migration from the database to the models (for developers)."""
        from alembic import command

        settings = parts.load_settings()
        config = alembic_config(parts.migrations, settings.migrate_database_url or settings.database_url)
        command.revision(config, message=message, autogenerate=True)

    @group.command()
    @click.option("--as", "role", required=True, help="The role that the token has.")
    @click.option("--days", default=30, show_default=True)
    def token(role: str, days: int) -> None:
        """Print a new bearer token, and nothing else."""
        settings = parts.load_settings()
        database = parts.open_database(settings, "token")
        with database.transaction() as session:
            person_id, person_name = parts.token_person(session, role)
            secret = create_token(
                session,
                name="command line",
                person_id=person_id,
                person_name=person_name,
                roles=[role],
                days=days,
            )
        click.echo(secret)

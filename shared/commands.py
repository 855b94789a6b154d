"""The verbs of a service's command line: `web worker relay migrate seed token`, and `letters` and `jobs` for the operator.

Imports stand inside the verbs: every process is this command line, and with all of it in each the stack weighs 200 MB more.
"""

import os
import signal
import socket
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from shared.settings import ServiceSettings, SettingsError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from shared.db import Database
    from shared.doctor.findings import Finding
    from shared.erasures import Erasure
    from shared.jobs import JobKind
    from shared.ledger import Finding as LedgerFinding
    from shared.workshop import Workshop


@dataclass(frozen=True)
class ServiceParts:
    """What the command line needs to know of a service. The functions import what they need when they are called."""

    name: str
    settings: type[ServiceSettings]
    wsgi_target: str
    migrations: Path
    kinds: "Callable[[], Mapping[str, JobKind]]"
    make_workshop: "Callable[[Any, Database], Workshop]"
    seed: "Callable[[Any, Database], None]"
    token_person: "Callable[[Any, Session, str, UUID | None], tuple[UUID, str]]"
    beside_relay: "Callable[[Any, Database, Event], None] | None" = None  # threads that call work in
    own_findings: "Callable[[Any, Database], Iterator[Finding]] | None" = None  # of `doctor`
    reconcile: "Callable[[Any, Database, int], Sequence[LedgerFinding]] | None" = None  # of so many days
    erase_again: "Callable[[Session, Sequence[Erasure]], int] | None" = None
    tell: "Callable[[Any, Database, str], Iterable[str]] | None" = (
        None  # one thing's stations, by its reference
    )

    def load_settings(self) -> ServiceSettings:
        """The settings, or the end of the process with every reason on standard error."""
        try:
            return self.settings.from_env()
        except SettingsError as error:
            click.echo(f"{self.name}: {error}", err=True)
            sys.exit(78)  # EX_CONFIG: starting again will not help

    def await_settings(self, process: str) -> ServiceSettings:
        """The settings of a process that begins now: files that they name are waited for."""
        if self.settings.missing_files():
            from shared.logging import set_up_logging
            from shared.waiting import wait_for_files

            set_up_logging(f"{self.name}-{process}")
            wait_for_files(self.settings.missing_files)
        return self.load_settings()

    def open_database(
        self, settings: ServiceSettings, process: str, pool_size: int | None = None
    ) -> "Database":
        """The service's database, as its running role."""
        from shared.db import Database

        return Database(
            settings.database_url, pool_size=pool_size or settings.pool_size, name=f"{self.name}-{process}"
        )

    def open_migrated(self, settings: ServiceSettings, process: str, pool_size: int) -> "Database":
        """The same, once it answers and has the tables that this version needs."""
        from shared.revisions import Revisions
        from shared.waiting import wait_for_schema

        database = self.open_database(settings, process, pool_size)
        wait_for_schema(database, Revisions.of(self.migrations))
        return database


_LATER = {
    "letters": ("shared.work_commands", "letters_command"),
    "jobs": ("shared.work_commands", "jobs_command"),
    "hold": ("shared.holding_commands", "hold_command"),
    "in-doubt": ("shared.holding_commands", "in_doubt_command"),
    "resume": ("shared.holding_commands", "resume_command"),
    "erasures": ("shared.erasure_commands", "erasures_command"),
}


class _Verbs(click.Group):
    """The operator's tools are imported when somebody asks for them."""

    parts: ServiceParts

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every verb, also those not imported yet."""
        return sorted([*super().list_commands(ctx), *_LATER, "doctor", "ledger", "erase-again"])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb of that name."""
        if cmd_name == "doctor":
            from shared.doctor.command import doctor_command

            return doctor_command(
                self.parts.settings, self.parts.migrations, self.parts.open_database, self.parts.own_findings
            )
        parts = self.parts
        if cmd_name == "ledger" and parts.reconcile is not None:
            from shared.ledger_commands import ledger_command

            return ledger_command(parts.load_settings, parts.open_database, parts.reconcile, parts.tell)
        if cmd_name == "erase-again" and parts.erase_again is not None:
            from shared.erasure_commands import erase_again_command

            return erase_again_command(parts.load_settings, parts.open_database, parts.erase_again)
        if cmd_name not in _LATER:
            return super().get_command(ctx, cmd_name)
        module, make = _LATER[cmd_name]
        command: click.Command = getattr(import_module(module), make)(
            self.parts.load_settings, self.parts.open_database
        )
        return command


def load_no_rich() -> None:
    """A process that writes JSON has no use for the tables that structlog draws on a terminal: 4 MB in each."""
    sys.modules.setdefault("rich", None)  # type: ignore[arg-type]  # Python's own way to say: not there


def service_commands(parts: ServiceParts) -> click.Group:
    """The command line of one service."""
    group = _Verbs(name=parts.name, help=f"{parts.name}: its processes and its tools.")
    group.parts = parts
    _add_processes(group, parts)
    _add_database_verbs(group, parts)
    return group


def _add_processes(group: click.Group, parts: ServiceParts) -> None:
    @group.command()
    def web() -> None:
        """Serve pages and addresses on HOST:PORT, as soon as the database is migrated."""
        load_no_rich()
        from shared.serving import serve

        settings = parts.await_settings("web")
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
        _run_worker(parts, _ready_settings(parts, "worker"))

    @group.command()
    def relay() -> None:
        """Find due work and ring for the workers; do it here when none answers."""
        _run_relay(parts, _ready_settings(parts, "relay"))


def _ready_settings(parts: ServiceParts, process: str) -> ServiceSettings:
    """The settings of a process that begins now, and logs."""
    load_no_rich()
    from shared.logging import set_up_logging

    settings = parts.await_settings(process)
    set_up_logging(f"{parts.name}-{process}")
    return settings


def _run_worker(parts: ServiceParts, settings: ServiceSettings) -> None:
    from celery.signals import worker_ready, worker_shutdown

    from shared.celery import add_tasks, make_celery
    from shared.presence import Presence

    database = parts.open_migrated(settings, "worker", settings.worker_threads + 2)
    workshop = parts.make_workshop(settings, database)
    presence = Presence(database, "worker")
    worker_ready.connect(lambda **_: presence.begin(), weak=False)
    worker_shutdown.connect(lambda **_: presence.end(), weak=False)
    app = make_celery(parts.name, settings.redis_url)
    add_tasks(app, parts.name, workshop.send_letters, workshop.run_jobs)
    # what `celery worker` does, without its command line: that loads every other command too, 10 MB
    celery_worker = app.Worker(
        hostname=f"{parts.name}@{socket.gethostname()}.{os.getpid()}",
        pool_cls="threads",
        concurrency=settings.worker_threads,
        loglevel="WARNING",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    )
    celery_worker.start()
    sys.exit(celery_worker.exitcode)


def _run_relay(parts: ServiceParts, settings: ServiceSettings) -> None:
    from shared.doorbell import Doorbell
    from shared.jobs import keep_recurring
    from shared.presence import Presence
    from shared.relay import Relay

    database, kinds = parts.open_migrated(settings, "relay", 6), parts.kinds()
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, lambda *_: stop.set())
    presence = Presence(database, "relay")
    presence.begin()
    keep_recurring(database, kinds)  # a row that somebody deleted is back with the next start
    try:
        workshop = parts.make_workshop(settings, database)
        if parts.beside_relay is not None:
            parts.beside_relay(settings, database, stop)
        Relay(database, workshop, Doorbell(parts.name, settings.redis_url), kinds).run(stop)
    finally:
        presence.end()


def _add_database_verbs(group: click.Group, parts: ServiceParts) -> None:
    @group.command(name="migrate")
    @click.option("--seed", "with_seed", is_flag=True, help="Load the sample school afterwards.")
    def migrate_command(with_seed: bool) -> None:
        """Bring the database to the newest tables, as MIGRATE_DATABASE_URL's role."""
        from sqlalchemy import make_url

        from shared.logging import set_up_logging
        from shared.migrating import migrate
        from shared.waiting import wait_for_database

        settings = parts.load_settings()
        set_up_logging(f"{parts.name}-migrate")
        owner_url = settings.migrate_database_url or settings.database_url
        wait_for_database(owner_url, f"{parts.name} migrate")
        database = parts.open_database(settings, "migrate")
        app_role = make_url(settings.database_url).username or ""
        migrate(parts.migrations, owner_url, app_role, database, parts.kinds())
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

        from shared.migrating import alembic_config

        settings = parts.load_settings()
        config = alembic_config(parts.migrations, settings.migrate_database_url or settings.database_url)
        command.revision(config, message=message, autogenerate=True)

    @group.command()
    @click.option("--as", "role", required=True, help="The role that the token has.")
    @click.option(
        "--person", type=click.UUID, help="The account behind it, by its id; else one of that role."
    )
    @click.option("--days", default=30, show_default=True)
    def token(role: str, person: UUID | None, days: int) -> None:
        """Print a new bearer token, and nothing else."""
        from shared.access_tokens import create_token

        settings = parts.load_settings()
        database = parts.open_database(settings, "token")
        with database.transaction() as session:
            person_id, person_name = parts.token_person(settings, session, role, person)
            secret = create_token(
                session,
                name="command line",
                person_id=person_id,
                person_name=person_name,
                roles=[role],
                days=days,
            )
        click.echo(secret)

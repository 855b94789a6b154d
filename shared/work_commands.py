"""`letters` and `jobs` on the command line: what waits, what is in doubt, and what a person decides about it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import click
from rich.console import Console
from rich.table import Table

from shared import blobs, jobs, letters
from shared.audit import Actor
from shared.db import Database
from shared.errors import DomainError
from shared.settings import ServiceSettings

Load = Callable[[], ServiceSettings]
Open = Callable[[ServiceSettings, str], Database]
OPERATOR = Actor(None, "operator on the command line")


class _Friendly(click.Group):
    """A domain's refusal is a sentence, not a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DomainError as error:
            raise click.ClickException(error.detail) from None


def _show(columns: tuple[str, ...], rows: Any, empty: str) -> None:
    if not rows:
        click.echo(empty)
        return
    table = Table(*columns, box=None, header_style="bold")
    for row in rows:
        table.add_row(
            *(str(getattr(row, column) if getattr(row, column) is not None else "") for column in columns)
        )
    Console(width=None if Console().is_terminal else 200).print(table)


def letters_command(load: Load, open_database: Open) -> click.Group:
    """`letters list | show | resend | mark-sent`."""

    @click.group(
        name="letters",
        cls=_Friendly,
        help="Outgoing mail: what waits, what is in doubt, what to do about it.",
    )
    def group() -> None:
        pass

    def database() -> Database:
        return open_database(load(), "letters")

    @group.command(name="list")
    @click.option(
        "--status",
        type=click.Choice(
            ["queued", "ready", "sending", "sent", "failed", "unknown", "bounced", "cancelled"]
        ),
    )
    @click.option("--limit", default=50, show_default=True)
    def list_(status: str | None, limit: int) -> None:
        """Letters, newest first, without addresses."""
        with database().reading() as session:
            found = letters.list_letters(session, status=status, limit=limit)
        _show(("id", "kind", "status", "due_at", "attempts", "last_error"), found, "No letters.")

    @group.command()
    @click.argument("letter_id", type=click.UUID)
    def show(letter_id: UUID) -> None:
        """The letter as it was frozen, with its headers."""
        with database().reading() as session:
            letter = letters.show(session, letter_id)
            click.echo(f"{letter.kind}, {letter.status}, to {letter.recipient}", err=True)
            if letter.blob_sha256 is None:
                raise click.ClickException("It has no bytes yet: a letter is rendered when it is due.")
            click.echo(blobs.get(session, letter.blob_sha256).decode("ascii", "replace"))

    @group.command()
    @click.argument("letter_id", type=click.UUID)
    def resend(letter_id: UUID) -> None:
        """Send a letter again whose outcome is unknown, failed or bounced."""
        with database().transaction() as session:
            click.echo(letters.resend(session, letter_id, OPERATOR))

    @group.command(name="mark-sent")
    @click.argument("letter_id", type=click.UUID)
    def mark_sent(letter_id: UUID) -> None:
        """Settle a letter that is known to have arrived."""
        with database().transaction() as session:
            letters.mark_sent(session, letter_id, OPERATOR)
        click.echo("sent")

    return group


def jobs_command(load: Load, open_database: Open) -> click.Group:
    """`jobs list | retry`."""

    @click.group(name="jobs", cls=_Friendly, help="Work as rows: what is due, what recurs, what is parked.")
    def group() -> None:
        pass

    def database() -> Database:
        return open_database(load(), "jobs")

    @group.command(name="list")
    @click.option("--status", type=click.Choice(["queued", "leased", "done", "parked"]))
    @click.option("--limit", default=100, show_default=True)
    def list_(status: str | None, limit: int) -> None:
        """Jobs, parked ones first."""
        with database().reading() as session:
            found = jobs.list_jobs(session, status=status, limit=limit)
        _show(("id", "kind", "status", "due_at", "attempts", "last_error"), found, "No jobs.")

    @group.command()
    @click.argument("job_id", type=click.UUID)
    def retry(job_id: UUID) -> None:
        """Run a parked job again, now."""
        with database().transaction() as session:
            jobs.retry(session, job_id)
        click.echo("due now")

    return group

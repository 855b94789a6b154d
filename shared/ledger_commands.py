"""`ledger` on the command line: what does not add up, now or the last time somebody looked."""

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import click

from shared import ledger
from shared.db import Database
from shared.ledger import Finding
from shared.settings import ServiceSettings

Load = Callable[[], ServiceSettings]
Open = Callable[[ServiceSettings, str], Database]
Reconcile = Callable[[Any, Database, int], Sequence[Finding]]
Tell = Callable[[Any, Database, str], Iterable[str]]


def ledger_command(load: Load, open_database: Open, reconcile: Reconcile, tell: Tell | None) -> click.Command:
    """`ledger check`, and (where a service can tell of one thing) `ledger REFERENCE`."""

    @click.command(
        name="ledger",
        help="What does not add up: `check` looks now; a REFERENCE shows one inquiry's stations.",
    )
    @click.argument("what", default="")
    @click.option("--everything", is_flag=True, help="With `check`: every row, and not the last days alone.")
    def command(what: str, everything: bool) -> None:
        settings = load()
        database = open_database(settings, "ledger")
        if what and what != "check":
            if tell is None:
                raise click.ClickException("only `ledger check` is known here")
            for line in tell(settings, database, what):
                click.echo(line)
            return
        if what == "check":
            days = ledger.EVERYTHING_DAYS if everything else ledger.NIGHTLY_DAYS
            findings = reconcile(settings, database, days)
        else:
            with database.reading() as session:
                findings = ledger.stored(session)
        _print(findings)

    return command


def _print(findings: Sequence[Finding]) -> None:
    """Exit status 1 where anything does not add up."""
    for finding in findings:
        click.echo(str(finding))
    if not findings:
        click.echo("Nobody has looked yet: `ledger check`")
    if any(finding.number for finding in findings):
        sys.exit(1)

"""`hold`, `in-doubt` and `resume` on the command line: what a restored installation waits for, and the word that lets it go on."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import click

from shared import holding
from shared.audit import Actor
from shared.db import Database
from shared.journal import Journal, JournalAway, settle_by_journal
from shared.settings import ServiceSettings
from shared.transports import open_transport

Load = Callable[[], ServiceSettings]
Open = Callable[[ServiceSettings, str], Database]
OPERATOR = Actor(None, "operator on the command line")


def hold_command(load: Load, open_database: Open) -> click.Command:
    """`hold`."""

    @click.command(name="hold", help="Stop sending and recurring; what was not final is in doubt.")
    @click.option("--because", required=True, help="What people read as the reason.")
    def hold(because: str) -> None:
        settings = load()
        with _proof(settings) as proof, open_database(settings, "hold").transaction() as session:
            count = holding.hold(session, because, proof, settings.mail_domain)
        click.echo(f"held; {count} letters are in doubt")

    return hold


@contextmanager
def _proof(settings: ServiceSettings) -> Iterator[Callable[[str], bool | None]]:
    """Where a sent letter can be seen: in a Maildir, or in the journal. A journal that is away proves nothing, and keeps nobody."""
    transport = open_transport(settings.transport)
    with ExitStack() as open_until_here:
        open_until_here.callback(transport.close)
        journal = None
        if settings.journal is not None:
            try:
                journal = open_until_here.enter_context(Journal(settings.journal))
            except JournalAway as error:
                click.echo(f"The journal proves nothing now: {error}", err=True)

        def proof(message_id: str) -> bool | None:
            try:
                return transport.proof(message_id) or (journal is not None and journal.has(message_id))
            except JournalAway:
                return None

        yield proof


def in_doubt_command(load: Load, open_database: Open) -> click.Command:
    """`in-doubt`."""

    @click.command(name="in-doubt", help="Which letters may have been sent or not, and what work waits.")
    def in_doubt() -> None:
        settings = load()
        database = open_database(settings, "in-doubt")
        if settings.journal is not None:
            try:
                settled = settle_by_journal(database, settings.journal, settings.mail_domain)
                click.echo(f"{settled} letters were proven by the journal now")
            except JournalAway as error:
                click.echo(f"The journal proves nothing now: {error}", err=True)
        with database.reading() as session:
            for line in report(session):
                click.echo(line)

    return in_doubt


def report(session: Any) -> list[str]:
    """The lines that an operator reads before `resume`."""
    held = holding.state(session)
    letters, work = holding.in_doubt(session), holding.waiting_work(session)
    lines = [f"Held since {held.since:%Y-%m-%d %H:%M %Z}: {held.because}" if held else "Not held"]
    lines.append(
        f"  {len(letters)} letters in doubt: each may have been sent or not, and none goes again by itself"
    )
    lines += [
        f"    {letter.id}  {letter.created_at:%Y-%m-%d %H:%M}  {letter.kind} to {letter.recipient}"
        for letter in letters
    ]
    if letters:
        lines.append(
            "    settle each: `letters mark-sent ID` when it arrived, `letters resend ID` when it did not"
        )
    lines.append(
        f"  {sum(kind.jobs for kind in work)} jobs begin with `resume`"
        + "".join(f"; {kind.jobs} {kind.kind}" for kind in work)
    )
    return lines


def resume_command(load: Load, open_database: Open) -> click.Command:
    """`resume`."""

    @click.command(name="resume", help="Let work go on after a restore.")
    def resume() -> None:
        settings = load()
        with open_database(settings, "resume").transaction() as session:
            was_held = holding.resume(session, OPERATOR)
        click.echo("work goes on" if was_held else "nothing was held")

    return resume

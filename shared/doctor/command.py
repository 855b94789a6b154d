"""The verb `doctor`: every check in its order, a line each, and an exit status for whoever asks by program."""

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from shared.db import Database
from shared.doctor.addresses import address_findings
from shared.doctor.dns_records import dns_findings, text_records
from shared.doctor.engines import database_findings, disk_findings, redis_findings
from shared.doctor.findings import Finding, ok, wrong
from shared.doctor.mail import mail_findings
from shared.revisions import Revisions
from shared.settings import ServiceSettings, SettingsError

Open = Callable[[ServiceSettings, str], Database]
Own = Callable[[Any, Database], Iterator[Finding]]


def doctor_command(
    settings_class: type[ServiceSettings], migrations: Path, open_database: Open, own: Own | None = None
) -> click.Command:
    """`doctor`, of one service; `own` are the checks that only this service has."""

    @click.command(
        name="doctor",
        help="Look at the installation: a line a check, exit status 1 if anything is wrong. `doctor mail` also prints what is said"
        " to the mail servers and by them.",
    )
    @click.argument("what", type=click.Choice(["everything", "mail"]), default="everything")
    @click.option("--send-to", default="", help="With `mail`: send a test letter to this address.")
    @click.option("--nameserver", default="", help="Ask this DNS server instead of the machine's own.")
    def doctor(what: str, nameserver: str, send_to: str) -> None:
        if what == "mail":
            findings = _examine_mail(settings_class, nameserver, send_to)
        else:
            findings = print_findings(_examine(settings_class, migrations, open_database, own, nameserver))
        if any(finding.level == "wrong" for finding in findings):
            sys.exit(1)

    return doctor


def print_findings(findings: Iterable[Finding]) -> list[Finding]:
    """Each is on the screen as soon as it is known."""
    said = []
    for finding in findings:
        click.echo(str(finding))
        said.append(finding)
    return said


def _examine_mail(settings_class: type[ServiceSettings], nameserver: str, send_to: str) -> list[Finding]:
    from shared.doctor.dialogues import examine_mail

    try:
        settings = settings_class.from_env()
    except SettingsError as error:
        return print_findings([wrong("settings", " ".join(str(error).split()), "see .env.example")])
    return examine_mail(settings, text_records(nameserver), click.echo, send_to)


def _examine(
    settings_class: type[ServiceSettings],
    migrations: Path,
    open_database: Open,
    own: Own | None,
    nameserver: str,
) -> Iterator[Finding]:
    missing = settings_class.missing_files()
    if missing:
        named = ", ".join(map(str, missing))
        yield wrong("settings", f"files that they name are missing: {named}", "run `init`, or write them")
        return
    try:
        settings = settings_class.from_env()
    except SettingsError as error:
        yield wrong("settings", " ".join(str(error).split()), "see .env.example")
        return
    yield ok("settings", "all are there, and none is weak")
    database = open_database(settings, "doctor")
    yield from database_findings(database, Revisions.of(migrations))
    yield from redis_findings(settings.redis_url)
    yield from disk_findings(Path(settings.var_dir))
    yield from mail_findings(settings)
    if settings.mailbox_folder is None:
        yield from dns_findings(
            from_domain=settings.mail_from.rpartition("@")[2],
            bounce_domain=settings.mail_domain,
            selector=settings.dkim_selector,
            ask=text_records(nameserver),
        )
    if own is not None:
        yield from own(settings, database)
    yield from address_findings(settings)

"""The command line of this service: its processes, and `staff add | reset | disable` for the operator.

Imports stand inside: each verb loads its own part alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast
from uuid import UUID

import click

from inquiry_service.settings import InquirySettings
from shared.commands import ServiceParts, service_commands

if TYPE_CHECKING:
    from threading import Event

    from sqlalchemy.orm import Session

    from shared.audit import Actor
    from shared.db import Database
    from shared.doctor.findings import Finding
    from shared.erasures import Erasure
    from shared.jobs import JobKind
    from shared.ledger import Finding as LedgerFinding
    from shared.workshop import Workshop


def _token_person(
    settings: InquirySettings, session: "Session", role: str, person_id: UUID | None
) -> tuple[UUID, str]:
    from inquiry_service.db.models import Staff
    from inquiry_service.domain import staff

    if person_id is None:
        return staff.first_of_role(session, role)
    person = session.get(Staff, person_id)
    if person is None or role not in person.roles:
        raise click.ClickException(f"Nobody with that id has the role {role}")
    return person.id, person.name


def _seed(settings: Any, database: "Database") -> None:
    from inquiry_service.sample import seed

    seed(settings, database)


def _kinds() -> "Mapping[str, JobKind]":
    from inquiry_service.jobs import KINDS

    return KINDS


def _watch(settings: Any, database: "Database", stop: "Event") -> None:
    if settings.imap is not None:
        from inquiry_service.roads.watch import watch_mailboxes

        watch_mailboxes(database, settings.imap, stop)


def _own_findings(settings: Any, database: "Database") -> "Iterator[Finding]":
    from inquiry_service.roads.findings import road_findings

    return road_findings(settings, database)


def _reconcile(settings: Any, database: "Database", days: int) -> "list[LedgerFinding]":
    from inquiry_service.jobs.reconciling import reconcile

    return reconcile(database, settings, days=days)


def _tell(settings: Any, database: "Database", reference: str) -> "Iterator[str]":
    """The stations of one inquiry, a line each."""
    from inquiry_service.domain import ledger
    from shared.errors import NotFound

    with database.reading() as session:
        try:
            inquiry = ledger.find(session, reference)
        except NotFound as error:
            raise click.ClickException(error.detail) from None
        for station in ledger.stations(session, inquiry):
            at = station.at.astimezone(settings.zone)
            queue_id = f"  [{station.queue_id}]" if station.queue_id else ""
            yield f"{at:%Y-%m-%d %H:%M:%S %Z}  {station.what:<16}  {station.detail}{queue_id}".rstrip()


def _erase_again(session: "Session", wanted: "Sequence[Erasure]") -> int:
    from inquiry_service.domain.personal_data import erase_again

    return erase_again(session, wanted)


def _make_workshop(settings: Any, database: "Database") -> "Workshop":
    from inquiry_service.worker import make_workshop

    return make_workshop(settings, database)


PARTS = ServiceParts(
    name="inquiry_service",
    settings=InquirySettings,
    wsgi_target="inquiry_service.app:make_wsgi",
    migrations=Path(__file__).parent / "db" / "migrations",
    kinds=_kinds,
    make_workshop=_make_workshop,
    seed=_seed,
    token_person=_token_person,
    beside_relay=_watch,
    own_findings=_own_findings,
    reconcile=_reconcile,
    erase_again=_erase_again,
    tell=_tell,
)
commands = service_commands(PARTS)


def _operator() -> "Actor":
    from shared.audit import Actor

    return Actor(None, "operator on the command line")


@commands.command(name="read-mail")
@click.argument("files", nargs=-1, required=True, type=click.Path())
def read_mail(files: tuple[str, ...]) -> None:
    """Print what the intake reads in each mail, one line of JSON a mail; needs no settings and no database."""
    from inquiry_service.mail.described import line
    from inquiry_service.mail.reader import MailReader

    reader = MailReader()
    for file in files:
        click.echo(line(reader, file))
    reader.close()


@commands.command()
def listen() -> None:
    """Take mail by LMTP or SMTP at LISTEN_URL, for our own addresses."""
    from inquiry_service.domain.our_addresses import OurAddresses
    from inquiry_service.roads.listener import HANDS, Listener, keeper
    from shared.commands import load_no_rich
    from shared.logging import set_up_logging

    load_no_rich()
    settings = cast(InquirySettings, PARTS.await_settings("listen"))
    set_up_logging(f"{PARTS.name}-listen")
    database = PARTS.open_migrated(settings, "listen", HANDS)
    ours = OurAddresses(settings.mail_domain, settings.public_addresses)
    Listener(settings.listen, ours, keeper(database, settings.listen.protocol)).run()


@commands.group(name="mailboxes")
def mailbox_commands() -> None:
    """Folders of the mail server that mail is read from."""


@mailbox_commands.command(name="list")
def list_mailboxes() -> None:
    """How far each folder was read."""
    from inquiry_service.domain import mailboxes

    with PARTS.open_database(PARTS.load_settings(), "mailboxes").reading() as session:
        found = mailboxes.conditions(session)
    for folder in found:
        click.echo(folder.in_words())
    if not found:
        click.echo("No folder was read yet: is IMAP_URL set, and a relay running?")


@mailbox_commands.command(name="read")
def read_now() -> None:
    """Read every folder now, and say how it went."""
    from inquiry_service.roads.mailboxes import read_mailboxes

    settings = cast(InquirySettings, PARTS.load_settings())
    if settings.imap is None:
        raise click.ClickException("IMAP_URL is not set")
    taken = read_mailboxes(PARTS.open_database(settings, "mailboxes"), settings.imap)
    click.echo(f"{taken} mails are new. How the folders stand: `mailboxes list`")


@mailbox_commands.command(name="reread")
def reread() -> None:
    """Read every folder from its beginning again, also the one that mails are moved to; what is known stays one mail."""
    from inquiry_service.domain import mailboxes
    from inquiry_service.roads.mailboxes import read_archive, read_mailboxes

    settings = cast(InquirySettings, PARTS.load_settings())
    if settings.imap is None:
        raise click.ClickException("IMAP_URL is not set")
    database = PARTS.open_database(settings, "mailboxes")
    with database.transaction() as session:
        mailboxes.reread(session)
    taken = read_archive(database, settings.imap) + read_mailboxes(database, settings.imap)
    click.echo(f"{taken} mails are new. How the folders stand: `mailboxes list`")


@commands.group(name="staff")
def staff_commands() -> None:
    """Accounts of the people who work here."""


@staff_commands.command()
@click.option("--name", required=True)
@click.option("--email", required=True)
@click.option(
    "--role", "roles", multiple=True, required=True, help="director, staff, registrar, instructor or auditor."
)
@click.option(
    "--program", "programs", multiple=True, help="A program they answer for; none means every program."
)
@click.option("--title", default="", help="Stands below their name in answers.")
def add(name: str, email: str, roles: tuple[str, ...], programs: tuple[str, ...], title: str) -> None:
    """Add an account and print its first password."""
    import secrets

    from inquiry_service.domain import passwords, staff

    password = secrets.token_urlsafe(15)
    with _transaction() as session:
        person = staff.add(
            session,
            _operator(),
            name=name,
            email=email,
            roles=roles,
            title=title,
            programs=programs or (staff.ALL_PROGRAMS,),
            password_hash=passwords.hash_password(password),
        )
    click.echo(f"{person.email} {password}")


@staff_commands.command(name="first-director")
def first_director_link() -> None:
    """Print a link that makes the first director; nothing when there is one."""
    from inquiry_service.domain import first_director

    with _transaction() as session:
        secret = first_director.new_link(session)
    if secret is not None:
        click.echo(f"{PARTS.load_settings().public_url}/account/first/{secret}")


@staff_commands.command()
@click.argument("email")
def reset(email: str) -> None:
    """Send a letter with a link that sets a new password."""
    from inquiry_service.domain import staff
    from shared.tokens import new_id

    with _transaction() as session:
        person = staff.find_by_email(session, email)
        staff.request_reset(session, person.email, hour=new_id().hex)
    click.echo("A letter with a link is on its way.")


@staff_commands.command()
@click.argument("email")
def disable(email: str) -> None:
    """Close an account: sessions, tokens and reply addresses end at once."""
    from inquiry_service.domain import staff

    with _transaction() as session:
        staff.disable(session, _operator(), staff.find_by_email(session, email).id)
    click.echo("The account is closed.")


@commands.command(name="read-reply")
@click.argument("file", type=click.File("rb"), default="-")
def read_reply(file: IO[bytes]) -> None:
    """Print what the writer of a mail's text wrote, without what they quoted. FILE is plain text or HTML; `-`, or none, is the standard input."""
    from inquiry_service.mail.html_quotation import is_page, what_was_written_in_html
    from inquiry_service.mail.quotation import what_was_written

    text = file.read().decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    written = what_was_written_in_html(text) if is_page(text) else what_was_written(text)
    click.echo(written.text.encode("utf-8", "replace"))


@contextmanager
def _transaction() -> "Iterator[Session]":
    """A transaction on the service's database; refusals end as sentences."""
    from shared.errors import DomainError

    try:
        with PARTS.open_database(PARTS.load_settings(), "staff").transaction() as session:
            yield session
    except DomainError as error:
        raise click.ClickException(error.detail) from None

"""The command line of this service: its processes, and `staff add | reset | disable` for the operator."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import click
from sqlalchemy.orm import Session

from inquiry_service.domain import first_director, passwords, staff
from inquiry_service.jobs import KINDS
from inquiry_service.sample import seed
from inquiry_service.settings import InquirySettings
from inquiry_service.worker import make_workshop
from shared.audit import Actor
from shared.commands import ServiceParts, service_commands
from shared.errors import DomainError
from shared.people import ROLES
from shared.tokens import new_id

OPERATOR = Actor(None, "operator on the command line")


def _token_person(session: Session, role: str) -> tuple[UUID, str]:
    return staff.first_of_role(session, role)


PARTS = ServiceParts(
    name="inquiry_service",
    settings=InquirySettings,
    wsgi_target="inquiry_service.app:make_wsgi",
    migrations=Path(__file__).parent / "db" / "migrations",
    kinds=KINDS,
    make_workshop=make_workshop,
    seed=seed,
    token_person=_token_person,
)
commands = service_commands(PARTS)


@commands.group(name="staff")
def staff_commands() -> None:
    """Accounts of the people who work here."""


@staff_commands.command()
@click.option("--name", required=True)
@click.option("--email", required=True)
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(ROLES))
@click.option(
    "--program", "programs", multiple=True, help="A program they answer for; none means every program."
)
@click.option("--title", default="", help="Stands below their name in answers.")
def add(name: str, email: str, roles: tuple[str, ...], programs: tuple[str, ...], title: str) -> None:
    """Add an account and print its first password."""
    password = secrets.token_urlsafe(15)
    with _transaction() as session:
        person = staff.add(
            session,
            OPERATOR,
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
    with _transaction() as session:
        secret = first_director.new_link(session)
    if secret is not None:
        click.echo(f"{PARTS.load_settings().public_url}/account/first/{secret}")


@staff_commands.command()
@click.argument("email")
def reset(email: str) -> None:
    """Send a letter with a link that sets a new password."""
    with _transaction() as session:
        person = staff.find_by_email(session, email)
        staff.request_reset(session, person.email, hour=new_id().hex)
    click.echo("A letter with a link is on its way.")


@staff_commands.command()
@click.argument("email")
def disable(email: str) -> None:
    """Close an account: sessions, tokens and reply addresses end at once."""
    with _transaction() as session:
        staff.disable(session, OPERATOR, staff.find_by_email(session, email).id)
    click.echo("The account is closed.")


@contextmanager
def _transaction() -> Iterator[Session]:
    """A transaction on the service's database; refusals end as sentences."""
    try:
        with PARTS.open_database(PARTS.load_settings(), "staff").transaction() as session:
            yield session
    except DomainError as error:
        raise click.ClickException(error.detail) from None

"""The command line of this service: its processes, and tools for the operator."""

from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

import click
from sqlalchemy.orm import Session

from enrollment_service.domain import sample_school
from enrollment_service.jobs import KINDS
from enrollment_service.settings import EnrollmentSettings
from enrollment_service.web.auth import SEES_OFFICE
from enrollment_service.worker import make_workshop
from shared.clock import utc_now
from shared.commands import ServiceParts, service_commands
from shared.db import Database
from shared.references import References


def _token_person(session: Session, role: str) -> tuple[UUID, str]:
    """Accounts belong to inquiry: behind a token of the command line stands the role itself."""
    if role not in SEES_OFFICE:
        raise click.ClickException(f"{role} opens nothing here; choose one of {', '.join(SEES_OFFICE)}")
    return uuid5(NAMESPACE_URL, f"frontdesk-office:{role}"), f"{role.capitalize()} (by token)"


def seed(settings: EnrollmentSettings, database: Database) -> None:
    """The sample school is there; what was there before stays."""
    references = References(database, "registration_reference", "R")
    today = utc_now().astimezone(settings.zone).date()
    with database.transaction() as session:
        sample_school.load(session, references, today=today, zone=settings.zone)


PARTS = ServiceParts(
    name="enrollment_service",
    settings=EnrollmentSettings,
    wsgi_target="enrollment_service.app:make_wsgi",
    migrations=Path(__file__).parent / "db" / "migrations",
    kinds=KINDS,
    make_workshop=make_workshop,
    seed=seed,
    token_person=_token_person,
)
commands = service_commands(PARTS)

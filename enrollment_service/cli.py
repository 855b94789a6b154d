"""The command line of this service: its processes, and tools for the operator. Imports stand inside: each verb loads its own part alone."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

import click

from enrollment_service.settings import EnrollmentSettings
from shared.commands import ServiceParts, service_commands

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from shared.db import Database
    from shared.erasures import Erasure
    from shared.jobs import JobKind
    from shared.ledger import Finding as LedgerFinding
    from shared.workshop import Workshop

# Accounts are inquiry's. Its sample gives these people the same ids on every machine, so that a token can name one of them.
SAMPLE_PEOPLE = {
    "director": ("Dora Vance", "dora.vance@riverside.example"),
    "staff": ("Ben Castillo", "ben.castillo@riverside.example"),
    "registrar": ("Ruth Okafor", "ruth.okafor@riverside.example"),
    "instructor": ("Ines Halloran", "ines.halloran@riverside.example"),
}


def token_person(
    settings: EnrollmentSettings, session: "Session", role: str, person_id: UUID | None
) -> tuple[UUID, str]:
    """Who stands behind a token of the command line: the account that is named, or the sample school's person of that role.

    Raises ClickException. A token of somebody whom inquiry does not know opens nothing.
    """
    from enrollment_service.web.auth import SEES_OFFICE

    if role not in SEES_OFFICE:
        raise click.ClickException(f"{role} opens nothing here; choose one of {', '.join(SEES_OFFICE)}")
    if person_id is not None:
        return person_id, f"{role.capitalize()} (by token)"
    if not settings.sample_school or role not in SAMPLE_PEOPLE:
        raise click.ClickException(
            "Accounts belong to inquiry: name one by its id with --person (/api/inquiry/v1/me shows one's own)."
        )
    name, email = SAMPLE_PEOPLE[role]
    return uuid5(NAMESPACE_URL, f"frontdesk-sample:{email}"), name


def seed(settings: EnrollmentSettings, database: "Database") -> None:
    """The sample school is there; what was there before stays."""
    from enrollment_service.domain import sample_school
    from shared.clock import utc_now
    from shared.references import References

    references = References(database, "registration_reference", "R")
    today = utc_now().astimezone(settings.zone).date()
    with database.transaction() as session:
        sample_school.load(session, references, today=today, zone=settings.zone)


def _kinds() -> "Mapping[str, JobKind]":
    from enrollment_service.jobs import KINDS

    return KINDS


def _erase_again(session: "Session", wanted: "Sequence[Erasure]") -> int:
    from enrollment_service.domain.personal_data import erase_again

    return erase_again(session, wanted)


def _make_workshop(settings: Any, database: "Database") -> "Workshop":
    from enrollment_service.worker import make_workshop

    return make_workshop(settings, database)


def _reconcile(settings: Any, database: "Database", days: int) -> "list[LedgerFinding]":
    from enrollment_service.jobs.reconciling import reconcile

    return reconcile(database, days=days)


PARTS = ServiceParts(
    name="enrollment_service",
    settings=EnrollmentSettings,
    wsgi_target="enrollment_service.app:make_wsgi",
    migrations=Path(__file__).parent / "db" / "migrations",
    kinds=_kinds,
    make_workshop=_make_workshop,
    seed=seed,
    token_person=token_person,
    reconcile=_reconcile,
    erase_again=_erase_again,
)
commands = service_commands(PARTS)

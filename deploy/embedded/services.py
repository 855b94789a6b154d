"""The two services as data: what the supervisor starts, where it listens, what a person may open."""

from collections.abc import Mapping
from dataclasses import dataclass

PROCESSES = ("web", "worker", "relay")


@dataclass(frozen=True)
class Service:
    """One service: `python -m <module> <verb>` is the only way the supervisor knows it."""

    name: str
    module: str
    default_port: int
    pages: tuple[tuple[str, str], ...] = ()  # what it is called, where it is
    token_roles: tuple[str, ...] = ()  # for whom it can issue a bearer token
    processes: tuple[str, ...] = PROCESSES
    on_demand: tuple[
        tuple[str, str], ...
    ] = ()  # a process, and the variable that the operator sets to have it
    prepare: tuple[str, ...] = ("migrate", "--seed")

    def processes_for(self, operator: Mapping[str, str]) -> tuple[str, ...]:
        """The verbs to start for an operator with these settings."""
        wanted = (verb for verb, variable in self.on_demand if operator.get(variable))
        return (*self.processes, *wanted)

    @property
    def prefix(self) -> str:
        """What the names of its own variables begin with, e.g. `ENROLLMENT`."""
        return self.name.upper()

    @property
    def port_variable(self) -> str:
        return f"{self.prefix}_PORT"

    @property
    def url_variable(self) -> str:
        return f"{self.prefix}_URL"

    @property
    def database_variable(self) -> str:
        return f"{self.prefix}_DATABASE_URL"


ENROLLMENT = Service(
    name="enrollment",
    module="enrollment_service",
    default_port=8001,
    pages=(
        ("Programs and registration", "/programs"),
        ("Registrar's office", "/office/"),
        ("Its API", "/api/enrollment/v1/docs"),
    ),
    token_roles=("registrar", "instructor"),
)

INQUIRY = Service(
    name="inquiry",
    module="inquiry_service",
    default_port=8002,
    pages=(
        ("Ask a question", "/ask"),
        ("The director's desk", "/desk/"),
        ("Mailbox: every letter", "/mailbox"),
        ("Its API", "/api/inquiry/v1/docs"),
    ),
    token_roles=("director", "staff", "auditor"),
    on_demand=(("listen", "LISTEN_URL"),),
)

PAIR = (ENROLLMENT, INQUIRY)

COMMON_LIBRARIES = (
    "sqlalchemy.orm",
    "sqlalchemy.dialects.postgresql.psycopg",
    "psycopg",
    "structlog",
    "celery.apps.worker",
    "celery.concurrency.thread",
    "kombu.transport.redis",
    "redis",
    "flask_smorest",
    "flask_babel",
    "flask_wtf",
    "granian.server",
)
"""What most processes load, and nothing that reads the environment as it is loaded (such as prometheus_client)."""

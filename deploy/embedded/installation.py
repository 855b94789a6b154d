"""One installation: where it is, what it runs, and what its operator has set."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

from deploy.embedded.layout import Layout
from deploy.embedded.services import COMMON_LIBRARIES, PAIR, Service

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Installation:
    """Immutable; `operator` is the environment, and below it the `.env` file at the root."""

    root: Path
    layout: Layout
    services: tuple[Service, ...]
    operator: Mapping[str, str]
    loads: tuple[str, ...] = COMMON_LIBRARIES  # by the nursery, once for all processes

    def of_own_database(self) -> list[Service]:
        """The services whose database the supervisor keeps."""
        return [service for service in self.services if not self.operator.get(service.database_variable)]

    def service_for(self, role: str) -> Service | None:
        """The service that issues tokens for this role."""
        return next((service for service in self.services if role in service.token_roles), None)


def installation_at(root: Path = ROOT, services: tuple[Service, ...] = PAIR) -> Installation:
    """The installation in a directory, with its data in `var/` (or where VAR_DIR says)."""
    operator = operator_settings(root, os.environ)
    var = Path(root, operator.get("VAR_DIR", "var")).absolute()
    return Installation(root.absolute(), Layout(var), services, operator)


def operator_settings(root: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """What the operator set: the environment wins over `.env`, and an empty value counts as not set."""
    from_file = dotenv_values(root / ".env", interpolate=False)
    merged = {**from_file, **{name: value for name, value in environment.items() if value}}
    return {name: value for name, value in merged.items() if value}

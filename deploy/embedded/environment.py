"""The environment of each process: the operator's settings, our defaults, and what is each service's own."""

from collections.abc import Mapping

from deploy.embedded.installation import Installation
from deploy.embedded.orphans import MARK
from deploy.embedded.ports import port_of
from deploy.embedded.postgres import Cluster
from deploy.embedded.secrets import read_or_create, secret_key, webhook_secret
from deploy.embedded.services import Service
from deploy.embedded.valkey import Valkey

OWN = ("DATABASE_URL", "MIGRATE_DATABASE_URL", "SECRET_KEY", "PUBLIC_URL", "PORT")
SCHOOL = {
    "SCHOOL_NAME": "Riverside Training College",
    "SCHOOL_TIMEZONE": "America/Chicago",
    "SCHOOL_LOCALE": "en",
    "SCHOOL_PHONE": "(555) 010-0142",
    "MAIL_FROM": "frontdesk@riverside.example",
}


def for_process(installation: Installation, service: Service, *, may_migrate: bool = False) -> dict[str, str]:
    """Everything one process of the service needs. Only `migrate` gets the owner's way into the database."""
    own = _own(installation, service)
    if not may_migrate:
        own.pop("MIGRATE_DATABASE_URL", None)
    return _inherited(installation) | _shared(installation) | own


def for_nursery(installation: Installation) -> dict[str, str]:
    """What is the same for every process, and the mark by which the next run finds it; what it forks gets an environment of its own."""
    return _inherited(installation) | {MARK: str(installation.layout.base), "PYTHONUNBUFFERED": "1"}


def _inherited(installation: Installation) -> dict[str, str]:
    """What the operator set, without what is for make, for PostgreSQL's clients, or for one service alone."""
    given = installation.operator.items()
    return {name: value for name, value in given if not _is_kept_back(installation, name)}


def _is_kept_back(installation: Installation, name: str) -> bool:
    if name in OWN or name.startswith(("MAKE", "MFLAGS", "PG")) or name == "PYTHONDONTWRITEBYTECODE":
        return True
    return any(name == f"{service.prefix}_{own}" for service in installation.services for own in OWN)


def _shared(installation: Installation) -> dict[str, str]:
    """The same for every process; a variable that the operator has set (or `<NAME>_FILE`) is left alone."""
    var = installation.layout.base
    defaults = {
        **SCHOOL,
        "HOST": "127.0.0.1",
        "REDIS_URL": Valkey(var).url,
        "SMTP_URL": f"maildir://{installation.layout.mail}",
        "PAIR_SECRET": read_or_create(installation.layout.secrets / "pair-secret", webhook_secret()),
        "EMBEDDED": "1",
        "SAMPLE_SCHOOL": "1",
        **{service.url_variable: _address(installation, service) for service in installation.services},
    }
    given = installation.operator
    unset = {name: value for name, value in defaults.items() if not {name, f"{name}_FILE"} & given.keys()}
    return unset | {"VAR_DIR": str(var), MARK: str(var), "PYTHONUNBUFFERED": "1"}


def _own(installation: Installation, service: Service) -> dict[str, str]:
    """What differs between the services; the operator's `<SERVICE>_<NAME>` wins."""
    given = installation.operator
    key = read_or_create(installation.layout.secrets / f"{service.name}-secret-key", secret_key())
    values = {
        "SECRET_KEY": key,
        "PUBLIC_URL": _address(installation, service),
        **_databases(installation, service),
    }
    overridden = {name: given.get(f"{service.prefix}_{name}", value) for name, value in values.items()}
    return overridden | {"PORT": str(port_of(service, given))}


def _databases(installation: Installation, service: Service) -> Mapping[str, str]:
    if own := installation.operator.get(service.database_variable):
        return {"DATABASE_URL": own, "MIGRATE_DATABASE_URL": own}
    cluster = Cluster(installation.layout.base)
    return {
        "DATABASE_URL": cluster.url(service.name, "app"),
        "MIGRATE_DATABASE_URL": cluster.url(service.name, "owner"),
    }


def _address(installation: Installation, service: Service) -> str:
    return f"http://127.0.0.1:{port_of(service, installation.operator)}"

"""The one-shot `init` of the containers: secrets, databases and roles, migrations, first director's link.

May run again at any time: what is there stays. The processes read what it writes by their `…_FILE` settings.
"""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import psycopg

from deploy.embedded.roles import ensure_database
from deploy.embedded.secrets import password, read_or_create, secret_key, webhook_secret
from deploy.embedded.services import PAIR, Service
from deploy.embedded.waiting import wait_until

SECRETS = Path("/secrets")
PATIENCE_S = 120.0
FIRST_DIRECTOR = ("inquiry_service", "staff", "first-director")


def main() -> int:
    """The exit status: 0 when every process can start."""
    admin_url = _admin_url()
    if not wait_until(lambda: _answers(admin_url), PATIENCE_S, poll_s=0.5):
        sys.stderr.write(f"PostgreSQL at {_host()} did not answer for {PATIENCE_S:.0f} s.\n")
        return 1
    pair_secret = read_or_create(SECRETS / "inquiry" / "pair-secret", webhook_secret())
    for service in PAIR:
        ensure_database(admin_url, service.name, _password)
        settings = _write_secrets(service, pair_secret)
        verb = ["migrate", "--seed"] if os.environ.get("SAMPLE_SCHOOL") == "1" else ["migrate"]
        subprocess.run([sys.executable, "-m", service.module, *verb], env=settings, check=True)
        if service.module == FIRST_DIRECTOR[0]:
            subprocess.run([sys.executable, "-m", *FIRST_DIRECTOR], env=settings, check=True)
    return 0


def _write_secrets(service: Service, pair_secret: str) -> dict[str, str]:
    """The service's own secrets are in its volume; answers the environment in which it migrates."""
    folder = SECRETS / service.name
    owner = {"MIGRATE_DATABASE_URL": _url(service, "owner")}
    own = {
        "DATABASE_URL": read_or_create(folder / "database-url", _url(service, "app")),
        "SECRET_KEY": read_or_create(folder / "secret-key", secret_key()),
        "PAIR_SECRET": read_or_create(folder / "pair-secret", pair_secret),
    }
    return dict(os.environ) | own | owner


def _admin_url() -> str:
    secret = read_or_create(SECRETS / "postgres" / "password", password())
    return f"postgresql://postgres:{quote(secret)}@{_host()}/postgres?connect_timeout=5"


def _url(service: Service, role: str) -> str:
    user = f"{service.name}_{role}"
    return f"postgresql://{user}:{quote(_password(user))}@{_host()}/{service.name}"


def _password(role: str) -> str:
    """Kept where only `init` and the database's own container look."""
    return read_or_create(SECRETS / "postgres" / f"{role}.password", password())


def _host() -> str:
    return os.environ.get("POSTGRES_HOST", "postgres")


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())

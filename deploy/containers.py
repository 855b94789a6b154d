"""The one-shot `init` of the containers: secrets, databases and roles, migrations, first director's link.

May run again at any time: what is there stays. The processes read what it writes by their `…_FILE` settings.
`rotate NAME…` makes secrets anew before that; the processes read them when they start again.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import psycopg
import structlog

from deploy.embedded.printing import sign_in_lines
from deploy.embedded.roles import ROLES, ensure_database
from deploy.embedded.secrets import password, read_or_create, secret_key, webhook_secret
from deploy.embedded.services import PAIR, Service
from deploy.embedded.waiting import wait_until
from shared.logging import set_up_logging
from shared.waiting import Patience

SECRETS = Path("/secrets")
PATIENCE_S = 300.0
STAFF = "inquiry_service"  # whose accounts are the accounts
log = structlog.get_logger()


ROTATED = {
    "secret-keys": [f"{service.name}/secret-key" for service in PAIR],
    "pair-secret": [f"{service.name}/pair-secret" for service in PAIR],
    "database-passwords": [
        path
        for service in PAIR
        for path in (
            f"{service.name}/database-url",
            *(f"postgres/{service.name}_{role}.password" for role in ROLES),
        )
    ],
}


def main(arguments: Sequence[str]) -> int:
    """The exit status: 0 when every process can start."""
    if arguments and not forget(arguments):
        sys.stderr.write(f"usage: deploy.containers [rotate {' | '.join(ROTATED)}]\n")
        return 2
    set_up_logging("init")
    admin_url = _admin_url()
    patience = Patience()
    if not wait_until(lambda: _answers(admin_url, patience), PATIENCE_S, poll_s=0.5):
        log.error("gave_up", what=f"PostgreSQL at {_host()}", seconds=round(PATIENCE_S))
        return 1
    patience.over()
    is_sample = os.environ.get("SAMPLE_SCHOOL") == "1"
    settings = _write_secrets(admin_url)
    for service in PAIR:
        if status := _run(settings[service.name], service.module, "migrate", *["--seed"] * is_sample):
            return status
    if is_sample:
        _say("Sample sign-ins:", *sign_in_lines(_var_dir() / "secrets" / "sign-ins.json"))
    return _offer_first_account(settings["inquiry"])


def _write_secrets(admin_url: str) -> dict[str, dict[str, str]]:
    """Databases and roles are there, and each service's own secrets in its volume; answers the environments to migrate in."""
    pair_secret = read_or_create(SECRETS / "inquiry" / "pair-secret", webhook_secret())
    settings = {}
    for service in PAIR:
        ensure_database(admin_url, service.name, _password)
        folder = SECRETS / service.name
        own = {
            "SECRET_KEY": read_or_create(folder / "secret-key", secret_key()),
            "PAIR_SECRET": read_or_create(folder / "pair-secret", pair_secret),
            "DATABASE_URL": read_or_create(folder / "database-url", _url(service, "app")),
        }
        settings[service.name] = dict(os.environ) | own | {"MIGRATE_DATABASE_URL": _url(service, "owner")}
    return settings


def forget(arguments: Sequence[str]) -> bool:
    """The named secrets are gone, and will be made anew; False when a name is unknown."""
    verb, *names = arguments
    if verb != "rotate" or not names or not set(names) <= ROTATED.keys():
        return False
    for name in names:
        for path in ROTATED[name]:
            (SECRETS / path).unlink(missing_ok=True)
    return True


def _offer_first_account(settings: dict[str, str]) -> int:
    """While nobody directs the school, whoever reads this log can become its director."""
    link = subprocess.run(
        [sys.executable, "-m", STAFF, "staff", "first-director"],
        env=settings,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if link.stdout.strip():
        _say("This link makes the first director, once, within a week:", link.stdout.strip())
    return link.returncode


def _run(settings: dict[str, str], *command: str) -> int:
    """The exit status of one verb of a service; its own words stand above ours."""
    status = subprocess.run([sys.executable, "-m", *command], env=settings, check=False).returncode
    if status:
        log.error("failed", command=" ".join(command), status=status)
    return status


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


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


def _var_dir() -> Path:
    return Path(os.environ.get("VAR_DIR", "var"))


def _answers(url: str, patience: Patience) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError as error:
        patience.wait(f"PostgreSQL at {_host()}", str(error).strip().splitlines()[-1])
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

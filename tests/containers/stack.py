"""One installation by `docker compose` (or what COMPOSE names), under a project name and a port of its own."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

from shared.revisions import Revisions
from tests.containers.visitors import Visitor
from tests.containers.waiting import wait_until
from tests.embedded.pair import free_ports

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = shlex.split(os.environ.get("COMPOSE") or "docker compose")
PROJECT = "frontdesk-compose-test"
OURS = tuple(
    f"{service}-{verb}" for service in ("enrollment", "inquiry") for verb in ("web", "worker", "relay")
)
REVISION = '''"""One more column, which nobody reads yet."""

import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("letter", sa.Column("added_later", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("letter", "added_later")
'''
PATIENCE_S = 600.0  # a machine without layers copies a whole image for each container


def why_not() -> str | None:
    """Why no compose runs here, None where one does."""
    for question in (["version"], ["-p", PROJECT, "ps"]):
        try:
            done = subprocess.run([*COMPOSE, *question], cwd=ROOT, capture_output=True, check=False)
        except OSError as error:
            return f"{COMPOSE[0]} cannot be run: {error.strerror}"
        if done.returncode:
            return f"`{shlex.join([*COMPOSE, *question])}` ends with status {done.returncode}"
    return None


class Stack:
    """The installation; its verbs are compose's own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._overrides: list[Path] = []
        self.port = free_ports(1)[0]
        self.url = f"http://127.0.0.1:{self.port}"
        self.image = "frontdesk-compose-test:now"
        self.settings = {
            "HTTP_PORT": str(self.port),
            "PUBLIC_URL": self.url,
            "SAMPLE_SCHOOL": "0",
            "LIMIT_PUBLIC_WRITES": "100000/minute",
            "LIMIT_PUBLIC_READS": "100000/minute",
        }

    def compose(self, *arguments: str, image: str = "", root: Path = ROOT, check: bool = True) -> str:
        """What compose wrote to both streams."""
        files = [
            part for path in (root / "docker-compose.yml", *self._overrides) for part in ("-f", str(path))
        ]
        done = subprocess.run(
            [*COMPOSE, "-p", PROJECT, *files, *arguments],
            cwd=ROOT,
            env=os.environ | self.settings | {"FRONTDESK_IMAGE": image or self.image},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert not check or done.returncode == 0, f"{arguments}: {done.stdout[-4000:]}"
        return done.stdout

    def suit_the_gateway(self) -> None:
        """An old Caddy calls the buffering of bodies otherwise: it gets the same file with its own words."""
        version = self.compose("run", "--rm", "--no-deps", "-T", "gateway", "caddy", "version")
        found = re.search(r"\bv?2\.(\d+)\.", version)
        if found is None or int(found.group(1)) >= 7:
            return
        text = (ROOT / "deploy" / "gateway" / "Caddyfile").read_text()
        old = text.replace("request_buffers 300KB", "buffer_requests\n\tmax_buffer_size 300KB")
        (self._folder / "Caddyfile").write_text(old)
        override = self._folder / "override.yml"
        mount = f"{self._folder / 'Caddyfile'}:/etc/caddy/Caddyfile:ro"
        override.write_text(f'services:\n  gateway:\n    volumes: ["{mount}"]\n')
        self._overrides = [override]

    def wait_until_it_answers(self) -> None:
        """A page of each service comes through the gateway."""
        visitor = Visitor(self.url)
        pages = ("/programs", "/ask")
        assert wait_until(lambda: all(visitor.get(page).status == 200 for page in pages), 300), self.logs(
            "init"
        )

    def run_for(self, seconds: int, process: str, *, image: str = "") -> str:
        """What one more container of that process wrote before it was told to end."""
        package, _, verb = process.partition("-")
        command = [str(seconds), "python", "-m", f"{package}_service", verb]
        run = ["run", "--rm", "--no-deps", "-T", "--entrypoint", "timeout", process]
        return self.compose(*run, *command, image=image, check=False)

    def down(self, *, volumes: bool = False) -> None:
        """Nothing runs; with `volumes` nothing is kept either."""
        self.compose("down", "--remove-orphans", "-t", "20", *["-v"] * volumes, check=False)

    def logs(self, service: str) -> str:
        """What the service's containers wrote."""
        return self.compose("logs", service, check=False)

    def tracebacks(self) -> list[str]:
        """The services in whose logs an error has come out unsaid."""
        return [name for name in (*OURS, "init") if "Traceback" in self.logs(name)]

    def inside(self, service: str, *command: str) -> str:
        """What a command inside a running container wrote."""
        return self.compose("exec", "-T", service, *command)

    def sql(self, database: str, statement: str) -> list[str]:
        """The rows of a statement, as the database's own superuser."""
        asked = ["psql", "-U", "postgres", "-d", database, "-tAq", "-c", statement]
        return [line for line in self.inside("postgres", *asked).splitlines() if line.strip()]

    def scale(self, **counts: int) -> None:
        """So many containers of each service run; names with `_` for `-`."""
        for name, count in counts.items():  # one at a time: podman-compose hears only the last --scale
            service = name.replace("_", "-")
            self.compose("up", "-d", "--no-deps", "--scale", f"{service}={count}", service)

    def replace(self, service: str, image: str) -> None:
        """The service runs on that image."""
        self.compose("up", "-d", "--no-deps", service, image=image)

    def project_with_one_more_migration(self, folder: Path) -> Path:
        """A copy of what the image is built from; each service has one more revision, `next`, that adds a column."""
        for name in ("shared", "enrollment_service", "inquiry_service", "deploy"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("requirements.txt", "docker-compose.yml"):
            shutil.copy(ROOT / name, folder / name)
        for service in ("enrollment", "inquiry"):
            migrations = folder / f"{service}_service" / "db" / "migrations"
            revision = REVISION.format(before=Revisions.of(migrations).head)
            (migrations / "versions" / "next.py").write_text(revision)
        return folder

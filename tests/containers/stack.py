"""One installation by `docker compose` (or what COMPOSE names), under a project name and a port of its own."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

from tests.embedded.pair import free_ports
from tests.embedded.waiting import wait_for

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = shlex.split(os.environ.get("COMPOSE") or "docker compose")
PROJECT = "frontdesk-compose-test"
WEBS = ("enrollment-web", "inquiry-web")
OURS = tuple(f"{service}-{verb}" for service in ("enrollment", "inquiry") for verb in ("web", "worker", "relay"))
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
        files = [part for path in (root / "docker-compose.yml", *self._overrides) for part in ("-f", str(path))]
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

    def up(self) -> None:
        """Everything runs, and both services answer through the gateway."""
        self.compose("up", "-d")
        assert wait_for(self.answers, PATIENCE_S), self.logs("init")

    def answers(self) -> bool:
        """A page of each service comes through the gateway."""
        from tests.containers.visitors import Visitor

        visitor = Visitor(self.url)
        return all(visitor.get(path).status == 200 for path in ("/programs", "/ask"))

    def down(self, *, volumes: bool = False) -> None:
        """Nothing runs; with `volumes` nothing is kept either."""
        self.compose("down", "-t", "20", *["-v"] * volumes, check=False)

    def logs(self, service: str) -> str:
        """What the service's containers wrote."""
        return self.compose("logs", service, check=False)

    def inside(self, service: str, *command: str) -> str:
        """What a command inside a running container wrote."""
        return self.compose("exec", "-T", service, *command)

    def sql(self, database: str, statement: str) -> list[str]:
        """The rows of a statement, as the database's own superuser."""
        asked = ["psql", "-U", "postgres", "-d", database, "-tAq", "-c", statement]
        return [line for line in self.inside("postgres", *asked).splitlines() if line.strip()]

    def scale(self, **counts: int) -> None:
        """So many containers of each service run; names with `_` for `-`."""
        names = [name.replace("_", "-") for name in counts]
        wanted = [part for name, count in zip(names, counts.values(), strict=True) for part in ("--scale", f"{name}={count}")]
        self.compose("up", "-d", "--no-deps", *wanted, *names)

    def replace(self, service: str, image: str, *, scale: int) -> None:
        """The service runs on that image."""
        self.compose("up", "-d", "--no-deps", "--scale", f"{service}={scale}", service, image=image)

    def copy_project(self, folder: Path) -> Path:
        """A copy of what an image is built from."""
        kept = ("shared", "enrollment_service", "inquiry_service", "deploy")
        for name in kept:
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("requirements.txt", "docker-compose.yml"):
            shutil.copy(ROOT / name, folder / name)
        return folder

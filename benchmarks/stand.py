"""Where the measuring is done: real engines in a directory of their own, the sample school, and the real web processes."""

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import create_engine, pool, text

from deploy.embedded import environment
from deploy.embedded.installation import ROOT, Installation
from deploy.embedded.layout import Layout
from deploy.embedded.postgres import Cluster
from deploy.embedded.services import ENROLLMENT, INQUIRY, PAIR, Service
from deploy.embedded.valkey import Valkey
from shared.settings import ServiceSettings

WEB_PROCESSES, WEB_THREADS, POOL_SIZE = 2, ServiceSettings.web_threads, ServiceSettings.pool_size
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
NO_LIMIT = "1000000000/minute"  # counted all the same: only the figure is out of reach
SEATS = 10_000_000
_COPY_SECTION = text("""
    WITH copy AS (
        INSERT INTO section
        SELECT (jsonb_populate_record(section, jsonb_build_object('id', gen_random_uuid(), 'code', section.code || '-' || number))).*
        FROM section CROSS JOIN generate_series(1, :copies) AS number WHERE section.id = CAST(:id AS uuid) RETURNING id
    ), seats AS (
        INSERT INTO section_seats (section_id, capacity) SELECT id, 1 FROM copy
    ) SELECT id FROM copy
""")
_FILL_SECTION = text(
    "UPDATE section_seats SET capacity = :seats WHERE section_id = ANY(CAST(:ids AS uuid[]))"
)


class NotDurable(Exception):
    """PostgreSQL answers before its data are safe: no figure would mean anything."""


class Stand:
    """Engines, databases and web processes below `base`. With an `smtp_url` there is no sample school, and letters go there."""

    def __init__(self, base: Path, *, smtp_url: str = "") -> None:
        self._seed = () if smtp_url else ("--seed",)
        self.ports = {service.name: free_port() for service in PAIR} | {"bare": free_port()}
        operator = {f"{service.prefix}_PORT": str(self.ports[service.name]) for service in PAIR} | {
            "LIMIT_PUBLIC_WRITES": NO_LIMIT,
            "LIMIT_PUBLIC_READS": NO_LIMIT,
            "WEB_PROCESSES": str(WEB_PROCESSES),
            "WEB_THREADS": str(WEB_THREADS),
            "POOL_SIZE": str(POOL_SIZE),
        }
        if smtp_url:
            operator |= {"SMTP_URL": smtp_url, "SAMPLE_SCHOOL": "0"}
        self.installation = Installation(ROOT, Layout(base), PAIR, operator)
        self.cluster = Cluster(base)
        self.valkey = Valkey(base)

    @contextmanager
    def running(self) -> Iterator["Stand"]:
        """Everything answers inside the block, and nothing of it is left afterwards."""
        with ExitStack() as stack:
            stack.callback(shutil.rmtree, self.installation.layout.base, ignore_errors=True)
            self.installation.layout.create()
            for engine in (self.cluster, self.valkey):
                engine.start()
                stack.callback(engine.stop)
            for service in PAIR:
                self.cluster.ensure_database(service.name)
                self._run(service, "migrate", *self._seed)
                stack.callback(self._end, self._start(service, service.module, "web"))
            bare = {"PORT": str(self.ports["bare"])}
            stack.callback(self._end, self._start(INQUIRY, "benchmarks.bare", **bare))
            for port in self.ports.values():
                wait_until_ready(port)
            yield self

    def settings_of_postgres(self) -> dict[str, str]:
        """What decides whether a commit is a commit. Raises NotDurable."""
        engine = create_engine(self.cluster.url("inquiry", "app"), poolclass=pool.NullPool)
        with engine.connect() as connection:
            found = {name: str(connection.execute(text(f"SHOW {name}")).scalar()) for name in DURABLE}
            version = str(connection.execute(text("SHOW server_version")).scalar())
        if off := [name for name, value in found.items() if value != "on"]:
            raise NotDurable(f"{', '.join(off)} must be on")
        return {**found, "PostgreSQL": version.split()[0]}

    @contextmanager
    def working(self, service: Service) -> Iterator[None]:
        """That service's relay and worker are at work inside the block."""
        with ExitStack() as stack:
            for verb in ("worker", "relay"):
                stack.callback(self._end, self._start(service, service.module, verb))
            yield

    @contextmanager
    def running_verb(self, service: Service, verb: str, **more: str) -> Iterator[None]:
        """One more process of that service runs inside the block."""
        process = self._start(service, service.module, verb, **more)
        try:
            yield
        finally:
            self._end(process)

    def environment_of(self, service: Service) -> dict[str, str]:
        """What a process of that service reads its settings from."""
        return environment.for_process(self.installation, service)

    def hot_sections(self, count: int) -> tuple[str, ...]:
        """Open sections with more seats than any run can take: one of the sample school, and copies of it."""
        url = f"http://127.0.0.1:{self.ports['enrollment']}/api/enrollment/v1/sections?open=true&limit=1"
        with urllib.request.urlopen(url, timeout=10) as answer:
            section_id = str(json.load(answer)["items"][0]["id"])
        engine = create_engine(self.cluster.url(ENROLLMENT.name, "owner"), poolclass=pool.NullPool)
        with engine.begin() as connection:
            copies = (
                connection.execute(_COPY_SECTION, {"id": section_id, "copies": count - 1}).scalars().all()
            )
            section_ids = (section_id, *map(str, copies))
            connection.execute(_FILL_SECTION, {"seats": SEATS, "ids": list(section_ids)})
        return section_ids

    def _run(self, service: Service, *verb: str) -> None:
        settings = environment.for_process(self.installation, service, may_migrate=True)
        subprocess.run([sys.executable, "-m", service.module, *verb], env=settings, cwd=ROOT, check=True)

    def _start(self, service: Service, module: str, *verb: str, **more: str) -> subprocess.Popen[bytes]:
        settings = environment.for_process(self.installation, service) | more
        with (self.installation.layout.log / f"{module}.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", module, *verb],
                env=settings,
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @staticmethod
    def _end(process: subprocess.Popen[bytes]) -> None:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def a_directory() -> Path:
    """Below `var/`, where the real installation's data lie too: a temporary directory may be in memory."""
    (ROOT / "var").mkdir(exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="bench-", dir=ROOT / "var"))


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(port: int, timeout_s: float = 60.0) -> None:
    """The process on that port answers `/health/ready` with 200. Raises TimeoutError."""
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.02)
    raise TimeoutError(f"nothing is ready on port {port}")

"""A process waits for its secrets and its schema, says so without filling the log, and goes on by itself."""

import http.client
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from deploy.embedded.health import is_ready
from deploy.embedded.postgres import Cluster
from deploy.embedded.valkey import Valkey
from inquiry_service.jobs import KINDS
from shared.db import Database
from shared.migrating import migrate
from shared.waiting import Patience
from tests.conftest import PAIR_SECRET, SECRET
from tests.embedded.pair import ROOT, free_ports
from tests.embedded.waiting import wait_for

MIGRATIONS = ROOT / "inquiry_service" / "db" / "migrations"
NAME = "inquiry_waits"


class Waiter:
    """A process of the inquiry service on a database that nobody has migrated yet."""

    def __init__(self, cluster: Cluster, valkey: Valkey, folder: Path) -> None:
        self._cluster = cluster
        self.secret = folder / "secret-key"
        self.port = free_ports(1)[0]
        self._output = folder / "output"
        self._settings = {
            "DATABASE_URL": cluster.url(NAME, "app"),
            "REDIS_URL": valkey.url,
            "SECRET_KEY_FILE": str(self.secret),
            "PAIR_SECRET": PAIR_SECRET,
            "SMTP_URL": f"maildir://{folder / 'mail'}",
            "SCHOOL_NAME": "Riverside Training College",
            "MAIL_FROM": "hello@riverside.example",
            "PORT": str(self.port),
            **dict.fromkeys(("PUBLIC_URL", "ENROLLMENT_URL", "INQUIRY_URL"), "http://127.0.0.1:8002"),
        }

    def start(self, verb: str) -> None:
        """The process runs."""
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "inquiry_service", verb],
                cwd=ROOT,
                env={"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1", **self._settings},
                stdout=output,
                stderr=output,
            )

    def said(self, words: str) -> bool:
        """The words came into its log."""
        return wait_for(lambda: words in self.log, timeout_s=30)

    @property
    def log(self) -> str:
        """All it wrote."""
        return self._output.read_text()

    def migrate(self) -> None:
        """What `migrate` does, elsewhere."""
        database = Database(self._cluster.url(NAME, "app"))
        owner_url = self._cluster.url(NAME, "owner")
        migrate(MIGRATIONS, owner_url, f"{NAME}_app", database, dict(KINDS))
        database.dispose()

    def listens(self) -> bool:
        """Somebody accepts connections at its port."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.connect()
        except OSError:
            return False
        finally:
            connection.close()
        return True

    def end(self) -> int:
        """Its exit status after it was asked to end."""
        self.process.terminate()
        return self.process.wait(timeout=30)


@pytest.fixture
def waiter(engines: tuple[Cluster, Valkey], tmp_path: Path) -> Iterator[Waiter]:
    """Its database is there, and empty."""
    cluster, valkey = engines
    cluster.ensure_database(NAME)
    made = Waiter(cluster, valkey, tmp_path)
    yield made
    if made.process.poll() is None:
        made.process.kill()
        made.process.wait(timeout=10)
    cluster.drop_database(NAME)


@pytest.mark.parametrize("verb", ["web", "worker", "relay"])
def test_a_process_waits_for_its_secret_then_for_its_schema_and_then_works(waiter: Waiter, verb: str) -> None:
    waiter.start(verb)
    assert waiter.said(str(waiter.secret))
    waiter.secret.write_text(SECRET)
    assert waiter.said("to be migrated to")
    assert not waiter.listens()
    waiter.migrate()
    assert wait_for(lambda: waiter.log.count('"event": "waited"') == 2, timeout_s=30)
    if verb == "web":
        assert wait_for(lambda: is_ready(waiter.port), timeout_s=30)
    assert waiter.log.count('"event": "waiting"') == 2
    waiter.end()
    assert "Traceback" not in waiter.log


@pytest.mark.parametrize("verb", ["web", "worker", "relay"])
def test_a_process_that_waits_ends_at_once_when_asked(waiter: Waiter, verb: str) -> None:
    waiter.secret.write_text(SECRET)
    waiter.start(verb)
    assert waiter.said("to be migrated to")
    assert waiter.end() == 0
    assert "refused to gracefully stop" not in waiter.log
    assert "Traceback" not in waiter.log


def test_an_hour_s_wait_is_said_at_once_and_then_seldom() -> None:
    now = [0.0]
    patience = Patience(lambda: now[0])
    with capture_logs() as said:
        for second in range(3600):
            now[0] = float(second)
            patience.wait("the database")
        patience.over()
        patience.over()
    waits = [line["since_s"] for line in said if line["event"] == "waiting"]
    assert waits[:4] == [0, 10, 30, 70]
    assert len(waits) < 20
    assert [line["event"] for line in said][-1] == "waited"
    assert len(said) == len(waits) + 1


def test_another_thing_to_wait_for_is_said_at_once() -> None:
    patience = Patience(lambda: 0.0)
    with capture_logs() as said:
        patience.wait("the database", "it refuses")
        patience.wait("the database", "it is starting")
        patience.wait("the database to be migrated to 0002")
    assert [line["what"] for line in said] == ["the database", "the database to be migrated to 0002"]

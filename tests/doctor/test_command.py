"""The verb, run as an operator runs it, on a running pair: its lines, its exit status, and what it never says or does."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from shared.db import Database
from tests.conftest import PAIR_SECRET, SECRET
from tests.doctor.name_server import name_server
from tests.journeys.conftest import free_port
from tests.processes import ROOT, answering, environment_of, running
from tests.shared.scripted_smtp import Sink

SERVICES = ("enrollment", "inquiry")
ALIVE = "INSERT INTO process (name, role, pid) VALUES (:role, :role, 1)"


def doctor(settings: Any, *options: str, **given: str) -> tuple[int, str]:
    """Exit status and lines of `python -m <service> doctor`."""
    done = subprocess.run(
        [sys.executable, "-m", f"{settings.service}_service", "doctor", *options],
        cwd=ROOT,
        env=environment_of(settings) | given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert SECRET not in done.stdout + done.stderr
    assert PAIR_SECRET not in done.stdout + done.stderr
    return done.returncode, done.stdout + done.stderr


def levels(said: str) -> dict[str, str]:
    """What each line is about, and how it is judged."""
    return {line[9:].partition(":")[0]: line[:8].strip() for line in said.splitlines()}


@pytest.fixture
def pair(
    inquiry_db: Database,
    enrollment_db: Database,
    make_inquiry_settings: Any,
    make_enrollment_settings: Any,
    tmp_path: Path,
) -> Iterator[dict[str, Any]]:
    """The settings of both services, whose web processes run."""
    ports = {service: free_port() for service in SERVICES}
    urls = {f"{service}_url": f"http://127.0.0.1:{port}" for service, port in ports.items()}
    make = {"enrollment": make_enrollment_settings, "inquiry": make_inquiry_settings}
    made = {s: make[s](port=ports[s], public_url=urls[f"{s}_url"], **urls) for s in SERVICES}
    for database in (inquiry_db, enrollment_db):
        for role in ("worker", "relay"):
            database.run(text(ALIVE), {"role": role})
    first, second = (running(made[service], "web", tmp_path / f"{service}.log") for service in SERVICES)
    with first as enrollment, second as inquiry:
        answering(made["enrollment"].public_url, enrollment)
        answering(made["inquiry"].public_url, inquiry)
        yield made


def keep_alive(*databases: Database) -> None:
    """The rows of worker and relay are fresh."""
    for database in databases:
        database.run(text("UPDATE process SET seen_at = now()"))


def test_doctor_on_a_running_pair(
    pair: dict[str, Any], inquiry_db: Database, enrollment_db: Database
) -> None:
    """One fixture and one pair of servers for all of it: starting them costs seconds."""
    for settings in pair.values():
        keep_alive(inquiry_db, enrollment_db)
        status, said = doctor(settings)
        assert (status, "wrong" in said) == (0, False), said
        assert levels(said)["pair"] == "ok"
        assert levels(said)["PUBLIC_URL"] == "ok"
        assert "SPF" not in said  # letters go to a folder

    status, said = doctor(pair["inquiry"], PAIR_SECRET="another-secret-0123456789-abcdefghij")
    assert (status, levels(said)["pair"]) == (1, "wrong"), said

    enrollment_url = pair["inquiry"].enrollment_url
    status, said = doctor(pair["inquiry"], INQUIRY_INTERNAL_URL=enrollment_url)
    assert (status, levels(said)["INQUIRY_INTERNAL_URL"]) == (1, "wrong"), said
    assert "not as inquiry_service" in said

    status, said = doctor(pair["inquiry"], ENROLLMENT_INTERNAL_URL=f"http://127.0.0.1:{free_port()}")
    assert (status, levels(said)["ENROLLMENT_INTERNAL_URL"]) == (1, "wrong"), said

    zone = {"riverside.example": ["v=spf1 -all"], "_dmarc.riverside.example": ["v=DMARC1; p=none"]}
    with Sink() as sink, name_server(zone) as (address, asked):
        keep_alive(inquiry_db, enrollment_db)
        status, said = doctor(pair["inquiry"], "--nameserver", address, SMTP_URL=sink.url)
        assert (status, sink.accepted) == (0, []), said
    found = levels(said)
    assert (found["SPF"], found["DKIM"], found["DMARC"]) == ("ok", "warning", "ok")
    assert set(asked) == {"riverside.example", "_dmarc.riverside.example"}


def test_settings_that_cannot_be_used_are_a_finding(make_inquiry_settings: Any, tmp_path: Path) -> None:
    status, said = doctor(make_inquiry_settings(), SECRET_KEY="short", SMTP_URL="gopher://x")
    assert (status, levels(said)) == (1, {"settings": "wrong"})
    assert "SECRET_KEY" in said
    assert "SMTP_URL" in said
    status, said = doctor(make_inquiry_settings(), PAIR_SECRET_FILE=str(tmp_path / "nobody-wrote-it"))
    assert (status, "nobody-wrote-it" in said) == (1, True)

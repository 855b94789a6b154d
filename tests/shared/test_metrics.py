"""The figures of both services: from their rows, from the requests of every process, and without a database."""

import re
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from shared.db import Database
from tests.journeys.conftest import free_port
from tests.processes import answering, running

SERVICES = ("inquiry", "enrollment")
NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
JOB = """INSERT INTO job (id, kind, dedupe_key, status, due_at)
    VALUES (gen_random_uuid(), 'letter_outcome', gen_random_uuid()::text, :status, now() - make_interval(secs => :age_s))"""
LETTER = """INSERT INTO letter (id, kind, subject_id, recipient, dedupe_key, status, due_at, frozen_at)
    VALUES (gen_random_uuid(), 'notice', gen_random_uuid(), 'ada@askers.example', gen_random_uuid()::text, :status,
            now() - make_interval(secs => :age_s), now() - make_interval(secs => :age_s))"""
PROCESS = "INSERT INTO process (name, role, pid) VALUES (:name, :role, 1)"


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    """Each of the two in turn."""
    return str(request.param)


@pytest.fixture
def db(request: pytest.FixtureRequest, service: str) -> Database:
    """Its database, empty."""
    found: Database = request.getfixturevalue(f"{service}_db")
    return found


@pytest.fixture
def client(request: pytest.FixtureRequest, service: str) -> FlaskClient:
    """A client of its application."""
    found: FlaskClient = request.getfixturevalue(f"{service}_client")
    return found


def figures(exposition: str) -> dict[str, float]:
    """Each series with its value."""
    lines = (line for line in exposition.splitlines() if line and not line.startswith("#"))
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_the_rows_are_told(client: FlaskClient, db: Database) -> None:
    for status, age_s in (("queued", 100), ("leased", 300), ("parked", 900), ("done", 1000)):
        db.run(text(JOB), {"status": status, "age_s": age_s})
    for status, age_s in (("queued", 40), ("ready", 50), ("sending", 500), ("unknown", 60), ("unknown", 70)):
        db.run(text(LETTER), {"status": status, "age_s": age_s})
    for name, role in (("a", "worker"), ("b", "worker"), ("c", "relay")):
        db.run(text(PROCESS), {"name": name, "role": role})
    told = figures(client.get("/metrics").text)
    assert told["frontdesk_database_up"] == told["frontdesk_redis_up"] == 1
    assert 300 <= told["frontdesk_oldest_due_job_seconds"] < 900
    assert 50 <= told["frontdesk_oldest_due_letter_seconds"] < 500
    assert 50 <= told["frontdesk_oldest_ready_letter_seconds"] < 500
    assert told["frontdesk_jobs_parked"] == 1
    assert told["frontdesk_letters_in_doubt"] == 2
    assert told['frontdesk_processes_alive{role="worker"}'] == 2
    assert told['frontdesk_processes_alive{role="relay"}'] == 1
    jobs = {status: told[f'frontdesk_jobs{{status="{status}"}}'] for status in ("queued", "leased", "done")}
    assert jobs == {"queued": 1, "leased": 1, "done": 1}
    letters = {status: told[f'frontdesk_letters{{status="{status}"}}'] for status in ("unknown", "sent")}
    assert letters == {"unknown": 2, "sent": 0}


def test_what_is_due_later_is_not_late(client: FlaskClient, db: Database) -> None:
    db.run(text(JOB), {"status": "queued", "age_s": -100})
    db.run(text(LETTER), {"status": "queued", "age_s": -100})
    told = figures(client.get("/metrics").text)
    assert told["frontdesk_oldest_due_job_seconds"] == 0
    assert told["frontdesk_oldest_due_letter_seconds"] == 0


def test_requests_are_counted_by_the_template_of_their_route(inquiry_client: FlaskClient) -> None:
    for path in ("/inquiries/marker-4711", "/nowhere/marker-4711?q=marker-4711", "/static/shared/poll.js"):
        inquiry_client.get(path)
    inquiry_client.open("/ask", method="MARKER-4711")
    said = inquiry_client.get("/metrics").text
    told = figures(said)
    assert told['frontdesk_requests_total{method="GET",route="/inquiries/<link>",status="4xx"}'] == 1
    assert told['frontdesk_requests_total{method="GET",route="(none)",status="4xx"}'] == 1
    assert told['frontdesk_requests_total{method="GET",route="(file)",status="2xx"}'] == 1
    assert told['frontdesk_requests_total{method="other",route="(none)",status="4xx"}'] == 1
    assert told['frontdesk_request_seconds_bucket{le="+Inf",method="GET",route="/inquiries/<link>"}'] == 1
    assert "4711" not in said


def test_no_label_can_be_chosen_by_a_visitor(client: FlaskClient) -> None:
    """Templates, methods, classes of status and words of ours: nothing else is ever a label."""
    client.get("/programs/x1?email=ada@askers.example", headers={"X-Forwarded-For": "203.0.113.9"})
    labels = set(re.findall(r'(\w+)="', client.get("/metrics").text))
    assert labels <= {"route", "method", "status", "le", "role"}
    assert not re.search(r"ada@|203\.0\.113|x1", client.get("/metrics").text)


def test_without_a_database_the_figures_say_that_it_is_away(
    request: pytest.FixtureRequest, service: str, engines: object
) -> None:
    client = away(request, service).test_client()
    answer = client.get("/metrics")
    told = figures(answer.text)
    assert (answer.status_code, told["frontdesk_database_up"]) == (200, 0)
    assert "frontdesk_jobs_parked" not in told
    client.get("/metrics")
    assert (
        figures(client.get("/metrics").text)[
            'frontdesk_requests_total{method="GET",route="/metrics",status="2xx"}'
        ]
        == 2
    )


def away(request: pytest.FixtureRequest, service: str) -> Flask:
    """The service's application on a database that nobody answers for."""
    from enrollment_service import app as enrollment
    from inquiry_service import app as inquiry

    settings = request.getfixturevalue(f"make_{service}_settings")(database_url=NOWHERE)
    return {"enrollment": enrollment, "inquiry": inquiry}[service].create_app(settings)


def test_processes_that_share_a_port_tell_of_each_other_s_requests(
    inquiry_db: Database, make_inquiry_settings: Any, tmp_path: Path
) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    settings = make_inquiry_settings(port=port, public_url=address, inquiry_url=address, web_processes=2)
    with running(settings, "web", tmp_path / "web.log") as process:
        answering(address, process)
        for _ in range(
            40
        ):  # each on a connection of its own: the kernel gives them to one process or the other
            urllib.request.urlopen(f"{address}/privacy", timeout=30).close()
        told = urllib.request.urlopen(f"{address}/metrics", timeout=30).read().decode()
    assert figures(told)['frontdesk_requests_total{method="GET",route="/privacy",status="2xx"}'] == 40

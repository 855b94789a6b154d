"""One id from the request to its letter: in the lines of web, worker and relay, and on every row of work that follows from it."""

import json
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import text
from structlog.contextvars import bound_contextvars
from structlog.testing import capture_logs

from enrollment_service.domain import seating
from inquiry_service.app import create_app
from shared.audit import THE_SERVICE
from shared.db import Database
from tests.builders import a_director, a_question
from tests.enrollment.builders import a_section
from tests.journeys.conftest import free_port
from tests.journeys.maildir import waited_for
from tests.processes import answering, lines_of, running
from tests.working import Working

ROWS = text(
    "SELECT 'letter' AS owner, kind, request_id FROM letter UNION ALL SELECT 'job', kind, request_id FROM job WHERE every IS NULL"
)
NAME, ADDRESS = "Marker Mortimer", "marker-4711@askers.example"


def ids_of(database: Database) -> set[tuple[str, str]]:
    """Every row of work with the id of its request."""
    return {(row.kind, row.request_id) for row in database.run(ROWS)}


def post_a_question(address: str) -> str:
    """A visitor's question, by its JSON address; returns the id that the answer names."""
    body = json.dumps(a_question(name=NAME, email=ADDRESS)).encode()
    request = urllib.request.Request(
        f"{address}/api/inquiry/v1/inquiries?from={ADDRESS}", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 201
        return str(answer.headers["X-Request-ID"])


def test_the_processes_log_the_id_of_the_request_whose_letter_they_send(
    inquiry_db: Database, make_inquiry_settings: Any, tmp_path: Path
) -> None:
    a_director(inquiry_db)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    settings = make_inquiry_settings(port=port, public_url=address, inquiry_url=address)
    logs = {verb: tmp_path / f"{verb}.log" for verb in ("web", "worker", "relay")}
    with ExitStack() as stack:
        web = stack.enter_context(running(settings, "web", logs["web"]))
        stack.enter_context(running(settings, "worker", logs["worker"]))
        answering(address, web)
        waited_for("the worker is ready", lambda: inquiry_db.run(text("SELECT 1 FROM process")), 60)
        stack.enter_context(running(settings, "relay", logs["relay"]))
        request_id = post_a_question(address)
        sent = text("SELECT count(*) AS n FROM letter WHERE status = 'sent'")
        waited_for("both letters are sent", lambda: inquiry_db.run(sent)[0].n == 2 or None, 60)
    lines = {verb: lines_of(log) for verb, log in logs.items()}
    (request,) = (line for line in lines["web"] if line.get("request_id") == request_id)
    assert request["event"] == "request"
    assert (request["route"], request["method"], request["status"]) == (
        "/api/inquiry/v1/inquiries",
        "POST",
        201,
    )
    assert request["ms"] > 0
    done = [line for line in lines["worker"] if line.get("request_id") == request_id]
    assert [line["event"] for line in done] == ["letter_sent", "letter_sent"]
    assert {line["process"] for line in done} == {"inquiry_service-worker"}
    assert request["process"] == "inquiry-web"
    assert ids_of(inquiry_db) == {("acknowledgement", request_id), ("notice", request_id)}
    said = "".join(log.read_text() for log in logs.values())
    assert "4711" not in said
    assert "Mortimer" not in said


def test_what_follows_from_a_letter_has_the_id_too(
    inquiry_client: FlaskClient, inquiry_db: Database, inquiry_work: Working
) -> None:
    asked = inquiry_client.post("/api/inquiry/v1/inquiries", json=a_question())
    inquiry_db.run(text("UPDATE letter SET wants_outcome = true"))
    with capture_logs() as said:
        inquiry_work.drain()
    request_id = asked.headers["X-Request-ID"]
    assert ids_of(inquiry_db) == {("acknowledgement", request_id), ("letter_outcome", request_id)}
    work = [line for line in said if line["event"] in ("letter_sent", "job_done")]
    assert {line["event"] for line in work} == {"letter_sent", "job_done"}


def test_an_orphaned_letter_s_outcome_has_the_id(
    inquiry_client: FlaskClient, inquiry_db: Database, inquiry_work: Working
) -> None:
    asked = inquiry_client.post("/api/inquiry/v1/inquiries", json=a_question())
    request_id = asked.headers["X-Request-ID"]
    inquiry_db.run(
        text("""UPDATE letter SET wants_outcome = true, status = 'sending', message_id = '<x@y>',
                lease_until = now() - interval '1 second'""")
    )
    with capture_logs() as said:
        inquiry_work.workshop.settle_orphans()
    assert [(line["event"], line["request_id"]) for line in said] == [("letter_orphaned", request_id)]
    assert {found for _, found in ids_of(inquiry_db)} == {request_id}


def test_an_offer_s_letter_has_the_id_of_the_request_that_freed_the_seat(
    enrollment_client: FlaskClient, enrollment_db: Database
) -> None:
    section_id = a_section(enrollment_db, seats=1)
    body = {"section_id": str(section_id), "name": "Ada"}
    for email in ("first@askers.example", "second@askers.example"):
        enrollment_client.post("/api/enrollment/v1/registrations", json=body | {"email": email})
    with bound_contextvars(request_id="the-request"), enrollment_db.transaction() as session:
        seating.change_capacity(session, section_id, 2, actor=THE_SERVICE)
    found = {row.kind: row.request_id for row in enrollment_db.run(ROWS)}
    assert found["offer"] == "the-request"


def test_a_request_s_id_is_taken_from_a_gateway_and_from_nobody_else(
    inquiry_db: Database, make_inquiry_settings: Any
) -> None:
    given = {"X-Request-ID": "given-4711-4711"}
    for gateways, is_taken in ((0, False), (1, True)):
        client = create_app(make_inquiry_settings(trusted_proxies=gateways)).test_client()
        said = client.get("/health/live", headers=given).headers["X-Request-ID"]
        assert (said == "given-4711-4711") is is_taken


def test_a_file_a_refusal_and_a_fault_have_their_line_too(inquiry_client: FlaskClient) -> None:
    with capture_logs() as said:
        for path in ("/static/shared/poll.js", f"/nowhere/{ADDRESS}", "/desk?q=Mortimer"):
            inquiry_client.get(path)
    found = [(line["route"], line["status"]) for line in said if line["event"] == "request"]
    assert found == [("(file)", 200), ("(none)", 404), ("/desk", 303)]
    assert "4711" not in str(said)
    assert "Mortimer" not in str(said)

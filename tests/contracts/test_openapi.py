"""Both services against their own OpenAPI documents: Schemathesis in its short form, some examples an operation."""

from itertools import count
from typing import Any
from uuid import UUID

import pytest
import schemathesis
import structlog
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import APIOperation, Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import content_type_conformance
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from enrollment_service.clients.inquiry import StaffDirectory
from shared.db import Database
from shared.people import Person
from shared.tokens import new_id
from tests.builders import a_director, an_inquiry, bearer
from tests.enrollment.builders import a_section, registered

AnyCase = Case[Any]


@schemathesis.serializer("message/rfc822")
def _as_a_mail(context: Any, value: Any) -> dict[str, Any]:
    """The bytes themselves."""
    return {"data": value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")}


QUIET = settings(
    max_examples=6,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(autouse=True)
def _no_tracebacks() -> Any:
    """A fault is told by the check; its traceback with every value would hide it."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    yield
    structlog.reset_defaults()


def problems_are_problem_json(context: Any, response: Any, case: AnyCase) -> None:
    """Every refusal is an RFC 9457 document that repeats its own status."""
    if response.status_code >= 400:
        assert response.headers["content-type"][0] == "application/problem+json", response.status_code
        problem = response.json()
        assert problem["status"] == response.status_code
        assert problem["type"].startswith("/problems/")


def fault_of(
    operation: APIOperation[Any, Any, Any, Any], headers: dict[str, str], known: dict[str, UUID]
) -> str | None:
    """What the operation does that its document does not allow. Every second example has ids that exist."""
    turn = count()

    @QUIET
    @given(case=operation.as_strategy())
    def run(case: AnyCase) -> None:
        if next(turn) % 2:
            case.path_parameters |= {name: str(known[name]) for name in case.path_parameters if name in known}
        checks = [not_a_server_error, content_type_conformance, problems_are_problem_json]
        case.call_and_validate(headers=headers, checks=checks)

    try:
        run()
    except (Exception, BaseExceptionGroup) as fault:
        return f"{operation.label}: {fault}"
    return None


def faults_of(app: Flask, url: str, headers: dict[str, str], known: dict[str, UUID]) -> list[str]:
    """The faults of all operations."""
    schema = schemathesis.openapi.from_wsgi(url, app=app)
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) > 10
    return [fault for operation in operations if (fault := fault_of(operation, headers, known))]


def test_inquiry_keeps_to_its_document(inquiry_app: Flask, inquiry_db: Database) -> None:
    known = {"inquiry_id": an_inquiry(inquiry_db)}
    headers = bearer(inquiry_db, a_director(inquiry_db))
    assert faults_of(inquiry_app, "/api/inquiry/v1/openapi.json", headers, known) == []


def test_enrollment_keeps_to_its_document(
    enrollment_app: Flask, enrollment_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    section_id = a_section(enrollment_db, seats=3)
    known = {"section_id": section_id, "registration_id": registered(enrollment_db, section_id).id}
    headers = bearer(enrollment_db, Person(new_id(), "Rita", "", frozenset({"registrar"})))
    monkeypatch.setattr(
        StaffDirectory, "is_standing", lambda self, person_id: True
    )  # test_policy.py asks the real sibling
    assert enrollment_app.test_client().get("/api/enrollment/v1/jobs", headers=headers).status_code == 200
    assert faults_of(enrollment_app, "/api/enrollment/v1/openapi.json", headers, known) == []


def test_a_service_that_breaks_its_document_is_found(inquiry_app: Flask, inquiry_db: Database) -> None:
    """The control: one operation that fails in a way of its own."""

    def broken(**_: Any) -> Any:
        raise RuntimeError("broken on purpose")

    view = inquiry_app.view_functions["staff.me"]
    broken.__dict__.update(view.__dict__)
    inquiry_app.view_functions["staff.me"] = broken
    headers = bearer(inquiry_db, a_director(inquiry_db))
    found = faults_of(inquiry_app, "/api/inquiry/v1/openapi.json", headers, {})
    assert [fault.split(":")[0] for fault in found] == ["GET /api/inquiry/v1/me"]


@pytest.mark.parametrize("service", ["inquiry", "enrollment"])
def test_the_document_is_openapi_3_1(request: pytest.FixtureRequest, service: str) -> None:
    client = request.getfixturevalue(f"{service}_client")
    answer = client.get(f"/api/{service}/v1/openapi.json")
    assert answer.json["openapi"].startswith("3.1")
    assert [str(error) for error in OPENAPI_31_VALIDATOR.iter_errors(answer.json)] == []
    assert not OPENAPI_31_VALIDATOR.is_valid({"openapi": "3.1.0"})


@pytest.mark.parametrize("service", ["inquiry", "enrollment"])
def test_the_document_names_every_json_address(request: pytest.FixtureRequest, service: str) -> None:
    app: Flask = request.getfixturevalue(f"{service}_app")
    paths = app.test_client().get(f"/api/{service}/v1/openapi.json").json["paths"]  # type: ignore[index]
    undocumented = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        and not rule.rule.endswith(("/docs", "/openapi.json"))
        and _as_documented(rule.rule) not in paths
    ]
    assert undocumented == []


def _as_documented(rule: str) -> str:
    """`/x/<uuid:id>` as OpenAPI writes it."""
    parts = (part.rpartition(":")[2] if part.startswith("<") else part for part in rule.split("/"))
    return "/".join(f"{{{part.strip('<>')}}}" if part.endswith(">") else part for part in parts)

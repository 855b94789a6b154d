"""Both services against their own OpenAPI documents, as every actor, with ids that exist: Schemathesis, long and short by the same code."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
import schemathesis
import structlog
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import APIOperation, Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance
from werkzeug.test import EnvironBuilder

from inquiry_service.domain import staff
from shared.audit import THE_SERVICE
from shared.clock import utc_now
from shared.db import Database
from shared.pair import sign
from shared.people import ROLES, Person
from tests.builders import a_person, a_question, bearer
from tests.conftest import PAIR_SECRET
from tests.contracts.test_openapi import problems_are_problem_json
from tests.doors.things import of_enrollment, of_inquiry

LONG, SHORT = 50, 2
SHARE = 0.6
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    problems_are_problem_json,
]
ACTORS = ("anonymous", *ROLES, "disabled", "sibling")
GOOD: dict[str, Callable[[dict[str, str]], dict[str, Any]]] = {
    "/inquiries": lambda ids: a_question(),
    "/assign": lambda ids: {"staff_id": ids["person_id"]},
    "/notes": lambda ids: {"body": "Ask again in May."},
    "/snooze": lambda ids: {"until": (utc_now() + timedelta(days=3)).isoformat()},
    "/calls": lambda ids: {"body": "Called back."},
    "/replies": lambda ids: {"body": f"Yes, we do: {ids['reply_id']}."},
    "/capacity": lambda ids: {"capacity": 9, "reason": "A bigger room."},
    "/{section_id}/registrations": lambda ids: {"name": "Effat", "email": f"{ids['link']}@example.com"},
    "/v1/registrations": lambda ids: {
        "section_id": ids["section_id"],
        "name": "E",
        "email": f"{ids['link']}@example.com",
    },
    "/offer": lambda ids: {"answer": "accept"},
    "/{registration_id}/cancel": lambda ids: {"reason": "They asked for it."},
    "/my/{link}/cancel": lambda ids: {"code": "000000"},
}
INSTEAD = {
    "/send": {"reply_id": "held"},
    "/discard": {"reply_id": "held"},
    "/offer": {"link": "offered_link"},
}


@dataclass
class Tried:
    """What came of it."""

    faults: list[str] = field(default_factory=list)
    operations: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    cases: int = 0

    @property
    def share(self) -> float:
        """How many of the operations were answered with 2xx at least once."""
        return len(self.answered) / len(self.operations)


@pytest.fixture(autouse=True)
def _no_tracebacks() -> Iterator[None]:
    """A fault is told by the check; its traceback with every value would hide it."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    yield
    structlog.reset_defaults()


def ids_for(path: str, ids: dict[str, str]) -> dict[str, str]:
    """The ids that this operation can do its work on."""
    other = next((named for end, named in INSTEAD.items() if path.endswith(end)), {})
    return ids | {name: ids[given] for name, given in other.items() if given in ids}


def _signed(case: Case[Any]) -> dict[str, str]:
    """The sibling's header for the case's address and its body, as the client will write that."""
    sent = case.as_transport_kwargs()
    data = EnvironBuilder.json_dumps(sent["json"]).encode() if "json" in sent else sent.get("data")
    body = data if isinstance(data, bytes) else b""
    return sign(PAIR_SECRET, unquote(case.formatted_path), body)


def try_operation(
    operation: APIOperation[Any, Any, Any, Any],
    actors: dict[str, Any],
    make: Callable[[], dict[str, str]],
    times: int,
    tried: Tried,
) -> None:
    """`times` examples of the operation, each sent as every actor: the first with a good body, every second with ids that exist."""
    turns: list[int] = []

    def once(case: Case[Any]) -> None:
        turns.append(turn := len(turns))
        if turn % 2 == 0:
            _give_ids(case, make(), is_good=turn == 0)
        for headers in actors.values():
            sent = _signed(case) if headers is None else headers
            response = case.call_and_validate(headers=sent, checks=CHECKS)
            tried.cases += 1
            if 200 <= response.status_code < 300:
                tried.answered.add(operation.label)

    bounds = settings(
        max_examples=times,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    try:
        bounds(given(case=operation.as_strategy())(once))()
        while len(turns) < times:  # an operation without anything to vary is asked as often as the others
            once(operation.Case(path_parameters=make()))
    except (Exception, BaseExceptionGroup) as fault:
        said = [str(each) for each in getattr(fault, "exceptions", ())]
        tried.faults.append(f"{operation.label}: {fault} {said}")


def _give_ids(case: Case[Any], made: dict[str, str], *, is_good: bool) -> None:
    """The case names things that exist; a good one also asks for nothing that is wrong."""
    ids = ids_for(case.path, made)
    case.path_parameters |= {name: ids[name] for name in case.path_parameters if name in ids}
    if not is_good:
        return
    case.query.clear()
    good = next((body for end, body in GOOD.items() if case.path.endswith(end)), None)
    if good is not None and case.method != "GET":
        case.body, case.media_type = good(ids), "application/json"


def try_all(
    app: Flask, url: str, actors: dict[str, Any], make: Callable[[], dict[str, str]], times: int
) -> Tried:
    """Every operation as every actor."""
    schema, tried = schemathesis.openapi.from_wsgi(url, app=app), Tried()
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        tried.operations.add(found.ok().label)
        try_operation(found.ok(), actors, make, times, tried)
    return tried


def actors_of(inquiry_db: Database, token_db: Database) -> tuple[dict[str, Any], Person]:
    """What each actor shows: nothing, a token, one of better days, or (none) the sibling's signature."""
    people = {role: a_person(inquiry_db, role, email=f"{role}@riverside.example") for role in ROLES}
    gone = a_person(inquiry_db, "director", email="gone@riverside.example")
    shown: dict[str, Any] = {"anonymous": {}} | {
        role: bearer(token_db, person) for role, person in people.items()
    }
    shown |= {"disabled": bearer(token_db, gone), "sibling": None}
    with inquiry_db.transaction() as session:
        staff.disable(session, THE_SERVICE, gone.id)
    assert tuple(shown) == ACTORS
    return shown, people["director"]


def say(service: str, tried: Tried) -> None:
    """The figures, for whoever runs it with -s."""
    missing = sorted(tried.operations - tried.answered)
    print(f"\n{service}: {len(tried.operations)} operations as {len(ACTORS)} actors, {tried.cases} cases, "
          f"{tried.share:.0%} answered 2xx at least once; never: {missing}")  # fmt: skip


TIMES = pytest.mark.parametrize("times", [SHORT, pytest.param(LONG, marks=pytest.mark.long)])


@TIMES
def test_inquiry_keeps_to_its_document_for_everybody(
    inquiry_app: Flask, inquiry_db: Database, times: int
) -> None:
    actors, director = actors_of(inquiry_db, inquiry_db)
    tried = try_all(
        inquiry_app, "/api/inquiry/v1/openapi.json", actors, lambda: of_inquiry(inquiry_db, director), times
    )
    say("inquiry", tried)
    assert tried.faults == [], "\n".join(tried.faults)
    assert tried.cases >= times * len(ACTORS) * len(tried.operations)
    assert tried.share >= SHARE


@TIMES
def test_enrollment_keeps_to_its_document_for_everybody(
    inquiry_address: str,
    inquiry_db: Database,
    enrollment_db: Database,
    make_enrollment_settings: Any,
    times: int,
) -> None:
    from enrollment_service.app import create_app

    app = create_app(make_enrollment_settings(inquiry_internal_url=inquiry_address))
    actors, _ = actors_of(inquiry_db, enrollment_db)
    tried = try_all(
        app, "/api/enrollment/v1/openapi.json", actors, lambda: of_enrollment(enrollment_db), times
    )
    say("enrollment", tried)
    assert tried.faults == [], "\n".join(tried.faults)
    assert tried.cases >= times * len(ACTORS) * len(tried.operations)
    assert tried.share >= SHARE

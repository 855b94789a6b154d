"""Every route that takes an id, tried with somebody else's: by the second part of `policy.txt`, a line an argument.

An id of another kind (each that the service has, and the sibling's) never opens anything; one of the same kind that belongs elsewhere
(a reply, a letter of another inquiry) neither. The right id does: it is the id that was refused, not the caller.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from shared.db import Database
from shared.pair import sign
from shared.web.access import SIBLING, allowed_for
from tests.builders import a_director, bearer
from tests.conftest import PAIR_SECRET
from tests.doors.things import of_enrollment, of_inquiry
from tests.test_policy import BODIES, POLICY, Caller, client_of, rules_of

HEADING = "somebody else's id"
SAME_KIND = {
    "reply_id": {"held", "sent"},
    "letter_id": {"answer_letter"},
    "link": {"offered_link"},
}  # right ones, too
FREE = {
    "reference",
    "ticket",
    "name",
    "number",
    "decision",
    "from_on",
    "to_on",
}  # not ids of rows: the table of bad inputs has them
Line = tuple[str, str]


def read_others(document: str) -> dict[tuple[str, str, str, str], Line]:
    """(service, method, route, argument) and two statuses: with the right id, and with somebody else's."""
    found: dict[tuple[str, str, str, str], Line] = {}
    service = ""
    for line in document.splitlines():
        if line.startswith("["):
            service, _, heading = line.strip("[]").partition(": ")
            service = service if heading == HEADING else ""
        elif service and line and not line.startswith("#"):
            address, cells = line.split("|")
            method, route = address.strip().split(maxsplit=1)
            argument, right, wrong = cells.split()
            found[service, method, route, argument] = (right, wrong)
    return found


WRITTEN = read_others(POLICY.read_text())


def arguments_of(app: Flask) -> Iterator[tuple[str, Rule, str]]:
    """Every method, route and id in it."""
    for method, rule in rules_of(app):
        for argument in sorted(rule.arguments - FREE):
            yield method, rule, argument


class Tries:
    """One service's things, twice, and whoever may."""

    def __init__(
        self, app: Flask, make: Callable[[], dict[str, str]], caller: Caller, strange: dict[str, str]
    ) -> None:
        self.app, self.make, self.caller, self.strange = app, make, caller, strange

    def status(self, method: str, rule: Rule, ids: dict[str, str]) -> str:
        """What the caller gets with these ids."""
        free = {
            "decision": "resend",
            "name": "none",
            "number": 1,
            "from_on": "2026-11-01",
            "to_on": "2026-11-30",
        }
        builder = self.app.url_map.bind("127.0.0.1")
        path = builder.build(rule.endpoint, {name: free.get(name, ids.get(name)) for name in rule.arguments})
        client, headers = client_of(self.app, self.caller)
        body = next((value for end, value in BODIES.items() if rule.rule.endswith(end)), {})
        is_api = path.startswith("/api/")
        sent = {"data": json.dumps(body), "content_type": "application/json"} if is_api else {"data": body}
        if SIBLING in (allowed_for(self.app.view_functions[rule.endpoint]) or ()):
            headers = sign(PAIR_SECRET, path, b"" if method == "GET" else json.dumps(body).encode())
        answer = client.open(path, method=method, headers=headers, **({} if method == "GET" else sent))
        return str(answer.status_code)

    def ids(self, rule: Rule) -> dict[str, str]:
        """New things, in the state that the route is for."""
        ids = self.make()
        if rule.rule.endswith(("/send", "/discard", "/edit")):
            ids["reply_id"] = ids["held"]
        if rule.rule.startswith("/inquiries/<link>/files/"):
            ids["reply_id"] = ids["sent"]
        return ids

    def answers(self, method: str, rule: Rule, argument: str) -> tuple[str, dict[str, str]]:
        """With the ids that belong together; and, before that, with each id that is not the one: of another kind, of the sibling, and
        of the same kind elsewhere.
        """
        ids = self.ids(rule)
        takes_uuid = f"uuid:{argument}" in rule.rule
        strangers = {
            name: value for name, value in (ids | self.strange).items() if (len(value) == 36) == takes_uuid
        }
        found = {
            name: value
            for name, value in strangers.items()
            if value != ids.get(argument) and name not in SAME_KIND.get(argument, ())
        }
        if len(rule.arguments - FREE) > 1:
            found["of another"] = self.ids(rule)[argument]
        refused = {name: self.status(method, rule, ids | {argument: value}) for name, value in found.items()}
        return self.status(method, rule, ids), refused


@pytest.fixture
def tries(
    inquiry_app: Flask,
    inquiry_address: str,
    inquiry_db: Database,
    enrollment_db: Database,
    make_enrollment_settings: Any,
) -> dict[str, Tries]:
    """Both services, the director known to both."""
    from enrollment_service.app import create_app

    enrollment = create_app(make_enrollment_settings(inquiry_internal_url=inquiry_address))
    director = a_director(inquiry_db)

    def inquiry_things() -> dict[str, str]:
        return of_inquiry(inquiry_db, director)

    def enrollment_things() -> dict[str, str]:
        return of_enrollment(enrollment_db)

    def strange(things: dict[str, str]) -> dict[str, str]:
        return {f"the sibling's {name}": value for name, value in things.items()}

    return {
        "inquiry": Tries(
            inquiry_app, inquiry_things, Caller(bearer(inquiry_db, director)), strange(enrollment_things())
        ),
        "enrollment": Tries(
            enrollment, enrollment_things, Caller(bearer(enrollment_db, director)), strange(inquiry_things())
        ),
    }


@pytest.mark.parametrize("service", ["inquiry", "enrollment"])
def test_somebody_else_s_id_opens_nothing(tries: dict[str, Tries], service: str) -> None:
    found, seen = [], set()
    door = tries[service]
    for method, rule, argument in arguments_of(door.app):
        key = (service, method, rule.rule, argument)
        seen.add(key)
        right, wrong = WRITTEN.get(key, ("not", "written down"))
        given, answers = door.answers(method, rule, argument)
        line = f"{method} {rule.rule} | {argument}"
        if given != right:
            found.append(f"{line}: {given} with the right id, is not {right}")
        found += [
            f"{line}: {status} with {name}, is not {wrong}"
            for name, status in answers.items()
            if status != wrong
        ]
        assert answers, line
    assert (
        found + [f"{key} is not there" for key in WRITTEN if key[0] == service and key not in seen] == []
    ), "\n".join(found)


@pytest.mark.parametrize("service", ["inquiry", "enrollment"])
def test_a_new_route_with_an_id_needs_its_line(tries: dict[str, Tries], service: str) -> None:
    """The control: a route that nobody wrote down."""
    app = tries[service].app
    before = {(service, method, rule.rule, argument) for method, rule, argument in arguments_of(app)}
    app.url_map.add(Rule("/new/<uuid:thing_id>", endpoint="new", methods=["GET"]))
    after = {(service, method, rule.rule, argument) for method, rule, argument in arguments_of(app)}
    assert before <= set(WRITTEN)
    assert not after <= set(WRITTEN)

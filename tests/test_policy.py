"""`policy.txt`, written by hand, against what both services really do: a line a route, a column an actor, nothing left out.

Ids in the tried addresses are random, and links are wrong ones, except for the actor `link`, whose link is right.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import text
from werkzeug.routing import Rule

from inquiry_service.db.models import Reply
from inquiry_service.domain import replies, staff
from inquiry_service.terms import ReplyStatus, Via
from inquiry_service.web.auth import COOKIE
from shared.audit import THE_SERVICE
from shared.clock import utc_now
from shared.db import Database
from shared.pair import sign
from shared.people import ROLES
from shared.tokens import hash_secret, new_secret
from shared.web.access import UNSAFE, allowed_for
from tests.builders import PASSWORD, a_person, an_inquiry, bearer
from tests.conftest import PAIR_SECRET, SECRET
from tests.enrollment.builders import a_section, registered

POLICY = Path(__file__).parent / "policy.txt"
ACTORS = ("anonymous", "link", *ROLES, "disabled", "sibling")
NO_IDS = {
    "slug": "no-such-program",
    "address_hash": "ab" * 32,
    "reference": "Q-222222",
    "number": 1,
    "from_on": "2026-11-01",
    "to_on": "2026-11-30",
}
NO_IDS |= {
    "decision": "resend",
    "return_hash": "ab" * 32,
    "ticket": "forged",
    "name": "no-such-letter",
    "link": "a" * 26,
    "secret": "a" * 26,
}
BODIES: dict[str, dict[str, Any]] = {
    "/my/<link>/cancel": {"code": "000000"},
    "/my/<link>/offer": {"answer": "accept"},
    "/<uuid:registration_id>/cancel": {"reason": "They asked for it."},
    "/<uuid:section_id>/capacity": {"capacity": 5, "reason": "A bigger room."},
    "/<uuid:section_id>/registrations": {"name": "Effat R.", "email": "effat@example.com"},
    "/<uuid:inquiry_id>/assign": {"staff_id": None},
    "/<uuid:inquiry_id>/calls": {"body": "Called back."},
    "/<uuid:inquiry_id>/notes": {"body": "Ask again in May."},
    "/<uuid:inquiry_id>/replies": {"body": "Yes, we do."},
    "/v1/inquiries/<uuid:inquiry_id>/snooze": {"until": (utc_now() + timedelta(days=3)).isoformat()},
    "/desk/inquiries/<uuid:inquiry_id>/snooze": {"until": "3d"},
    "/desk/people/<uuid:person_id>": {"name": "Dora Vance", "roles": ["director"]},
    "/saved-replies/<uuid:saved_reply_id>": {"title": "Start", "body": "Soon."},
    "/v1/inquiries/<uuid:inquiry_id>/tags": {"tag": "grant"},
    "/v1/inquiries/<uuid:inquiry_id>/tags/remove": {"tag": "grant"},
    "/desk/inquiries/<uuid:inquiry_id>/tags": {"word": "grant"},
    "/desk/inquiries/<uuid:inquiry_id>/tags/remove": {"word": "grant"},
    "/v1/inquiries/<uuid:inquiry_id>/program": {"program": "cma"},
    "/desk/inquiries/<uuid:inquiry_id>/program": {"new_program": "cma"},
    "/v1/inquiries/<uuid:inquiry_id>/merge": {"other_id": "00000000-0000-7000-8000-000000000000"},
    "/desk/inquiries/<uuid:inquiry_id>/merge": {"reference": "Q-222222"},
    "/v1/inquiries/<uuid:inquiry_id>/split": {"from_position": 2},
    "/<link>/messages": {"body": "Thank you."},
    "/<name>/answer": {"body": "Thank you."},
}
SIGN_LINK = text("INSERT INTO public_link (secret_hash, subject_id) VALUES (:hash, :subject_id)")
Lines = dict[tuple[str, str, str], list[str]]


@dataclass(frozen=True)
class Caller:
    """What an actor shows at the door."""

    token: dict[str, str] = field(default_factory=dict)
    cookie: str = ""
    link: str = ""
    is_sibling: bool = False


def read_policy(document: str) -> Lines:
    """(service, method, address) and the status each actor gets, with `.` for "as anybody"."""
    found: Lines = {}
    service = ""
    for line in document.splitlines():
        if line.startswith("["):
            service = line.strip("[]")
        elif ": " in service:  # somebody else's ids: tests/doors/test_ids_of_others.py
            continue
        elif line and not line.startswith("#"):
            address, cells = line.split("|")
            method, path = address.strip().split(maxsplit=1)
            first, *rest = cells.split()
            statuses = [first, *(first if cell == "." else cell for cell in rest)]
            assert len(statuses) == len(ACTORS), line
            found[service, method, path] = statuses
    return found


WRITTEN = read_policy(POLICY.read_text())


def rules_of(app: Flask) -> Iterator[tuple[str, Rule]]:
    """Every method and rule of the app."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule


def address_of(app: Flask, rule: Rule, link: str) -> str:
    """The rule with ids that nobody has, and with the right link where there is one."""
    values: dict[str, Any] = {name: NO_IDS.get(name, uuid4()) for name in rule.arguments}
    values |= {name: link for name in ("link", "secret") if link and name in values}
    return str(app.url_map.bind("127.0.0.1").build(rule.endpoint, values))


def client_of(app: Flask, caller: Caller) -> tuple[FlaskClient, dict[str, str]]:
    """A browser with a page of ours open, and the headers that its caller adds."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["csrf_token"] = "0" * 40
    if caller.cookie:
        client.set_cookie(COOKIE, caller.cookie)
    proof = URLSafeTimedSerializer(SECRET, salt="wtf-csrf-token").dumps("0" * 40)
    return client, {"X-CSRFToken": str(proof), **caller.token}


def tried(app: Flask, method: str, rule: Rule, caller: Caller) -> str:
    """The status that the caller gets."""
    client, headers = client_of(app, caller)
    path = address_of(app, rule, caller.link)
    body = next((value for end, value in BODIES.items() if rule.rule.endswith(end)), {})
    sent: dict[str, Any] = (
        {"data": json.dumps(body), "content_type": "application/json"}
        if path.startswith("/api/")
        else {"data": body}
    )
    said = b"" if method == "GET" else json.dumps(body).encode()
    signature = sign(PAIR_SECRET, path, said) if caller.is_sibling else {}
    answer = client.open(
        path, method=method, headers=headers | signature, **({} if method == "GET" else sent)
    )
    return str(answer.status_code)


def what_differs(app: Flask, service: str, caller: Callable[[str, Rule], Caller]) -> list[str]:
    """Every line in which the service does something else than is written, and every address that is not written."""
    wrong = []
    seen = set()
    for method, rule in rules_of(app):
        seen.add((service, method, rule.rule))
        expected = WRITTEN.get((service, method, rule.rule))
        found = [tried(app, method, rule, caller(actor, rule)) for actor in ACTORS]
        if found != expected:
            wrong.append(f"{method:5}{rule.rule}: {found} is not {expected or 'written down'}")
    gone = [f"{line} is not there" for line in WRITTEN if line[0] == service and line not in seen]
    return wrong + gone


def test_inquiry_lets_in_whom_the_policy_names(inquiry_app: Flask, inquiry_db: Database) -> None:
    people = {role: a_person(inquiry_db, role, email=f"{role}@riverside.example") for role in ROLES}
    tokens = {role: Caller(bearer(inquiry_db, person)) for role, person in people.items()}
    tokens["disabled"] = a_token_from_better_days(inquiry_db)
    tokens["sibling"] = Caller(is_sibling=True)
    inquiry_id = an_inquiry(
        inquiry_db, is_suspect=True
    )  # nobody can take it, so that `take-next` finds nothing

    def caller(actor: str, rule: Rule) -> Caller:
        if actor != "link":
            return tokens.get(actor, Caller())
        if rule.rule.startswith("/reset/"):
            with inquiry_db.transaction() as session:
                return Caller(link=staff.new_reset_link(session, people["auditor"].id))
        if rule.rule.startswith("/account/first/"):
            return Caller()  # with accounts here there is no right link any more
        return Caller(link=a_link(inquiry_db, inquiry_id)) if "link" in rule.arguments else Caller()

    assert what_differs(inquiry_app, "inquiry", caller) == []


def a_token_from_better_days(database: Database) -> Caller:
    """The token of a director whose account was closed since."""
    gone = a_person(database, "director", email="gone@riverside.example")
    token = bearer(database, gone)
    with database.transaction() as session:
        staff.disable(session, THE_SERVICE, gone.id)
    return Caller(token)


def a_link(database: Database, subject_id: object) -> str:
    """A public link as a letter would carry it."""
    secret = new_secret()
    database.run(SIGN_LINK, {"hash": hash_secret(secret), "subject_id": subject_id})
    return secret


def test_enrollment_lets_in_whom_the_policy_names(
    enrollment_db: Database,
    inquiry_db: Database,
    make_enrollment_settings: Callable[..., Any],
    inquiry_address: str,
) -> None:
    from enrollment_service.app import create_app

    app = create_app(make_enrollment_settings(inquiry_url=inquiry_address))
    somebody = {role: a_person(inquiry_db, role, email=f"{role}@riverside.example") for role in ROLES}
    callers = {role: Caller(bearer(enrollment_db, person)) for role, person in somebody.items()}
    callers["disabled"] = Caller(cookie=a_cookie_from_better_days(inquiry_db))
    callers["sibling"] = Caller(is_sibling=True)
    section_id = a_section(enrollment_db, seats=50)

    def caller(actor: str, rule: Rule) -> Caller:
        if actor == "link" and "link" in rule.arguments:
            student = registered(enrollment_db, section_id, f"Student {uuid4()}")
            return Caller(link=a_link(enrollment_db, student.id))
        return callers.get(actor, Caller())

    assert what_differs(app, "enrollment", caller) == []


def a_cookie_from_better_days(inquiry_db: Database) -> str:
    """The cookie of a director whose account was closed since."""
    gone = a_person(inquiry_db, "director", email="gone@riverside.example")
    secret, _ = staff.sign_in(inquiry_db, gone.email, PASSWORD, "127.0.0.0/24")
    with inquiry_db.transaction() as session:
        staff.disable(session, THE_SERVICE, gone.id)
    return secret


def test_the_token_of_a_closed_account_opens_nothing_at_the_sibling(
    enrollment_db: Database,
    inquiry_db: Database,
    make_enrollment_settings: Callable[..., Any],
    inquiry_address: str,
) -> None:
    from enrollment_service.app import create_app

    settings = make_enrollment_settings(inquiry_url=inquiry_address)
    registrar = a_person(inquiry_db, "registrar", email="registrar@riverside.example")
    token = bearer(enrollment_db, registrar)
    assert create_app(settings).test_client().get("/office/", headers=token).status_code == 200
    with inquiry_db.transaction() as session:
        staff.disable(session, THE_SERVICE, registrar.id)
    answer = create_app(settings).test_client().get("/api/enrollment/v1/letters", headers=token)
    assert answer.status_code == 401


def test_the_cookie_of_an_open_account_opens_the_sibling(
    enrollment_db: Database,
    inquiry_db: Database,
    make_enrollment_settings: Callable[..., Any],
    inquiry_address: str,
) -> None:
    """The control of `disabled` above: the same road, and it leads in."""
    from enrollment_service.app import create_app

    registrar = a_person(inquiry_db, "registrar", email="registrar@riverside.example")
    secret, _ = staff.sign_in(inquiry_db, registrar.email, PASSWORD, "127.0.0.0/24")
    client = create_app(make_enrollment_settings(inquiry_url=inquiry_address)).test_client()
    client.set_cookie(COOKIE, secret)
    assert client.get("/office/").status_code == 200


def test_every_line_of_the_policy_speaks_of_a_service() -> None:
    assert {line[0] for line in WRITTEN} == {"enrollment", "inquiry"}
    assert len(WRITTEN) > 100


def test_a_wrong_line_is_found(
    inquiry_app: Flask, inquiry_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: one status changed, one line taken away, one invented."""
    monkeypatch.setitem(WRITTEN, ("inquiry", "GET", "/ask"), ["401"] * len(ACTORS))
    monkeypatch.delitem(WRITTEN, ("inquiry", "GET", "/privacy"))
    monkeypatch.setitem(WRITTEN, ("inquiry", "GET", "/nowhere"), ["200"] * len(ACTORS))
    both = [(method, rule) for method, rule in rules_of(inquiry_app) if rule.rule in ("/ask", "/privacy")]
    monkeypatch.setattr("tests.test_policy.rules_of", lambda app: both)
    found = what_differs(inquiry_app, "inquiry", lambda actor, rule: Caller())
    said = "\n".join(found)
    assert "/ask: " in said
    assert "/privacy: " in said
    assert "('inquiry', 'GET', '/nowhere') is not there" in found[-1]


def test_a_cookie_without_a_page_of_ours_changes_nothing(inquiry_app: Flask, inquiry_db: Database) -> None:
    """Another site can make a browser post with its cookies; it has no token of our pages."""
    director = a_person(inquiry_db, "director")
    secret, _ = staff.sign_in(inquiry_db, director.email, PASSWORD, "127.0.0.0/24")
    client = inquiry_app.test_client()
    client.set_cookie(COOKIE, secret)
    let_through = []
    for method, rule in rules_of(inquiry_app):
        allowed = allowed_for(inquiry_app.view_functions[rule.endpoint]) or frozenset()
        if method in UNSAFE and "director" in allowed:
            answer = client.open(address_of(inquiry_app, rule, ""), method=method)
            let_through += [] if answer.status_code == 403 else [rule.rule]
    assert let_through == []


@pytest.mark.parametrize("move", ["undo", "send", "discard"])
@pytest.mark.parametrize("place", ["/api/inquiry/v1/inquiries", "/desk/inquiries"])
def test_a_reply_of_another_thread_is_not_found(
    inquiry_app: Flask, inquiry_db: Database, place: str, move: str
) -> None:
    director = a_person(inquiry_db, "director")
    here, elsewhere = an_inquiry(inquiry_db), an_inquiry(inquiry_db)
    with inquiry_db.transaction() as session:
        reply_id = replies.answer(session, elsewhere, director, "Yes.", via=Via.DESK).id
    answer = inquiry_app.test_client().post(
        f"{place}/{here}/replies/{reply_id}/{move}", headers=bearer(inquiry_db, director)
    )
    assert answer.status_code == 404
    with inquiry_db.reading() as session:
        assert session.get_one(Reply, reply_id).status == ReplyStatus.QUEUED


def test_one_s_own_link_opens_nothing_of_anybody_else(enrollment_app: Flask, enrollment_db: Database) -> None:
    section_id = a_section(enrollment_db, seats=2)
    mine, other = (registered(enrollment_db, section_id, name) for name in ("Effat", "Farid"))
    link = a_link(enrollment_db, mine.id)
    shown = enrollment_app.test_client().get(f"/api/enrollment/v1/my/{link}").json
    assert shown is not None
    assert (shown["id"], shown["name"]) == (str(mine.id), "Effat")
    assert enrollment_app.test_client().get(f"/api/enrollment/v1/my/{other.id}").status_code == 404

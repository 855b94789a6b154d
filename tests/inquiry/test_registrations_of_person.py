"""What the sibling knows of a person: asked by a signature, kept a while, and never in the way."""

import json
from collections.abc import Iterable, Iterator
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from flask import Flask
from werkzeug.exceptions import ServiceUnavailable

from inquiry_service.clients import enrollment
from inquiry_service.clients.enrollment import EnrollmentClient
from shared.db import Database
from shared.pair import sign
from tests.conftest import PAIR_SECRET
from tests.enrollment.builders import a_section, registered
from tests.served import address_of, served

EFFAT = "effat@example.com"
PATH = "/api/enrollment/v1/internal/people/registrations"


class Sibling:
    """The real enrollment service; it can be told to be away."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.asked: list[str] = []
        self.is_away = False
        self.url = ""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Its answer, or a refusal while it is away."""
        self.asked.append(environ["PATH_INFO"])
        if self.is_away:
            return ServiceUnavailable()(environ, start_response)
        return self.app(environ, start_response)


@pytest.fixture
def sibling(enrollment_app: Flask) -> Iterator[Sibling]:
    """The sibling, on a real socket while the test runs."""
    found = Sibling(enrollment_app)
    with served(found) as server:
        found.url = address_of(server)
        yield found


def test_a_persons_registrations_are_read_once_and_kept(sibling: Sibling, enrollment_db: Database) -> None:
    section = a_section(enrollment_db)
    student = registered(enrollment_db, section, "Effat")
    client = EnrollmentClient(sibling.url, PAIR_SECRET)
    first, second = (client.registrations_of(EFFAT) for _ in range(2))
    assert first is second
    assert first is not None
    assert [(fact.reference, fact.section_id) for fact in first.items] == [(student.reference, str(section))]
    assert sibling.asked == [PATH]  # nobody's address is in an address line


def test_nobody_without_an_address_is_asked_about(sibling: Sibling) -> None:
    assert EnrollmentClient(sibling.url, PAIR_SECRET).registrations_of("") is None
    assert sibling.asked == []


def test_while_the_sibling_is_away_it_is_asked_once_and_the_last_known_stands(
    sibling: Sibling, enrollment_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered(enrollment_db, a_section(enrollment_db), "Effat")
    client = EnrollmentClient(sibling.url, PAIR_SECRET)
    known = client.registrations_of(EFFAT)
    sibling.is_away = True
    monkeypatch.setattr(enrollment, "FRESH_S", 0)
    assert client.registrations_of(EFFAT) is known
    assert client.registrations_of("farid@example.com") is None
    assert len(sibling.asked) == 2


def test_a_process_remembers_so_many_and_no_more(sibling: Sibling, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enrollment, "MOST_PEOPLE", 2)
    client = EnrollmentClient(sibling.url, PAIR_SECRET)
    for name in "abca":
        client.registrations_of(f"{name}@example.com")
    assert len(sibling.asked) == 4


@pytest.mark.parametrize("address", ["nobody", 'a@b"c', "\u202e@example.com", "x" * 320])
def test_whatever_a_mail_came_from_may_be_asked_about(enrollment_app: Flask, address: str) -> None:
    client, body = enrollment_app.test_client(), json.dumps({"address": address}).encode()
    assert client.post(PATH, data=body, content_type="application/json").status_code == 401
    signed = sign(PAIR_SECRET, PATH, body)
    assert client.post(PATH, data=body, content_type="application/json", headers=signed).json == {"items": []}


def test_another_body_under_the_same_signature_is_refused(enrollment_app: Flask) -> None:
    signed = sign(PAIR_SECRET, PATH, b'{"address": "one@example.com"}')
    other = b'{"address": "two@example.com"}'
    answer = enrollment_app.test_client().post(
        PATH, data=other, content_type="application/json", headers=signed
    )
    assert answer.status_code == 401

"""The registrar's office, by its pages and by its addresses."""

import json
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from enrollment_service.app import create_app
from enrollment_service.clients.inquiry import StaffDirectory
from shared.access_tokens import create_token
from shared.db import Database
from shared.pair import is_from_sibling
from shared.tokens import new_id
from tests.conftest import PAIR_SECRET
from tests.enrollment.builders import a_section, letters_to, registered, seats_of, status_of

API = "/api/enrollment/v1/office"
STANDING = "/api/inquiry/v1/internal/standing/"


class Inquiry:
    """A stand-in for inquiry's `/me` and its word on who stands, on a real socket: knows one cookie, and whom it is told."""

    def __init__(self) -> None:
        self.asked = 0
        self.status = 200
        self.standing: set[str] = set()
        inquiry = self

        class Handler(BaseHTTPRequestHandler):
            """Answers GET /api/inquiry/v1/me and …/internal/standing/<id>."""

            def do_GET(self) -> None:
                """200 for the one cookie and for a signature, 401 for others."""
                inquiry.asked += 1
                if self.path.startswith(STANDING):
                    self._say_who_stands()
                    return
                is_known = self.path == "/api/inquiry/v1/me" and "staff=goodcookie" in self.headers.get(
                    "Cookie", ""
                )
                self.send_response(inquiry.status if is_known else 401)
                self.end_headers()
                if is_known:
                    self.wfile.write(
                        b'{"id": "01a20a79-71c8-7a5a-a796-2a60b293bd08", "name": "Rita Registrar",'
                        b' "email": "rita@riverside.example", "roles": ["registrar"]}'
                    )

            def _say_who_stands(self) -> None:
                is_signed = is_from_sibling(PAIR_SECRET, self.path, self.headers)
                self.send_response(inquiry.status if is_signed else 401)
                self.end_headers()
                is_standing = self.path.removeprefix(STANDING) in inquiry.standing
                self.wfile.write(json.dumps({"is_standing": is_standing}).encode())

            def log_message(self, format: str, *args: Any) -> None:
                """Silent."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def stop(self) -> None:
        """Nobody answers any more."""
        if self.thread.is_alive():
            self.server.shutdown()
            self.thread.join()
            self.server.server_close()


@pytest.fixture
def inquiry() -> Iterator[Inquiry]:
    """The sibling."""
    sibling = Inquiry()
    yield sibling
    sibling.stop()


def bearer(database: Database, role: str, inquiry: Inquiry) -> dict[str, str]:
    """Headers with a token of that role, of somebody whom inquiry knows."""
    person_id = new_id()
    inquiry.standing.add(str(person_id))
    with database.transaction() as session:
        token = create_token(
            session, name="test", person_id=person_id, person_name="Rita Registrar", roles=[role]
        )
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def office(enrollment_db: Database, make_enrollment_settings: Any, inquiry: Inquiry) -> FlaskClient:
    """A program that calls the office's addresses; inquiry answers."""
    app: Flask = create_app(make_enrollment_settings(inquiry_url=inquiry.url))
    return app.test_client()


@pytest.fixture
def registrar(enrollment_db: Database, make_enrollment_settings: Any, inquiry: Inquiry) -> FlaskClient:
    """The registrar's browser, signed in at inquiry."""
    app: Flask = create_app(make_enrollment_settings(inquiry_url=inquiry.url))
    client = app.test_client()
    client.set_cookie("staff", "goodcookie")
    return client


def post(client: FlaskClient, page: str, action: str, **values: str) -> Any:
    """A form of that page, sent."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert token
    return client.post(action, data={"csrf_token": token[1], **values})


def test_the_office_sends_strangers_to_the_sign_in(enrollment_app: Flask) -> None:
    answer = enrollment_app.test_client().get("/office/")
    assert answer.status_code == 303
    assert answer.location.startswith("http://127.0.0.1:8002/sign-in?next=")


def test_the_section_page_says_the_truth_of_the_seats_in_one_line(
    registrar: FlaskClient, enrollment_db: Database
) -> None:
    section_id = a_section(enrollment_db, seats=2)
    for name in ("Ann", "Bob", "Cleo"):
        registered(enrollment_db, section_id, name)
    assert registrar.get("/office/").status_code == 200
    page = registrar.get(f"/office/sections/{section_id}").text
    assert "full: 2 seats, 2 enrolled, 1 waiting" in page
    assert "cleo@example.com" in page


def test_more_seats_are_offered_to_the_line(registrar: FlaskClient, enrollment_db: Database) -> None:
    section_id = a_section(enrollment_db, seats=1)
    registered(enrollment_db, section_id, "Ann")
    waiting = registered(enrollment_db, section_id, "Bob")
    page = f"/office/sections/{section_id}"
    assert post(registrar, page, f"{page}/capacity", capacity="2").status_code == 303
    assert status_of(enrollment_db, waiting.id) == "offered"
    assert post(registrar, page, f"{page}/capacity", capacity="many").status_code == 422


def test_an_extra_seat_needs_the_box_and_a_reason(registrar: FlaskClient, enrollment_db: Database) -> None:
    section_id = a_section(enrollment_db, seats=1)
    registered(enrollment_db, section_id, "Ann")
    page = f"/office/sections/{section_id}"
    extra = {"name": "Bob", "email": "bob@example.com"}
    assert "full: 1 seat" in post(registrar, page, f"{page}/registrations", **extra).text
    refused = post(registrar, page, f"{page}/registrations", overbook="1", **extra)
    assert refused.status_code == 422
    assert 'value="bob@example.com"' in refused.text
    given = post(
        registrar, page, f"{page}/registrations", overbook="1", reason="Sent by an employer", **extra
    )
    assert given.status_code == 303
    assert seats_of(enrollment_db, section_id) == (1, 1, 2)


def test_cancelling_needs_a_reason_and_frees_the_seat(
    registrar: FlaskClient, enrollment_db: Database
) -> None:
    section_id = a_section(enrollment_db, seats=1)
    seated = registered(enrollment_db, section_id, "Ann")
    page, action = f"/office/sections/{section_id}", f"/office/registrations/{seated.id}/cancel"
    assert post(registrar, page, action, reason="no").status_code == 422
    assert post(registrar, page, action, reason="Moved to another town").status_code == 303
    assert seats_of(enrollment_db, section_id) == (1, 0, 0)
    assert letters_to(enrollment_db, "ann@example.com") == ["confirmation", "cancelled"]


def test_what_was_refused_is_said_at_the_top_with_a_way_to_the_field(
    registrar: FlaskClient, enrollment_db: Database
) -> None:
    section_id = a_section(enrollment_db, seats=1)
    seated, other = (registered(enrollment_db, section_id, name) for name in ("Ann", "Bob"))
    page, cancel = f"/office/sections/{section_id}", "/office/registrations/{}/cancel"

    def problems(action: str, **typed: str) -> list[tuple[str, str]]:
        refused = post(registrar, page, action, **typed)
        assert refused.status_code == 422
        summary = refused.text.partition("data-error-summary")[2].partition("</div>")[0]
        for field, _ in (found := re.findall(r'<a href="#([^"]*)">([^<]*)', summary)):
            assert refused.text.count(f' id="{field}"') == 1
        return found or re.findall(r"<li>()([^<]*)", summary)

    assert problems(f"{page}/registrations", email="nobody") == [
        ("name", "Enter the name."),
        ("email", "Enter an email address we can answer to, like name@example.com."),
    ]
    assert [field for field, _ in problems(f"{page}/capacity", capacity="many")] == ["capacity"]
    for person in (seated, other):
        assert [field for field, _ in problems(cancel.format(person.id), reason="no")] == [
            f"reason-{person.id}"
        ]
    assert post(registrar, page, cancel.format(seated.id), reason="Moved to another town").status_code == 303
    ((field, words),) = problems(cancel.format(seated.id), reason="Moved to another town")
    assert not field, "the form is gone with the registration; why it was refused is still said"
    assert words


def test_a_form_without_its_token_is_refused(registrar: FlaskClient, enrollment_db: Database) -> None:
    section_id = a_section(enrollment_db, seats=1)
    assert (
        registrar.post(f"/office/sections/{section_id}/capacity", data={"capacity": "9"}).status_code == 403
    )
    assert seats_of(enrollment_db, section_id) == (1, 0, 0)


def test_letters_are_listed_with_their_fates(registrar: FlaskClient, enrollment_db: Database) -> None:
    registered(enrollment_db, a_section(enrollment_db), "Ann")
    assert "ann@example.com" in registrar.get("/office/letters").text
    assert "ann@example.com" not in registrar.get("/office/letters?status=failed").text


def test_the_same_by_addresses_and_tokens(
    office: FlaskClient, inquiry: Inquiry, enrollment_db: Database
) -> None:
    section_id, client = a_section(enrollment_db, seats=1), office
    headers = bearer(enrollment_db, "registrar", inquiry)
    seated = registered(enrollment_db, section_id, "Ann")
    roster = client.get(f"{API}/sections/{section_id}/roster", headers=headers).json
    assert (roster["truth"], roster["is_whole"]) == ("full: 1 seat, 1 enrolled", True)
    body = {"name": "Bob", "email": "bob@example.com"}
    url = f"{API}/sections/{section_id}/registrations"
    assert client.post(url, json=body, headers=headers).status_code == 409
    extra = client.post(url, json=body | {"overbook": True, "reason": "Sent by an employer"}, headers=headers)
    assert extra.status_code == 201
    answer = client.put(f"{API}/sections/{section_id}/capacity", json={"capacity": 3}, headers=headers)
    assert answer.json["truth"] == "1 free: 3 seats, 2 enrolled"
    cancelled = client.post(
        f"{API}/registrations/{seated.id}/cancel", json={"reason": "Moved to another town"}, headers=headers
    )
    assert cancelled.json["status"] == "cancelled"


def test_who_only_reads_cannot_change(office: FlaskClient, inquiry: Inquiry, enrollment_db: Database) -> None:
    section_id, client = a_section(enrollment_db), office
    headers = bearer(enrollment_db, "auditor", inquiry)
    assert client.get(f"{API}/sections/{section_id}/roster", headers=headers).status_code == 200
    answer = client.put(f"{API}/sections/{section_id}/capacity", json={"capacity": 3}, headers=headers)
    assert answer.status_code == 403
    assert client.get(f"{API}/sections/{section_id}/roster").status_code == 401


def test_who_a_cookie_belongs_to_is_asked_once_a_minute(
    inquiry: Inquiry, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    staff = StaffDirectory(inquiry.url, PAIR_SECRET)
    assert staff.person("goodcookie") == staff.person("goodcookie")
    assert inquiry.asked == 1
    clock.now_s += 61
    staff.person("goodcookie")
    assert inquiry.asked == 2
    assert staff.person("unknowncookie") is None
    assert staff.person("not a cookie\r\nHost: x") is None
    assert inquiry.asked == 3


def test_a_known_cookie_holds_a_quarter_of_an_hour_while_inquiry_is_down(
    inquiry: Inquiry, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    staff = StaffDirectory(inquiry.url, PAIR_SECRET, timeout_s=0.5)
    assert staff.person("goodcookie") is not None
    inquiry.stop()
    clock.now_s += 14 * 60
    assert staff.person("goodcookie") is not None
    assert staff.person("newcookie") is None
    clock.now_s += 2 * 60
    assert staff.person("goodcookie") is None


def test_the_token_of_a_closed_account_opens_nothing_after_a_minute(
    office: FlaskClient, inquiry: Inquiry, enrollment_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    roster = f"{API}/sections/{a_section(enrollment_db)}/roster"
    headers = bearer(enrollment_db, "registrar", inquiry)
    assert [office.get(roster, headers=headers).status_code for _ in range(3)] == [200, 200, 200]
    assert inquiry.asked == 1
    inquiry.standing.clear()
    clock.now_s += 61
    assert office.get(roster, headers=headers).status_code == 401


def test_a_known_token_holds_a_quarter_of_an_hour_while_inquiry_is_down(
    office: FlaskClient, inquiry: Inquiry, enrollment_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    roster = f"{API}/sections/{a_section(enrollment_db)}/roster"
    known, never_seen = (bearer(enrollment_db, "registrar", inquiry) for _ in range(2))
    assert office.get(roster, headers=known).status_code == 200
    inquiry.status = 503
    clock.now_s += 14 * 60
    assert office.get(roster, headers=known).status_code == 200
    assert office.get(roster, headers=never_seen).status_code == 401
    clock.now_s += 2 * 60
    assert office.get(roster, headers=known).status_code == 401


def test_a_signature_that_inquiry_refuses_lets_nobody_in(inquiry: Inquiry) -> None:
    person_id = new_id()
    inquiry.standing.add(str(person_id))
    assert StaffDirectory(inquiry.url, PAIR_SECRET).is_standing(person_id)
    assert not StaffDirectory(inquiry.url, "another secret").is_standing(person_id)


def test_one_key_for_two_sections_does_not_answer_with_the_other_seat(
    office: FlaskClient, inquiry: Inquiry, enrollment_db: Database
) -> None:
    headers = bearer(enrollment_db, "registrar", inquiry) | {"Idempotency-Key": "row-17"}
    body = {"name": "Effat", "email": "effat@example.com"}
    here, there = (f"{API}/sections/{a_section(enrollment_db)}/registrations" for _ in range(2))
    first = office.post(here, json=body, headers=headers)
    assert first.status_code == 201
    assert office.post(there, json=body, headers=headers).status_code == 422
    assert office.post(here, json=body, headers=headers).json == first.json


@pytest.mark.parametrize("address", ["/programs/%00", "/api/enrollment/v1/programs/%00", "/my/%00"])
def test_an_address_with_a_character_that_no_text_can_have_is_nowhere(
    enrollment_client: FlaskClient, address: str
) -> None:
    assert enrollment_client.get(address).status_code == 404


@pytest.mark.parametrize("submission_id", ["a\x00b", "ä", "x" * 201])
def test_a_form_s_number_that_cannot_be_kept_is_said_in_the_form(
    registrar: FlaskClient, enrollment_db: Database, submission_id: str
) -> None:
    page = f"/office/sections/{a_section(enrollment_db)}"
    answer = post(
        registrar,
        page,
        f"{page}/registrations",
        name="Bob",
        email="bob@example.com",
        submission_id=submission_id,
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("at", ["9" * 5000, "", "²", "-1"])
def test_a_signature_with_a_time_that_is_none_is_not_the_sibling_s(
    enrollment_client: FlaskClient, at: str
) -> None:
    address = f"/api/enrollment/v1/internal/reply-addresses/{'ab' * 32}"
    assert enrollment_client.get(address, headers={"Frontdesk-Pair": f"{at}.x"}).status_code == 401


def test_a_decision_about_a_letter_that_is_not_there_says_so(registrar: FlaskClient) -> None:
    assert post(registrar, "/office/letters", f"/office/letters/{new_id()}/resend").status_code == 404


def test_letters_are_for_who_decides_about_them(
    office: FlaskClient, inquiry: Inquiry, enrollment_db: Database
) -> None:
    instructor, director = (bearer(enrollment_db, role, inquiry) for role in ("instructor", "director"))
    assert office.get("/office/letters", headers=instructor).status_code == 403
    assert "/office/letters" not in office.get("/office/", headers=instructor).text
    assert "/office/letters" in office.get("/office/", headers=director).text


def test_one_network_reads_so_often_and_no_more(
    enrollment_db: Database, make_enrollment_settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = create_app(make_enrollment_settings(limit_public_reads="2/hour")).test_client()
    network = {"REMOTE_ADDR": "198.51.100.7"}
    asked = [client.get("/programs", environ_overrides=network).status_code for _ in range(3)]
    assert asked == [200, 200, 429]
    assert client.get("/health/live", environ_overrides=network).status_code == 200
    assert client.get("/programs", environ_overrides={"REMOTE_ADDR": "203.0.113.7"}).status_code == 200


class Clock:
    """The time that passes in the directory's memory."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s = 1000.0
        monkeypatch.setattr("enrollment_service.clients.inquiry.monotonic_s", lambda: self.now_s)

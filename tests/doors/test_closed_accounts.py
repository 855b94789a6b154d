"""A closed account is out of both services within a minute: by cookie and by token, with the time that passes in our hands."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import BaseWSGIServer

from enrollment_service.app import create_app
from inquiry_service.domain import staff
from inquiry_service.web.auth import COOKIE
from shared.audit import THE_SERVICE
from shared.db import Database
from shared.people import Person
from tests.builders import PASSWORD, a_person, bearer
from tests.served import address_of, served

CLIENT = "enrollment_service.clients.inquiry"


class TwoDoors:
    """One director, known to both services by cookie and by token; a clock that moves when it is told to."""

    def __init__(
        self, inquiry: Flask, enrollment: Flask, databases: tuple[Database, Database], server: BaseWSGIServer
    ) -> None:
        self.now_s = 1000.0
        self.inquiry, self.enrollment, self.server = inquiry, enrollment, server
        self.inquiry_db, self.enrollment_db = databases
        self.person: Person = a_person(self.inquiry_db, "director")
        self.cookie, _ = staff.sign_in(self.inquiry_db, self.person.email, PASSWORD, "127.0.0.0/24")
        self.tokens = {database: bearer(database, self.person) for database in databases}

    def is_in(self) -> dict[str, bool]:
        """Which of the four ways still lead in."""
        return {
            "desk by cookie": self._opens(self.inquiry, "/desk", self.cookie, {}),
            "desk by token": self._opens(
                self.inquiry, "/api/inquiry/v1/me", "", self.tokens[self.inquiry_db]
            ),
            "office by cookie": self._opens(self.enrollment, "/office/", self.cookie, {}),
            "office by token": self._opens(self.enrollment, "/office/", "", self.tokens[self.enrollment_db]),
        }

    def _opens(self, app: Flask, path: str, cookie: str, headers: dict[str, str]) -> bool:
        client = app.test_client()
        if cookie:
            client.set_cookie(COOKIE, cookie)
        return client.get(path, headers=headers).status_code == 200

    def close_account(self) -> None:
        """As `staff disable` does."""
        with self.inquiry_db.transaction() as session:
            staff.disable(session, THE_SERVICE, self.person.id)

    def stop_inquiry(self) -> None:
        """The inquiry service answers nobody any more."""
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def doors(
    inquiry_app: Flask,
    inquiry_db: Database,
    enrollment_db: Database,
    make_enrollment_settings: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[TwoDoors]:
    """Both services, the sibling reached over a real port."""
    with served(inquiry_app) as server:
        settings = make_enrollment_settings(inquiry_internal_url=address_of(server))
        doors = TwoDoors(inquiry_app, create_app(settings), (inquiry_db, enrollment_db), server)
        monkeypatch.setattr(f"{CLIENT}.monotonic_s", lambda: doors.now_s)
        yield doors


def is_out_within_a_minute(doors: TwoDoors) -> bool:
    """In by every way, then closed, and a minute later in by none."""
    assert all(doors.is_in().values())
    doors.close_account()
    now = doors.is_in()
    assert not now["desk by cookie"], "inquiry shuts at once"
    assert not now["desk by token"], "inquiry shuts at once"
    doors.now_s += 60
    return not any(doors.is_in().values())


def test_a_closed_account_is_out_of_both_services_within_a_minute(doors: TwoDoors) -> None:
    assert is_out_within_a_minute(doors)


def test_a_memory_that_lasts_for_ever_is_found(doors: TwoDoors, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: what inquiry once said is never asked again."""
    monkeypatch.setattr(f"{CLIENT}.FRESH_S", float("inf"))
    assert not is_out_within_a_minute(doors)


def test_asking_all_the_time_does_not_lengthen_the_minute(doors: TwoDoors) -> None:
    assert all(doors.is_in().values())
    doors.close_account()
    for _ in range(6):
        doors.now_s += 10
        last = doors.is_in()
    assert not any(last.values())


def test_while_inquiry_is_down_who_was_known_stays_known_for_a_quarter_of_an_hour(doors: TwoDoors) -> None:
    """DESIGN's decision: the office goes on without its sibling, at this price (SECURITY.md, known limits)."""
    assert all(doors.is_in().values())
    doors.close_account()
    doors.stop_inquiry()
    doors.now_s += 15 * 60 - 1
    assert doors.is_in()["office by cookie"]
    doors.now_s += 1
    now = doors.is_in()
    assert not now["office by cookie"]
    assert not now["office by token"]


def test_while_inquiry_is_down_who_was_refused_stays_refused(doors: TwoDoors) -> None:
    doors.close_account()
    assert not any(doors.is_in().values())
    doors.stop_inquiry()
    for _ in range(3):
        doors.now_s += 61
        assert not any(doors.is_in().values())


def test_while_inquiry_is_down_a_stranger_stays_a_stranger(doors: TwoDoors) -> None:
    doors.stop_inquiry()
    now = doors.is_in()
    assert not now["office by cookie"]
    assert not now["office by token"]

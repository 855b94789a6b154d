"""What the sibling's reports are told: which questions led to a seat, and how full sections are."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from inquiry_service.clients.enrollment import EnrollmentClient
from shared.clock import utc_now
from shared.db import Database
from shared.pair import sign
from tests.conftest import PAIR_SECRET
from tests.enrollment.builders import a_section, registered

TODAY = utc_now().date()
FAR = TODAY + timedelta(days=400)
_ASKED_BEFORE = text("UPDATE registration SET inquiry = :reference WHERE name = :name")


@pytest.fixture
def enrollment(enrollment_address: str) -> EnrollmentClient:
    """The service on a port of its own, as its sibling asks it."""
    return EnrollmentClient(enrollment_address, PAIR_SECRET)


def test_a_seat_that_began_with_a_question_names_it(
    enrollment_db: Database, enrollment: EnrollmentClient
) -> None:
    section = a_section(enrollment_db, seats=1)
    registered(enrollment_db, section, "Effat")
    enrollment_db.run(_ASKED_BEFORE, {"reference": "Q-7F3K9T", "name": "Effat"})
    registered(enrollment_db, section, "Farid")  # in line, without a seat
    enrollment_db.run(_ASKED_BEFORE, {"reference": "Q-222222", "name": "Farid"})
    registered(enrollment_db, a_section(enrollment_db, seats=5), "Gita")
    found = enrollment.figures(TODAY - timedelta(days=1), FAR)
    assert found is not None
    assert list(found.registered_inquiries) == ["Q-7F3K9T"]
    fill = {one.seats: (one.taken, one.waiting) for one in found.sections}
    assert fill == {1: (1, 1), 5: (1, 0)}


def test_days_before_the_period_are_not_counted(
    enrollment_db: Database, enrollment: EnrollmentClient
) -> None:
    registered(enrollment_db, a_section(enrollment_db, seats=1), "Effat")
    enrollment_db.run(_ASKED_BEFORE, {"reference": "Q-7F3K9T", "name": "Effat"})
    enrollment_db.run(text("UPDATE registration SET created_at = created_at - interval '3 days'"))
    found = enrollment.figures(TODAY - timedelta(days=1), TODAY - timedelta(days=1))
    assert found is not None
    assert (list(found.registered_inquiries), list(found.sections)) == ([], [])


def test_nobody_but_the_sibling_is_told(enrollment_client: FlaskClient) -> None:
    path = "/api/enrollment/v1/internal/figures/2026-11-01/2026-11-30"
    assert enrollment_client.get(path).status_code == 401
    assert enrollment_client.get(path, headers=sign(PAIR_SECRET, path)).status_code == 200
    strange = "/api/enrollment/v1/internal/figures/yesterday/today"
    assert enrollment_client.get(strange, headers=sign(PAIR_SECRET, strange)).status_code == 404


def test_a_sibling_that_is_away_knows_nothing() -> None:
    assert EnrollmentClient("http://127.0.0.1:1", PAIR_SECRET).figures(TODAY, FAR) is None

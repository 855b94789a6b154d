"""A seat is taken once, by one path, and its letter is owed in the same statement."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from enrollment_service.domain.errors import (
    AlreadyRegistered,
    RegistrationClosed,
    SectionFull,
    SectionNotFound,
)
from enrollment_service.domain.registrations import register
from shared.clock import utc_now
from shared.db import Database
from shared.errors import SameKeyOtherBody
from shared.tokens import new_id
from tests.enrollment.builders import a_request, a_section, letters_to, registered, seats_of


def test_a_free_seat_is_taken_with_its_registration_and_its_letter(enrollment_db: Database) -> None:
    section_id = a_section(enrollment_db, seats=2)
    answer = registered(enrollment_db, section_id, "Effat")
    assert (answer.status, answer.position) == ("confirmed", None)
    assert seats_of(enrollment_db, section_id) == (2, 0, 1)
    assert letters_to(enrollment_db, "effat@example.com") == ["confirmation"]


def test_the_same_request_twice_is_one_registration_and_one_answer(enrollment_db: Database) -> None:
    section_id = a_section(enrollment_db, seats=2)
    first = register(enrollment_db, a_request(section_id, key="k1"), accepts_waitlist=True)
    again = register(enrollment_db, a_request(section_id, key="k1"), accepts_waitlist=True)
    assert (again.id, again.reference, again.status) == (first.id, first.reference, first.status)
    assert first.is_fresh
    assert not again.is_fresh
    assert seats_of(enrollment_db, section_id) == (2, 0, 1)


def test_the_same_key_with_another_body_is_refused(enrollment_db: Database) -> None:
    section_id = a_section(enrollment_db, seats=2)
    register(enrollment_db, a_request(section_id, "Effat", key="k1"), accepts_waitlist=True)
    with pytest.raises(SameKeyOtherBody):
        register(enrollment_db, a_request(section_id, "Somebody Else", key="k1"), accepts_waitlist=True)
    assert seats_of(enrollment_db, section_id) == (2, 0, 1)


def test_a_repeated_wish_for_the_waitlist_keeps_its_place(enrollment_db: Database) -> None:
    section_id = a_section(enrollment_db, seats=1)
    registered(enrollment_db, section_id, "First")
    waiting = register(enrollment_db, a_request(section_id, "Second", key="k2"), accepts_waitlist=True)
    again = register(enrollment_db, a_request(section_id, "Second", key="k2"), accepts_waitlist=True)
    assert (waiting.status, waiting.position) == ("waitlisted", 1)
    assert (again.id, again.position, again.is_fresh) == (waiting.id, 1, False)


def test_one_person_has_one_active_registration_a_section(enrollment_db: Database) -> None:
    section_id = a_section(enrollment_db, seats=5)
    registered(enrollment_db, section_id, "Effat")
    with pytest.raises(AlreadyRegistered, match="already has a seat"):
        registered(enrollment_db, section_id, "Effat Again", email="EFFAT@example.com")
    assert seats_of(enrollment_db, section_id) == (5, 0, 1)


def test_somebody_else_may_be_registered_from_the_same_address(enrollment_db: Database) -> None:
    section_id = a_section(enrollment_db, seats=5)
    registered(enrollment_db, section_id, "Effat")
    registered(enrollment_db, section_id, "Effat", for_name="Sam Rivers")
    with pytest.raises(AlreadyRegistered):
        registered(enrollment_db, section_id, "Effat", for_name=" sam  RIVERS ")
    assert seats_of(enrollment_db, section_id) == (5, 0, 2)


def test_a_full_section_says_what_its_seats_are_doing(enrollment_db: Database) -> None:
    section_id = a_section(enrollment_db, seats=1)
    registered(enrollment_db, section_id, "First")
    with pytest.raises(SectionFull, match=r"^full: 1 seat, 1 enrolled$"):
        register(enrollment_db, a_request(section_id, "Second"), accepts_waitlist=False)
    assert letters_to(enrollment_db, "second@example.com") == []


def test_a_section_that_is_not_open_refuses_and_says_since_when(enrollment_db: Database) -> None:
    early = a_section(enrollment_db, opens_at=utc_now() + timedelta(hours=2))
    late = a_section(
        enrollment_db, opens_at=utc_now() - timedelta(days=3), closes_at=utc_now() - timedelta(hours=2)
    )
    with pytest.raises(RegistrationClosed, match="opens on"):
        registered(enrollment_db, early)
    with pytest.raises(RegistrationClosed, match="closed on"):
        registered(enrollment_db, late)


def test_an_unknown_section_is_not_found(enrollment_db: Database) -> None:
    with pytest.raises(SectionNotFound):
        registered(enrollment_db, new_id())


def test_the_counter_cannot_pass_its_limit_whatever_a_statement_says(enrollment_db: Database) -> None:
    section_id = a_section(enrollment_db, seats=1)
    with pytest.raises(Exception, match="ck_section_seats_taken"):
        enrollment_db.run(
            text("UPDATE section_seats SET taken = 2 WHERE section_id = :id"), {"id": section_id}
        )

"""The line, and the seats that are offered to it."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from enrollment_service.domain import offers, registrations, waitlist
from enrollment_service.domain.errors import (
    OfferSettled,
    ReasonNeeded,
    RegistrationEnded,
    SectionFull,
    WaitlistFull,
)
from enrollment_service.domain.registrations import register_by_office
from enrollment_service.domain.seat_truth import read_truth
from enrollment_service.domain.seating import change_capacity
from enrollment_service.jobs import KINDS
from enrollment_service.terms import MOVES, RegistrationStatus
from shared.audit import Actor
from shared.db import Database
from shared.jobs import run_job
from shared.tokens import new_id
from tests.enrollment.builders import (
    a_request,
    a_section,
    letter_id_of_offer,
    letters_to,
    open_offer_of,
    registered,
    seats_of,
    status_of,
)

REGISTRAR = Actor(new_id(), "Registrar")


def cancel(database: Database, registration_id: UUID) -> None:
    """The office cancels it."""
    with database.transaction() as session:
        registrations.cancel(session, registration_id, because="cancelled by the office")


def its_letter_is(database: Database, offer_id: UUID, fate: str) -> None:
    """The offer's letter has settled like that."""
    with database.transaction() as session:
        offers.letter_settled(session, letter_id_of_offer(database, offer_id), fate)


def time_is_up(database: Database, offer_id: UUID) -> None:
    """The deadline has passed, and the job that waits for it has run."""
    database.run(
        text("UPDATE offer SET expires_at = now() - interval '1 second' WHERE id = :id"), {"id": offer_id}
    )
    job = database.run(
        text("UPDATE job SET due_at = now() WHERE dedupe_key = :key RETURNING id"),
        {"key": f"expire_offer:{offer_id}"},
    )[0]
    assert run_job(database, KINDS, None, job.id)


def test_it_offers_the_freed_seat_to_the_longest_waiting(enrollment_db: Database) -> None:
    section_id = a_section(enrollment_db, seats=1)
    seated = registered(enrollment_db, section_id, "Seated")
    first, second = (registered(enrollment_db, section_id, name) for name in ("First", "Second"))
    cancel(enrollment_db, seated.id)
    assert status_of(enrollment_db, first.id) == "offered"
    assert status_of(enrollment_db, second.id) == "waitlisted"
    assert seats_of(enrollment_db, section_id) == (1, 0, 1)
    assert letters_to(enrollment_db, "first@example.com") == ["waitlisted", "offer"]


def test_a_newcomer_cannot_jump_an_offered_seat(enrollment_db: Database) -> None:
    section_id = a_section(enrollment_db, seats=1)
    seated = registered(enrollment_db, section_id, "Seated")
    registered(enrollment_db, section_id, "Waiting")
    cancel(enrollment_db, seated.id)
    with pytest.raises(SectionFull, match="1 offered"):
        registrations.register(enrollment_db, a_request(section_id, "Newcomer"), accepts_waitlist=False)


def test_the_place_in_line_moves_up_when_somebody_ahead_leaves(enrollment_db: Database) -> None:
    section_id = a_section(enrollment_db, seats=1)
    registered(enrollment_db, section_id, "Seated")
    first, second = (registered(enrollment_db, section_id, name) for name in ("First", "Second"))
    assert (first.position, second.position) == (1, 2)
    cancel(enrollment_db, first.id)
    with enrollment_db.reading() as session:
        assert waitlist.position(session, second.id) == 1
        assert waitlist.position(session, first.id) is None
    assert seats_of(enrollment_db, section_id) == (1, 0, 1)


def test_the_waitlist_has_an_end(enrollment_db: Database) -> None:
    section_id = a_section(enrollment_db, seats=1, waitlist_limit=1)
    registered(enrollment_db, section_id, "Seated")
    registered(enrollment_db, section_id, "Waiting")
    with pytest.raises(WaitlistFull):
        registered(enrollment_db, section_id, "Third")


def test_an_offers_time_starts_when_its_letter_is_sent(enrollment_db: Database) -> None:
    offer_id = an_offer(enrollment_db, offer_valid_hours=24)
    assert expires_at(enrollment_db, offer_id) is None
    its_letter_is(enrollment_db, offer_id, "sent")
    left = enrollment_db.run(
        text("SELECT expires_at - now() AS left FROM offer WHERE id = :id"), {"id": offer_id}
    )[0].left
    assert timedelta(hours=23, minutes=59) < left <= timedelta(hours=24)
    before = expires_at(enrollment_db, offer_id)
    its_letter_is(enrollment_db, offer_id, "sent")
    assert expires_at(enrollment_db, offer_id) == before


def test_an_offer_ends_with_the_sections_first_day_at_the_latest(enrollment_db: Database) -> None:
    offer_id = an_offer(enrollment_db, starts_in=timedelta(hours=40), offer_valid_hours=300)
    its_letter_is(enrollment_db, offer_id, "sent")
    starts = enrollment_db.run(text("SELECT starts_on::timestamp AT TIME ZONE time_zone AS at FROM section"))[
        0
    ]
    assert expires_at(enrollment_db, offer_id) == starts.at


def test_a_letter_of_unknown_fate_changes_nothing(enrollment_db: Database) -> None:
    offer_id = an_offer(enrollment_db)
    its_letter_is(enrollment_db, offer_id, "unknown")
    assert expires_at(enrollment_db, offer_id) is None
    assert offer_status(enrollment_db, offer_id) == "open"


def test_an_accepted_offer_is_a_seat_with_a_confirmation(enrollment_db: Database) -> None:
    offer_id = an_offer(enrollment_db)
    with enrollment_db.transaction() as session:
        offers.accept(session, offer_id)
    assert offer_status(enrollment_db, offer_id) == "accepted"
    assert letters_to(enrollment_db, "first@example.com") == ["waitlisted", "offer", "confirmation"]
    with enrollment_db.transaction() as session, pytest.raises(OfferSettled):
        offers.decline(session, offer_id)


@pytest.mark.parametrize("fate", ["failed", "bounced"])
def test_an_offer_whose_letter_never_arrived_passes_on(enrollment_db: Database, fate: str) -> None:
    offer_id = an_offer(enrollment_db, waiting=("First", "Second"))
    its_letter_is(enrollment_db, offer_id, fate)
    assert offer_status(enrollment_db, offer_id) == "failed"
    assert letters_to(enrollment_db, "second@example.com") == ["waitlisted", "offer"]


def test_an_offer_bounced_after_it_was_sent_passes_on_too(enrollment_db: Database) -> None:
    offer_id = an_offer(enrollment_db, waiting=("First", "Second"))
    its_letter_is(enrollment_db, offer_id, "sent")
    its_letter_is(enrollment_db, offer_id, "bounced")
    assert offer_status(enrollment_db, offer_id) == "failed"
    assert letters_to(enrollment_db, "second@example.com") == ["waitlisted", "offer"]


def test_a_declined_offer_goes_to_the_next_in_line(enrollment_db: Database) -> None:
    offer_id = an_offer(enrollment_db, waiting=("First", "Second"))
    with enrollment_db.transaction() as session:
        offers.decline(session, offer_id)
    assert letters_to(enrollment_db, "second@example.com") == ["waitlisted", "offer"]


def test_an_offer_that_nobody_answers_expires_and_passes_on(enrollment_db: Database) -> None:
    offer_id = an_offer(enrollment_db, waiting=("First", "Second"))
    its_letter_is(enrollment_db, offer_id, "sent")
    time_is_up(enrollment_db, offer_id)
    assert offer_status(enrollment_db, offer_id) == "expired"
    assert letters_to(enrollment_db, "first@example.com") == ["waitlisted", "offer", "offer_passed"]
    assert letters_to(enrollment_db, "second@example.com") == ["waitlisted", "offer"]


def test_an_offer_is_not_expired_before_its_time(enrollment_db: Database) -> None:
    offer_id = an_offer(enrollment_db)
    its_letter_is(enrollment_db, offer_id, "sent")
    with enrollment_db.transaction() as session, pytest.raises(OfferSettled):
        offers.expire(session, offer_id)
    assert offer_status(enrollment_db, offer_id) == "open"


def test_a_late_yes_is_refused_even_before_the_expiry_has_run(enrollment_db: Database) -> None:
    offer_id = an_offer(enrollment_db)
    its_letter_is(enrollment_db, offer_id, "sent")
    enrollment_db.run(text("UPDATE offer SET expires_at = now() - interval '1 second'"))
    with enrollment_db.transaction() as session, pytest.raises(OfferSettled):
        offers.accept(session, offer_id)


def test_the_expiry_that_comes_after_an_acceptance_does_nothing(enrollment_db: Database) -> None:
    offer_id = an_offer(enrollment_db)
    its_letter_is(enrollment_db, offer_id, "sent")
    with enrollment_db.transaction() as session:
        offers.accept(session, offer_id)
    time_is_up(enrollment_db, offer_id)
    assert offer_status(enrollment_db, offer_id) == "accepted"
    assert "offer_passed" not in letters_to(enrollment_db, "first@example.com")


def test_who_cancels_while_a_seat_is_offered_gives_it_to_the_next(enrollment_db: Database) -> None:
    offer_id = an_offer(enrollment_db, waiting=("First", "Second"))
    registration_id = enrollment_db.run(
        text("SELECT registration_id AS id FROM offer WHERE id = :id"), {"id": offer_id}
    )[0].id
    cancel(enrollment_db, registration_id)
    assert offer_status(enrollment_db, offer_id) == "declined"
    assert letters_to(enrollment_db, "second@example.com") == ["waitlisted", "offer"]


def test_added_seats_go_to_the_line_at_once(enrollment_db: Database) -> None:
    section_id = a_section(enrollment_db, seats=1)
    registered(enrollment_db, section_id, "Seated")
    waiting = [registered(enrollment_db, section_id, name) for name in ("First", "Second", "Third")]
    with enrollment_db.transaction() as session:
        said = change_capacity(session, section_id, 3, actor=REGISTRAR)
    assert [status_of(enrollment_db, entry.id) for entry in waiting] == ["offered", "offered", "waitlisted"]
    assert seats_of(enrollment_db, section_id) == (3, 0, 3)
    assert "2 offered" in said


def test_fewer_seats_than_taken_is_overbooked_and_paid_back_first(enrollment_db: Database) -> None:
    section_id = a_section(enrollment_db, seats=3)
    seated = [registered(enrollment_db, section_id, name) for name in ("A", "B", "C")]
    waiting = registered(enrollment_db, section_id, "Waiting")
    with enrollment_db.transaction() as session:
        said = change_capacity(session, section_id, 2, actor=REGISTRAR)
    assert "1 overbooked" in said
    assert seats_of(enrollment_db, section_id) == (2, 1, 3)
    cancel(enrollment_db, seated[0].id)
    assert seats_of(enrollment_db, section_id) == (2, 0, 2)
    assert status_of(enrollment_db, waiting.id) == "waitlisted"
    cancel(enrollment_db, seated[1].id)
    assert status_of(enrollment_db, waiting.id) == "offered"


def test_overbooking_needs_a_reason_and_raises_both_counters(enrollment_db: Database) -> None:
    section_id = a_section(enrollment_db, seats=1)
    registered(enrollment_db, section_id, "Seated")
    with enrollment_db.transaction() as session, pytest.raises(ReasonNeeded):
        register_by_office(session, a_request(section_id, "Extra"), actor=REGISTRAR, overbook=True)
    with enrollment_db.transaction() as session, pytest.raises(SectionFull):
        register_by_office(session, a_request(section_id, "Extra"), actor=REGISTRAR)
    with enrollment_db.transaction() as session:
        register_by_office(
            session,
            a_request(section_id, "Extra"),
            actor=REGISTRAR,
            overbook=True,
            reason="Employer sent two people",
        )
    assert seats_of(enrollment_db, section_id) == (1, 1, 2)
    audited = enrollment_db.run(text("SELECT action, reason, person_name FROM audit"))
    assert [tuple(row) for row in audited] == [
        ("registered_overbooked", "Employer sent two people", "Registrar")
    ]


def test_a_cancelled_registration_cannot_be_cancelled_again(enrollment_db: Database) -> None:
    section_id = a_section(enrollment_db, seats=2)
    seated = registered(enrollment_db, section_id, "Seated")
    cancel(enrollment_db, seated.id)
    with pytest.raises(RegistrationEnded):
        cancel(enrollment_db, seated.id)
    assert seats_of(enrollment_db, section_id) == (2, 0, 0)


def test_who_cancelled_may_register_again(enrollment_db: Database) -> None:
    section_id = a_section(enrollment_db, seats=1)
    cancel(enrollment_db, registered(enrollment_db, section_id, "Effat").id)
    assert registered(enrollment_db, section_id, "Effat").status == "confirmed"


def test_the_truth_of_the_seats_is_said_in_one_line(enrollment_db: Database) -> None:
    section_id = a_section(enrollment_db, seats=2)
    seated = registered(enrollment_db, section_id, "A")
    for name in ("B", "C", "D"):
        registered(enrollment_db, section_id, name)
    cancel(enrollment_db, seated.id)
    with enrollment_db.reading() as session:
        truth = read_truth(session, section_id)
    assert truth.in_words() == "full: 2 seats, 1 enrolled, 1 offered, 1 waiting"
    assert truth.is_whole


def test_what_has_ended_stays_ended() -> None:
    assert MOVES[RegistrationStatus.CANCELLED] == MOVES[RegistrationStatus.EXPIRED] == ()


def an_offer(
    database: Database,
    *,
    waiting: tuple[str, ...] = ("First",),
    starts_in: timedelta = timedelta(days=10),
    offer_valid_hours: int = 24,
) -> UUID:
    """The one seat of a section was freed, and is offered to the first of those waiting."""
    section_id = a_section(database, seats=1, starts_in=starts_in, offer_valid_hours=offer_valid_hours)
    seated = registered(database, section_id, "Seated")
    line = [registered(database, section_id, name) for name in waiting]
    cancel(database, seated.id)
    offer_id = open_offer_of(database, line[0].id)
    assert offer_id is not None
    return offer_id


def offer_status(database: Database, offer_id: UUID) -> str:
    """The offer's word."""
    return str(database.run(text("SELECT status FROM offer WHERE id = :id"), {"id": offer_id})[0].status)


def expires_at(database: Database, offer_id: UUID) -> object:
    """The offer's deadline, or none yet."""
    return database.run(text("SELECT expires_at FROM offer WHERE id = :id"), {"id": offer_id})[0].expires_at

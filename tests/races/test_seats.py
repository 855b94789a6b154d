"""Many at once for few seats: real processes, real threads, real commits. Each guard is shown to matter by a variant without it.

The variants live here, as changed text of our own statements; the product has no switches.
"""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from enrollment_service.db.queries import seating as statements
from enrollment_service.db.queries import waitlist as line_statements
from enrollment_service.domain import offers, registrations
from enrollment_service.domain.errors import NoFreeSeat, RegistrationEnded
from enrollment_service.domain.seating import Registered, SeatRequest, take_seat
from enrollment_service.terms import RegistrationStatus
from shared.db import Database
from tests.enrollment.builders import a_request, a_section, open_offer_of, registered, seats_of, status_of
from tests.enrollment.crowd import REQUESTS, Crowd
from tests.enrollment.unguarded import CHECK, DROP_CHECK, unguarded
from tests.faults import rows
from tests.faults.checker import Fact, Rows, Seats, broken_seats

pytestmark = pytest.mark.race

ROUNDS, PAIRS = 20, 300
BROKEN = """
    SELECT section_seats.section_id FROM section_seats
    LEFT JOIN registration ON registration.section_id = section_seats.section_id
    GROUP BY section_seats.section_id
    HAVING taken <> count(*) FILTER (WHERE status IN ('held', 'offered', 'confirmed'))
        OR taken > capacity + overbooked
        OR taken < capacity AND count(*) FILTER (WHERE status = 'waitlisted') > 0
"""


def broken_sections(database: Database) -> list[UUID]:
    """Sections whose counter, claims and line do not agree now that nobody moves."""
    return [row.section_id for row in database.run(text(BROKEN))]


# --- 200 for one seat, 200 for ten -------------------------------------------------------------------------------


@pytest.fixture
def crowd(enrollment_db: Database) -> Any:
    """Visitors who use the product's statement."""
    people = Crowd(enrollment_db)
    yield people
    people.go_home()


def test_of_two_hundred_at_once_exactly_as_many_get_a_seat_as_there_are(
    enrollment_db: Database, crowd: Crowd
) -> None:
    for number in range(ROUNDS):
        seats = 1 if number % 2 else 10
        section_id = a_section(enrollment_db, seats=seats)
        assert crowd.ask(section_id) == Counter(confirmed=seats, full=REQUESTS - seats)
        assert seats_of(enrollment_db, section_id) == (seats, 0, seats)
    assert broken_sections(enrollment_db) == []


def test_who_gets_no_seat_gets_a_place_in_line_up_to_its_end(enrollment_db: Database, crowd: Crowd) -> None:
    section_id = a_section(enrollment_db, seats=3, waitlist_limit=20)
    answers = crowd.ask(section_id, accepts_waitlist=True)
    assert answers == Counter({"confirmed": 3, "waitlisted": 20, "error: WaitlistFull": REQUESTS - 23})
    assert broken_sections(enrollment_db) == []


def test_without_its_condition_and_its_check_the_statement_oversells(
    enrollment_db: Database, enrollment_urls: tuple[str, str]
) -> None:
    owner = Database(enrollment_urls[1])
    owner.run(text(DROP_CHECK))
    people = Crowd(enrollment_db, unguarded())
    try:
        section_id = a_section(enrollment_db, seats=1)
        answers = people.ask(section_id)
        assert answers["confirmed"] == REQUESTS
        assert broken_sections(enrollment_db) == [section_id]
    finally:
        people.go_home()
        owner.run(text("TRUNCATE section_seats"))
        owner.run(text(CHECK))
        owner.dispose()


def test_without_its_condition_alone_the_check_still_holds_the_last_seat(
    enrollment_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    section_id = a_section(enrollment_db, seats=1)
    registered(enrollment_db, section_id, "First")
    monkeypatch.setattr(statements, "TAKE_SEAT", unguarded())
    with pytest.raises(Exception, match="ck_section_seats_taken"):
        take_seat(enrollment_db.run, a_request(section_id, "Second"))
    assert seats_of(enrollment_db, section_id) == (1, 0, 1)


# --- a join that meets a cancellation ------------------------------------------------------------------------------


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each returned; all began at the same moment."""
    gate = Barrier(len(works))

    def begin(work: Callable[[], Any]) -> Any:
        gate.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as threads:
        return [running.result() for running in [threads.submit(begin, work) for work in works]]


def cancel(database: Database, registration_id: UUID) -> None:
    """The seat is given back."""
    with database.transaction() as session:
        registrations.cancel(session, registration_id, because="cancelled by the office")


def test_a_join_that_meets_a_cancellation_leaves_no_free_seat_and_no_waiter(enrollment_db: Database) -> None:
    heard: Counter[str] = Counter()
    for _ in range(PAIRS):
        section_id = a_section(enrollment_db, seats=1)
        seated = registered(enrollment_db, section_id, "Seated")
        joined, _ = at_once(
            lambda section_id=section_id: registered(enrollment_db, section_id, "Joining"),
            lambda seated=seated: cancel(enrollment_db, seated.id),
        )
        heard[status_of(enrollment_db, joined.id)] += 1
    assert broken_sections(enrollment_db) == []
    assert set(heard) <= {"confirmed", "offered"}
    assert sum(heard.values()) == PAIRS


def test_without_the_lock_a_join_leaves_a_free_seat_and_a_waiter(enrollment_db: Database) -> None:
    section_id = a_section(enrollment_db, seats=1)
    seated = registered(enrollment_db, section_id, "Seated")
    has_looked, has_cancelled = Barrier(2), Barrier(2)

    def join_unlocked() -> Registered:
        """`waitlist.seat_or_line` without `lock_seats`: the cancellation comes between its look and its insert."""
        request: SeatRequest = a_request(section_id, "Joining")
        with enrollment_db.transaction() as session:
            try:
                return take_seat(lambda statement, values: session.execute(statement, values).all(), request)
            except NoFreeSeat:
                has_looked.wait()
                has_cancelled.wait()
                session.execute(line_statements.JOIN_LINE, request.parameters(RegistrationStatus.WAITLISTED))
        return Registered(request.id, request.reference, RegistrationStatus.WAITLISTED)

    def cancel_between() -> None:
        has_looked.wait()
        cancel(enrollment_db, seated.id)
        has_cancelled.wait()

    joined, _ = at_once(join_unlocked, cancel_between)
    assert status_of(enrollment_db, joined.id) == "waitlisted"
    assert seats_of(enrollment_db, section_id) == (1, 0, 0)
    assert broken_sections(enrollment_db) == [section_id]
    facts = [Fact(**row._asdict()) for row in enrollment_db.run(text(rows.REGISTRATIONS))]
    seats = [Seats(**row._asdict()) for row in enrollment_db.run(text(rows.SEATS))]
    assert [broken.what for broken in broken_seats(Rows(facts=facts, seats=seats))] == [
        "a free seat and a waiter"
    ]


# --- everything at once ----------------------------------------------------------------------------------------------


def test_accepting_declining_and_cancelling_cannot_overwrite_each_other(enrollment_db: Database) -> None:
    for _ in range(30):
        section_id = a_section(enrollment_db, seats=1)
        seated = registered(enrollment_db, section_id, "Seated")
        first = registered(enrollment_db, section_id, "First")
        registered(enrollment_db, section_id, "Second")
        cancel(enrollment_db, seated.id)
        offer_id = open_offer_of(enrollment_db, first.id)
        assert offer_id is not None
        answers = at_once(
            lambda offer_id=offer_id: _try(enrollment_db, offers.accept, offer_id),
            lambda offer_id=offer_id: _try(enrollment_db, offers.decline, offer_id),
            lambda first=first: _try(
                enrollment_db, registrations.cancel, first.id, because="cancelled by the student"
            ),
        )
        assert answers[:2].count("done") <= 1
    assert broken_sections(enrollment_db) == []


def _try(database: Database, work: Callable[..., None], *args: Any, **kwargs: Any) -> str:
    try:
        with database.transaction() as session:
            work(session, *args, **kwargs)
    except (offers.OfferSettled, RegistrationEnded):
        return "refused"
    return "done"


def test_a_day_of_comings_and_goings_ends_with_the_books_in_order(enrollment_db: Database) -> None:
    section_ids = [a_section(enrollment_db, seats=2) for _ in range(3)]

    def visitor(seed: int) -> None:
        chance = random.Random(seed)
        for number in range(15):
            section_id = chance.choice(section_ids)
            mine = _ask_and_tell(enrollment_db, section_id, f"V{seed} {number}")
            if mine is not None and chance.random() < 0.7:
                _try(enrollment_db, registrations.cancel, mine.id, because="cancelled by the student")

    at_once(*(lambda seed=seed: visitor(seed) for seed in range(6)))
    assert broken_sections(enrollment_db) == []


def _ask_and_tell(database: Database, section_id: UUID, name: str) -> Registered | None:
    try:
        return registered(database, section_id, name)
    except registrations.SectionFull:
        return None
    except Exception as error:
        assert type(error).__name__ == "WaitlistFull"  # noqa: PT017 - the only other refusal here
        return None

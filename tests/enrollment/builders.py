"""What tests of enrollment arrange with: a section with so many seats, somebody who asks for one."""

from datetime import date, datetime, timedelta
from itertools import count
from uuid import UUID

from sqlalchemy import text

from enrollment_service.domain.people import Applicant
from enrollment_service.domain.registrations import register
from enrollment_service.domain.seating import Registered, SeatRequest
from enrollment_service.terms import Source
from shared.clock import utc_now
from shared.db import Database
from shared.idempotency import fingerprint
from shared.tokens import new_id, public_reference

_numbers = count(1)
_PROGRAM = text("""
    INSERT INTO program (id, slug, title, abbreviation, summary, description, hours, price_cents, certifying_body)
    VALUES (:id, :slug, :title, 'MAT', 'A short course.', 'A longer text.', 12, 24900, '')
    ON CONFLICT (slug) DO UPDATE SET title = excluded.title RETURNING id
""")
_SECTION = text("""
    WITH section_row AS (
        INSERT INTO section (id, program_id, code, title, starts_on, ends_on, time_zone, place, price_cents, opens_at,
                             closes_at, waitlist_limit, offer_valid_hours)
        VALUES (:id, :program_id, :code, :title, :starts_on, :ends_on, 'America/Chicago', 'Room 2', 24900, :opens_at,
                :closes_at, :waitlist_limit, :offer_valid_hours)
        RETURNING id
    ), seats AS (
        INSERT INTO section_seats (section_id, capacity) SELECT id, :seats FROM section_row
    )
    INSERT INTO meeting (id, section_id, number, starts_at, ends_at)
    SELECT :meeting_id, id, 1, :meets_at, :meets_until FROM section_row
""")


def a_program(
    database: Database, slug: str = "mat", title: str = "Medication Administration Technician"
) -> UUID:
    """A program with that slug exists."""
    return UUID(str(database.run(_PROGRAM, {"id": new_id(), "slug": slug, "title": title})[0][0]))


def a_section(
    database: Database,
    *,
    seats: int = 1,
    program: str = "mat",
    title: str = "Weekday evenings",
    starts_in: timedelta = timedelta(days=10),
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    waitlist_limit: int = 20,
    offer_valid_hours: int = 24,
) -> UUID:
    """A section that is open now, with one meeting, unless said otherwise."""
    section_id, now = new_id(), utc_now()
    meets_at = now + starts_in
    starts_on: date = meets_at.date()
    database.run(
        _SECTION,
        {
            "id": section_id,
            "program_id": a_program(database, program),
            "code": f"T{next(_numbers)}-{section_id}",
            "title": title,
            "starts_on": starts_on,
            "ends_on": starts_on + timedelta(days=7),
            "opens_at": opens_at or now - timedelta(days=1),
            "closes_at": closes_at or max(meets_at, now + timedelta(days=1)),
            "waitlist_limit": waitlist_limit,
            "offer_valid_hours": offer_valid_hours,
            "seats": seats,
            "meeting_id": new_id(),
            "meets_at": meets_at,
            "meets_until": meets_at + timedelta(hours=3),
        },
    )
    return section_id


def a_request(
    section_id: UUID,
    name: str = "Effat",
    *,
    email: str | None = None,
    key: str | None = None,
    for_name: str = "",
) -> SeatRequest:
    """Somebody's wish for a seat; the address follows from the name."""
    applicant = Applicant(
        name=name, email=email or f"{name.lower().replace(' ', '.')}@example.com", for_name=for_name
    )
    return SeatRequest(
        section_id=section_id,
        applicant=applicant,
        reference=public_reference("R", int(new_id().int % 700_000_000)),
        key=key or str(new_id()),
        body_hash=fingerprint({"name": applicant.name, "email": applicant.email, "section": str(section_id)}),
        source=Source.WEB,
    )


def registered(database: Database, section_id: UUID, name: str = "Effat", **kwargs: str) -> Registered:
    """The person has a seat, or a place in line."""
    return register(database, a_request(section_id, name, **kwargs), accepts_waitlist=True)


def seats_of(database: Database, section_id: UUID) -> tuple[int, int, int]:
    """The counter: capacity, overbooked, taken."""
    row = database.run(
        text("SELECT capacity, overbooked, taken FROM section_seats WHERE section_id = :id"),
        {"id": section_id},
    )[0]
    return row.capacity, row.overbooked, row.taken


def status_of(database: Database, registration_id: UUID) -> str:
    """The registration's word."""
    return str(
        database.run(text("SELECT status FROM registration WHERE id = :id"), {"id": registration_id})[0][0]
    )


def open_offer_of(database: Database, registration_id: UUID) -> UUID | None:
    """The open offer, if there is one."""
    found = database.run(
        text("SELECT id FROM offer WHERE registration_id = :id AND status = 'open'"), {"id": registration_id}
    )
    return UUID(str(found[0][0])) if found else None


def letters_to(database: Database, email: str) -> list[str]:
    """The kinds of the letters owed or sent to the address, oldest first."""
    found = database.run(
        text("SELECT kind FROM letter WHERE recipient = :email ORDER BY created_at, id"), {"email": email}
    )
    return [row.kind for row in found]


def letter_id_of_offer(database: Database, offer_id: UUID) -> UUID:
    """The letter that carries the offer."""
    return UUID(str(database.run(text("SELECT letter_id FROM offer WHERE id = :id"), {"id": offer_id})[0][0]))

"""The sample school, always with sections that are still to begin. What is there stays; nobody is written to."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from enrollment_service.db.queries import sample_school as statements
from enrollment_service.db.sample_school import read_programs, read_sections
from enrollment_service.domain.people import Applicant
from enrollment_service.domain.seating import SeatRequest
from enrollment_service.domain.waitlist import seat_or_line
from enrollment_service.terms import Source
from shared.db import first
from shared.idempotency import fingerprint
from shared.references import References
from shared.tokens import new_id

TOPICS = {"theory": "Class", "lab": "Skills lab", "clinical": "Clinical practice"}


def load(session: Session, references: References, *, today: date, zone: ZoneInfo) -> None:
    """Every program is there, and of every pattern one section that is still to begin."""
    for position, program in enumerate(read_programs()):
        _add_program(session, program, position)
    for pattern in read_sections():
        _add_section(session, references, pattern, today, zone)


def _add_program(session: Session, program: dict[str, Any], position: int) -> None:
    values = {name: value for name, value in program.items() if name != "rule"}
    values["description"] = program["description"].strip()
    session.execute(statements.ADD_PROGRAM, {"id": new_id(), "position": position, **values})
    for rule in program["rule"]:
        values = {"doubt": "", "effective_to": None, "is_in_force": True, **rule}
        session.execute(statements.ADD_RULE, {"id": new_id(), "slug": program["slug"], **values})


def _add_section(
    session: Session, references: References, pattern: dict[str, Any], today: date, zone: ZoneInfo
) -> None:
    buckets = [bucket for bucket, meetings in pattern["plan"] for _ in range(meetings)]
    days = meeting_days(today + timedelta(days=pattern["starts_in_days"]), pattern["weekdays"], len(buckets))
    starts, ends = time.fromisoformat(pattern["from"]), time.fromisoformat(pattern["until"])
    section_id = new_id()
    added = first(
        session,
        statements.ADD_SECTION,
        id=section_id,
        program=pattern["program"],
        code=f"{pattern['key']}-{days[0]}",
        pattern=f"{pattern['key']}-%",
        title=pattern["title"],
        place=pattern["place"],
        starts_on=days[0],
        ends_on=days[-1],
        time_zone=str(zone),
        closes_at=datetime.combine(days[0], starts, zone),
        waitlist_limit=pattern.get("waitlist_limit", 20),
    )
    if added is None:
        return
    session.execute(statements.ADD_SEATS, {"section_id": section_id, "capacity": pattern["capacity"]})
    for number, (day, bucket) in enumerate(zip(days, buckets, strict=True), start=1):
        session.execute(
            statements.ADD_MEETING,
            {
                "id": new_id(),
                "section_id": section_id,
                "number": number,
                "starts_at": datetime.combine(day, starts, zone),
                "ends_at": datetime.combine(day, ends, zone),
                "bucket": bucket,
                "topic": TOPICS[bucket],
            },
        )
    for name in pattern.get("people", []):
        _register(session, references, section_id, name)


def _register(session: Session, references: References, section_id: UUID, name: str) -> None:
    email = f"{name.lower().replace(' ', '.')}@example.com"
    request = SeatRequest(
        section_id=section_id,
        applicant=Applicant(name=name, email=email),
        reference=references.next(),
        key=f"sample:{section_id}:{email}",
        body_hash=fingerprint({"sample": email}),
        source=Source.SAMPLE,
        writes_letter=False,
    )
    seat_or_line(session, request)


def meeting_days(not_before: date, weekdays: list[int], count: int) -> list[date]:
    """The first `count` days on these weekdays, beginning with the first of them in a week. Pure."""
    day = not_before
    while day.weekday() != weekdays[0]:
        day += timedelta(days=1)
    days: list[date] = []
    while len(days) < count:
        if day.weekday() in weekdays:
            days.append(day)
        day += timedelta(days=1)
    return days

"""Letters to our own people about questions that wait: before a deadline, and every morning. Each fact is a row, so nothing goes twice."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from inquiry_service.db.queries import reminders as statements
from inquiry_service.domain import service_levels
from inquiry_service.domain.reminder_rules import TOGETHER, Colleague, Near, rounds
from shared import letters
from shared.db import first, rows
from shared.tokens import new_id

MOST_AT_ONCE = 2000
SHOWN = 10


def remind(session: Session) -> int:
    """Whoever has a question that comes near its deadline is owed a letter, one for all of theirs. Returns how many letters."""
    level = service_levels.read(session)
    if not level.has_reminders or not level.calendar.is_open(level.at):
        return 0
    longest = max([level.within, *level.programs.values()])
    horizon = level.calendar.due_at(level.at + TOGETHER, longest)
    found = rows(session, statements.NEAR, horizon=horizon, limit=MOST_AT_ONCE)
    waiting = [
        Near(row.id, row.program, row.due_at, row.assignee_id, row.reached, level.within_of(row.program))
        for row in found
    ]
    if not waiting:
        return 0
    people = rows(session, statements.PEOPLE)
    known = [Colleague(one.id, one.is_director, one.programs, one.colleague_id) for one in people]
    addresses = {one.id: one.email for one in people}
    written = 0
    for staff_id, told in rounds(waiting, known, level.calendar, level.at).items():
        written += _write(session, staff_id, addresses[staff_id], told)
    return written


def _write(session: Session, staff_id: UUID, email: str, told: Sequence[tuple[Near, int]]) -> bool:
    round_id = new_id()
    noted = rows(
        session,
        statements.NOTE,
        staff_id=staff_id,
        round_id=round_id,
        inquiry_ids=[near.id for near, _ in told],
        due=[near.due_at for near, _ in told],
        stages=[int(stage) for _, stage in told],
    )
    if noted:
        letters.write(
            session,
            "reminder",
            subject_id=round_id,
            recipient=email,
            dedupe_key=f"reminder:{round_id}",
            person_id=staff_id,
        )
    return bool(noted)


def still_waiting(session: Session, round_id: UUID, staff_id: UUID) -> Sequence[Any]:
    """The questions of such a letter that are not answered meanwhile, put off, or due anew."""
    return rows(session, statements.OF_ROUND, round_id=round_id, staff_id=staff_id, limit=MOST_AT_ONCE)


def send_digests(session: Session) -> int:
    """When an open day begins, each director who wants it is owed a letter about all that waits; none when nothing does."""
    level = service_levels.read(session)
    if not level.calendar.is_open(level.at):
        return 0
    day = level.at.astimezone(level.calendar.zone).date()
    if first(session, statements.BEGIN_DAY, day=day) is None or not oldest(session):
        return 0
    readers = rows(session, statements.DIGEST_READERS)
    for reader in readers:
        letters.write(
            session,
            "digest",
            subject_id=reader.id,
            recipient=reader.email,
            dedupe_key=f"digest:{reader.id}:{day}",
            person_id=reader.id,
        )
    return len(readers)


def unanswered(session: Session, staff_id: UUID) -> Any:
    """How many wait, are overdue, have nobody, and are that person's."""
    return first(session, statements.UNANSWERED, staff_id=staff_id)


def oldest(session: Session) -> Sequence[Any]:
    """Those that are due first."""
    return rows(session, statements.OLDEST, limit=SHOWN)


def forget_old(session: Session) -> None:
    """What somebody was told long ago is of no use."""
    session.execute(statements.FORGET)

"""How long the first human answer and the closing took, in both clocks: written when it happens, and never counted again.

An acknowledgement is no answer; nor is a call that nobody took. A thread that is opened again keeps its first answer, and is
resolved when it is closed again.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from inquiry_service.db.models import Inquiry
from inquiry_service.db.queries import service_level as statements
from inquiry_service.domain import service_levels
from inquiry_service.domain.business_hours import Calendar
from shared.db import Database, rows

BATCH = 1000


def answered(session: Session, inquiry: Inquiry, at: datetime, by: UUID | None) -> None:
    """A person of ours answered; only the first one counts. The inquiry must be locked."""
    if inquiry.first_answered_at is not None:
        return
    inquiry.first_answered_at, inquiry.first_answered_by = at, by
    calendar = service_levels.read(session).calendar
    inquiry.first_response_s, inquiry.first_response_open_s = _lengths(calendar, inquiry.created_at, at)


def closed(session: Session, inquiry: Inquiry, at: datetime) -> None:
    """The thread is settled, until it is opened again. The inquiry must be locked."""
    inquiry.closed_at = at
    calendar = service_levels.read(session).calendar
    inquiry.resolution_s, inquiry.resolution_open_s = _lengths(calendar, inquiry.created_at, at)


def measure_missing(database: Database) -> int:
    """What was answered or closed before its length was kept has it now, by the hours of today; a transaction a batch. Returns how many."""
    number = 0
    while True:
        with database.transaction() as session:
            found = rows(session, statements.UNMEASURED, limit=BATCH)
            if found:
                _measure(session, found)
        number += len(found)
        if len(found) < BATCH:
            return number


def _measure(session: Session, found: Any) -> None:
    calendar = service_levels.read(session).calendar
    responses = [_lengths(calendar, row.created_at, row.first_answered_at) for row in found]
    resolutions = [_lengths(calendar, row.created_at, row.closed_at) for row in found]
    session.execute(
        statements.MEASURED,
        {
            "ids": [row.id for row in found],
            "response_s": [length for length, _ in responses],
            "response_open_s": [length for _, length in responses],
            "resolution_s": [length for length, _ in resolutions],
            "resolution_open_s": [length for _, length in resolutions],
        },
    )


def _lengths(
    calendar: Calendar, began_at: datetime, ended_at: datetime | None
) -> tuple[int | None, int | None]:
    """Whole seconds by the calendar, and in open hours."""
    if ended_at is None:
        return None, None
    passed = max(ended_at - began_at, timedelta())
    return int(passed.total_seconds()), int(calendar.open_between(began_at, ended_at).total_seconds())

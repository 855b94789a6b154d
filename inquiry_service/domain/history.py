"""What was done to one inquiry, by whom and when: its audit rows, and those of what was merged into it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from inquiry_service.domain import survivors
from shared.db import rows

MOST = 200
_HISTORY = text("""
    SELECT audit.at, audit.person_name, audit.action, audit.details, audit.reason, audit.subject_id,
           (SELECT name FROM staff WHERE staff.id = CASE WHEN action = 'inquiry_assigned' THEN CAST(details ->> 'to' AS uuid) END) AS to_name,
           (SELECT reference FROM inquiry WHERE inquiry.id = CAST(details ->> 'other' AS uuid)) AS other,
           (SELECT reference FROM inquiry WHERE inquiry.id = audit.subject_id) AS reference
    FROM audit WHERE subject_id = ANY(:subject_ids) ORDER BY audit.id DESC LIMIT :limit
""")


def of(session: Session, inquiry_id: UUID) -> Sequence[Any]:
    """The newest first, at most MOST. Raises NoSuchInquiry."""
    inquiry = survivors.survivor(session, inquiry_id)
    return rows(session, _HISTORY, subject_ids=survivors.all_of_it(session, inquiry.id), limit=MOST)

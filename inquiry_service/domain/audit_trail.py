"""The audit, a page at a time, with what its subjects are called."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.cursors import decode, encode, not_ours
from shared.db import rows

PAGE_LENGTH = 100
_PAGE = text("""
    SELECT audit.id, audit.at, audit.person_id, audit.person_name, audit.action, audit.subject_id, audit.reason, audit.details,
           (SELECT reference FROM inquiry WHERE inquiry.id = audit.subject_id) AS reference,
           (SELECT name FROM staff WHERE staff.id = audit.subject_id) AS staff_name
    FROM audit
    WHERE (CAST(:who AS uuid) IS NULL OR person_id = :who) AND (CAST(:about AS uuid) IS NULL OR subject_id = :about)
      AND (CAST(:before AS bigint) IS NULL OR audit.id < :before)
    ORDER BY audit.id DESC LIMIT :limit
""")


@dataclass(frozen=True)
class Trail:
    """Rows, the newest first; `next` is the cursor of the following page."""

    items: Sequence[Any]
    next: str | None


def page(
    session: Session, *, who: UUID | None = None, about: UUID | None = None, cursor: str | None = None
) -> Trail:
    """One page. Raises Invalid for a cursor that is not one of ours."""
    place = decode("audit", cursor, 1)
    if place is not None and not (place[0] or "").isdigit():
        raise not_ours()
    before = min(int(place[0]), 2**62) if place else None
    found = rows(session, _PAGE, who=who, about=about, before=before, limit=PAGE_LENGTH + 1)
    items = found[:PAGE_LENGTH]
    return Trail(items, encode("audit", items[-1].id) if len(found) > PAGE_LENGTH else None)

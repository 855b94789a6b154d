"""The reply queue: take next, claim, views and their counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from inquiry_service.db.models import Inquiry
from inquiry_service.db.queries import reply_queue as statements
from inquiry_service.domain import inquiries
from inquiry_service.domain.errors import NothingToTake, TakenBySomebodyElse
from shared import audit
from shared.cursors import decode, encode, not_ours
from shared.db import first
from shared.errors import Invalid
from shared.people import Person
from shared.phrases import phrase


@dataclass(frozen=True)
class Page:
    """One page of a list; `next` is the cursor of the following one."""

    items: Sequence[Any]
    next: str | None


def take_next(session: Session, person: Person) -> Inquiry:
    """The longest due inquiry that nobody has is now the person's; those of their own programs come first. Two people never get the same.

    Raises NothingToTake.
    """
    for only_mine in (True, False):
        taken = first(session, statements.TAKE_NEXT, staff_id=person.id, only_mine=only_mine)
        if taken is not None:
            audit.write(session, person.actor, "inquiry_taken", taken.id)
            return inquiries.find(session, taken.id)
    raise NothingToTake()


def claim(session: Session, inquiry_id: UUID, person: Person) -> Inquiry:
    """The inquiry is the person's. Raises TakenBySomebodyElse, NoSuchInquiry."""
    inquiries.find(session, inquiry_id)
    if first(session, statements.CLAIM, id=inquiry_id, staff_id=person.id) is None:
        raise TakenBySomebodyElse()
    audit.write(session, person.actor, "inquiry_claimed", inquiry_id)
    return inquiries.find(session, inquiry_id, lock=True)


def counts(session: Session, person_id: UUID) -> dict[str, int]:
    """How many are in each view of this person's queue."""
    row = first(session, statements.COUNTS, staff_id=person_id)
    assert row is not None
    return {name: int(value) for name, value in row._mapping.items()}


def page(
    session: Session,
    person_id: UUID,
    view: str,
    *,
    filters: dict[str, str | None],
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """One page of a view. `filters` may hold `status program assignee q`. Raises Invalid for an unknown view or cursor."""
    if view not in statements.VIEWS:
        raise Invalid(
            phrase("There is no such view"),
            fields={"view": [phrase("One of %(names)s.", names=", ".join(statements.VIEWS))]},
        )
    used = tuple(sorted(name for name, value in filters.items() if value))
    after_at, after_id = _checked(decode(f"inquiries/{view}", cursor, 2))
    values = {name: filters[name] for name in used} | {
        "staff_id": person_id,
        "after_at": after_at,
        "after_id": after_id,
        "limit": limit + 1,
    }
    found = session.execute(text(statements.page_statement(view, used)), values).all()
    items = found[:limit]
    has_more = len(found) > limit
    return Page(
        items, encode(f"inquiries/{view}", items[-1].sort_key.isoformat(), items[-1].id) if has_more else None
    )


def _checked(after: tuple[Any, ...] | None) -> tuple[str | None, str | None]:
    """The moment and the id in a cursor, in the one form that the database reads. Raises Invalid."""
    if after is None:
        return None, None
    try:
        return datetime.fromisoformat(after[0]).isoformat(), str(UUID(after[1]))
    except (ValueError, TypeError):
        raise not_ours() from None

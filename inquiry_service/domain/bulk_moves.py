"""The same move for many inquiries at once, and taking it back. What somebody changed meanwhile stays as they left it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inquiry_service.db.models import BulkMove, BulkMoved, Inquiry
from inquiry_service.domain import inquiries, snoozes
from inquiry_service.domain.errors import NoSuchInquiry, TooLateToUndo, WrongMove
from shared import audit
from shared.clock import utc_now
from shared.errors import Invalid
from shared.people import Person
from shared.phrases import phrase
from shared.tokens import new_id

MOST = 100
UNDO_WITHIN = timedelta(hours=1)
NAMES = ("assign", "close", "reopen", "spam", "snooze")
_MOMENTS = ("due_at", "closed_at", "snoozed_until")
_COLUMNS = ("status", "assignee_id", "is_never_reached", "is_snoozed_for_answer", "back_because", *_MOMENTS)


@dataclass(frozen=True)
class Asked:
    """What is to be done: one of NAMES. `staff_id` is for *assign* (none: nobody), `until` for *snooze*, `due_at` for *reopen*; both aware."""

    name: str
    due_at: datetime
    staff_id: UUID | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Done:
    """How many were moved, and how many could not be, or had changed; `id` is what undo takes."""

    id: UUID
    moved: int
    left: int


def move_all(session: Session, person: Person, inquiry_ids: Sequence[UUID], asked: Asked) -> Done:
    """Each is moved as it would be alone; one that cannot be is left as it is. Locks in the order of ids. Raises Invalid."""
    if not 0 < len(set(inquiry_ids)) <= MOST:
        raise Invalid(fields={"ids": [phrase("Choose 1 to %(most)s inquiries.", most=MOST)]})
    move = _moves(session, person, asked)
    done = BulkMove(id=new_id(), staff_id=person.id, name=asked.name)
    session.add(done)
    session.flush()
    left = 0
    for inquiry_id in sorted(set(inquiry_ids)):
        try:
            inquiry = inquiries.find(session, inquiry_id, lock=True)
            before = _standing(inquiry)
            move(inquiry_id)
            session.flush()
        except (WrongMove, NoSuchInquiry):
            left += 1
            continue
        after = _standing(inquiries.find(session, inquiry_id, lock=True))
        if before == after:
            left += 1
        else:
            session.add(BulkMoved(bulk_move_id=done.id, inquiry_id=inquiry_id, before=before, after=after))
    return Done(done.id, len(set(inquiry_ids)) - left, left)


def undo(session: Session, person: Person, bulk_move_id: UUID) -> Done:
    """Everything is as it was, but for what was changed since. Does nothing the second time. Raises TooLateToUndo."""
    done = session.get(BulkMove, bulk_move_id, with_for_update=True)
    if done is None or done.staff_id != person.id or done.created_at < utc_now() - UNDO_WITHIN:
        raise TooLateToUndo()
    if done.undone_at is not None:
        return Done(done.id, 0, 0)
    moved = session.scalars(
        select(BulkMoved).where(BulkMoved.bulk_move_id == done.id).order_by(BulkMoved.inquiry_id)
    ).all()
    left = 0
    for entry in moved:
        inquiry = inquiries.find(session, entry.inquiry_id, lock=True)
        if _standing(inquiry) != entry.after:
            left += 1
            continue
        for name in _COLUMNS:
            setattr(inquiry, name, _read(name, entry.before[name]))
        audit.write(session, person.actor, "bulk_move_undone", inquiry.id, name=done.name)
    done.undone_at = session.scalar(select(func.now()))
    session.flush()
    return Done(done.id, len(moved) - left, left)


def _moves(session: Session, person: Person, asked: Asked) -> Callable[[UUID], object]:
    if asked.name == "assign":
        return lambda inquiry_id: inquiries.assign(session, inquiry_id, person.actor, asked.staff_id)
    if asked.name == "snooze":
        until = asked.until or utc_now()  # refused as a time that has passed
        return lambda inquiry_id: snoozes.snooze(session, inquiry_id, person.actor, until)
    if asked.name in NAMES:
        return lambda inquiry_id: inquiries.move(
            session, inquiry_id, person.actor, asked.name, due_at=asked.due_at
        )
    raise Invalid(fields={"name": [phrase("One of %(names)s.", names=", ".join(NAMES))]})


def _standing(inquiry: Inquiry) -> dict[str, Any]:
    return {name: _written(getattr(inquiry, name)) for name in _COLUMNS}


def _written(value: Any) -> Any:
    return value if value is None or isinstance(value, bool) else _as_text(value)


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _read(name: str, value: Any) -> Any:
    readers: Mapping[str, Callable[[str], Any]] = {
        "assignee_id": UUID,
        **dict.fromkeys(_MOMENTS, datetime.fromisoformat),
    }
    return readers[name](value) if value is not None and name in readers else value

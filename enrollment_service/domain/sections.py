"""Dated offerings as people choose among them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from enrollment_service.db.queries import sections as statements
from enrollment_service.domain.errors import SectionNotFound
from shared.db import first, rows

SIBLINGS_SHOWN = 3


def show_section(session: Session, section_id: UUID) -> Any:
    """The section with its live seats. Raises SectionNotFound."""
    section = first(session, statements.SHOW, section_id=section_id)
    if section is None:
        raise SectionNotFound()
    return section


def list_sections(
    session: Session,
    *,
    program: str | None = None,
    is_open: bool | None = None,
    after: tuple[str, str] | None = None,
    limit: int = 50,
) -> Sequence[Any]:
    """Sections of published programs by their first day; `after` is the (starts_on, id) of the last one shown."""
    after_day, after_id = after or (None, None)
    return rows(
        session,
        statements.PAGE,
        program=program,
        is_open=is_open,
        after_day=after_day,
        after_id=after_id,
        limit=limit,
    )


def open_siblings(session: Session, section: Any) -> list[Any]:
    """Other sections of the same program that have a free seat now."""
    found = list_sections(session, program=section.program, is_open=True, limit=20)
    return [other for other in found if other.id != section.id and other.seats_left][:SIBLINGS_SHOWN]


def list_for_office(session: Session, *, days_past: int = 30) -> Sequence[Any]:
    """Sections that are still to end, or ended within `days_past` days."""
    return rows(session, statements.UPCOMING, days_past=days_past)


def meetings_of(session: Session, section_id: UUID) -> Sequence[Any]:
    """The sessions of one section, in order."""
    return rows(session, statements.MEETINGS, section_ids=[section_id])


def meetings_by_section(session: Session, section_ids: Sequence[UUID]) -> Mapping[UUID, list[Any]]:
    """The sessions of several sections, in one read."""
    found: defaultdict[UUID, list[Any]] = defaultdict(list)
    for meeting in rows(session, statements.MEETINGS, section_ids=list(section_ids)):
        found[meeting.section_id].append(meeting)
    return found

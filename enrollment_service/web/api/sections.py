"""GET sections."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from marshmallow import RAISE

from enrollment_service.domain import sections
from enrollment_service.web.schemas.sections import SectionListSchema, SectionQuerySchema, SectionSchema
from shared import cursors
from shared.web.access import ANYONE, allow
from shared.web.api import blueprint
from shared.web.site import database

bp = blueprint("sections", "enrollment", "Dated offerings with live seats")


@bp.route("/sections")
@bp.arguments(SectionQuerySchema, location="query", unknown=RAISE)
@bp.response(200, SectionListSchema)
@allow(ANYONE)
def list_sections(query: dict[str, Any]) -> dict[str, Any]:
    """Sections by their first day, a page at a time."""
    limit = query["limit"]
    after = _place(query.get("cursor"))
    with database().reading() as session:
        found = sections.list_sections(
            session, program=query.get("program"), is_open=query.get("open"), after=after, limit=limit + 1
        )
        shown = found[:limit]
        meetings = sections.meetings_by_section(session, [section.id for section in shown])
    more = cursors.encode("sections", shown[-1].starts_on, shown[-1].id) if len(found) > limit else None
    return {"items": [as_json(section, meetings.get(section.id, [])) for section in shown], "next": more}


@bp.route("/sections/<uuid:section_id>")
@bp.response(200, SectionSchema)
@allow(ANYONE)
def show_section(section_id: UUID) -> dict[str, Any]:
    """One section."""
    with database().reading() as session:
        section = sections.show_section(session, section_id)
        return as_json(section, sections.meetings_of(session, section_id))


def as_json(section: Any, meetings: Sequence[Any]) -> dict[str, Any]:
    """The section's values with its meetings."""
    return {**section._mapping, "meetings": meetings}


def _place(cursor: str | None) -> tuple[str, str] | None:
    values = cursors.decode("sections", cursor, 2)
    if values is None:
        return None
    try:
        return date.fromisoformat(values[0]).isoformat(), str(UUID(values[1]))
    except (ValueError, TypeError, AttributeError):
        raise cursors.not_ours() from None

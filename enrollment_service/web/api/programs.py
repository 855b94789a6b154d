"""GET programs."""

from typing import Any

from enrollment_service.domain import programs
from enrollment_service.web.schemas.programs import ProgramDetailSchema, ProgramListSchema
from shared.web.access import ANYONE, allow
from shared.web.api import blueprint
from shared.web.site import database

bp = blueprint("programs", "enrollment", "What is taught")


@bp.route("/programs")
@bp.response(200, ProgramListSchema)
@allow(ANYONE)
def list_programs() -> dict[str, Any]:
    """All published programs."""
    with database().reading() as session:
        return {"items": programs.list_programs(session), "next": None}


@bp.route("/programs/<slug>")
@bp.response(200, ProgramDetailSchema)
@allow(ANYONE)
def show_program(slug: str) -> dict[str, Any]:
    """One program with its dated rules."""
    with database().reading() as session:
        program = programs.show_program(session, slug)
        rules = programs.rules_by_program(session, [program.id])
    return {**program._mapping, "rules": rules.get(program.id, [])}

"""What is taught, with the dated rules that hold for it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from enrollment_service.db.queries import programs as statements
from enrollment_service.domain.errors import ProgramNotFound
from shared.db import first, rows


def list_programs(session: Session) -> Sequence[Any]:
    """All published programs, in the school's order."""
    return rows(session, statements.LIST)


def show_program(session: Session, slug: str) -> Any:
    """The program with that slug. Raises ProgramNotFound."""
    program = first(session, statements.SHOW, slug=slug)
    if program is None:
        raise ProgramNotFound()
    return program


def rules_by_program(session: Session, program_ids: Sequence[UUID]) -> Mapping[UUID, list[Any]]:
    """The rules of several programs, also those not in force, in one read."""
    found: defaultdict[UUID, list[Any]] = defaultdict(list)
    for rule in rows(session, statements.RULES, program_ids=list(program_ids)):
        found[rule.program_id].append(rule)
    return found


def rules_on(rules: Sequence[Any], day: date, kind: str | None = None) -> list[Any]:
    """Those that hold on that day: in force by the school's choice, and within their dates. Pure."""
    return [
        rule
        for rule in rules
        if (kind is None or rule.kind == kind) and rule.is_in_force and _covers(rule, day)
    ]


def doubtful(rules: Sequence[Any], day: date) -> list[Any]:
    """Those another source states differently, which the school does not follow (now). Pure."""
    return [rule for rule in rules if not rule.is_in_force or not _covers(rule, day)]


def _covers(rule: Any, day: date) -> bool:
    return bool(rule.effective_from <= day and (rule.effective_to is None or day < rule.effective_to))

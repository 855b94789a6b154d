"""Named statements, one file per concept: the hot writes, and the reads that lock, join or page."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, TextClause
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

Run = Callable[[TextClause, Mapping[str, Any]], Sequence[Row[Any]]]


def inside(session: Session) -> Run:
    """Statements run in the session's transaction. The other `Run` is `Database.run`: one statement, committed by itself."""

    def run(statement: TextClause, parameters: Mapping[str, Any]) -> Sequence[Row[Any]]:
        result = session.execute(statement, parameters)
        return result.all() if result.returns_rows else []  # type: ignore[attr-defined]

    return run


def broken_constraint(error: IntegrityError) -> str:
    """The name of the constraint or unique index that a statement ran into."""
    diagnosis = getattr(error.orig, "diag", None)
    return str(getattr(diagnosis, "constraint_name", "") or "")

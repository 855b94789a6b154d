"""What everybody at a desk should know at once: no worker is alive, books do not add up, nothing is sent after a restore. One statement."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared import presence
from shared.db import first

# for a statement that reads other counts beside them, with `values()`
COLUMNS = """
    NOT EXISTS (SELECT 1 FROM process WHERE role = 'worker' AND seen_at > now() - make_interval(secs => :alive_s)) AS is_worker_away,
    (SELECT coalesce(sum(number), 0) FROM ledger_finding) AS unbalanced,
    EXISTS (SELECT 1 FROM holding) AS is_held
"""
_READ = text(f"SELECT {COLUMNS}")


@dataclass(frozen=True)
class Alarms:
    """`unbalanced`: how many things the last comparison found."""

    is_worker_away: bool
    unbalanced: int
    is_held: bool


def values() -> dict[str, int]:
    """What COLUMNS are to be given."""
    return {"alive_s": presence.ALIVE_S}


def of_row(row: Any) -> Alarms:
    """From a row that has COLUMNS."""
    return Alarms(row.is_worker_away, int(row.unbalanced), row.is_held)


def read(session: Session) -> Alarms:
    """As things stand."""
    row = first(session, _READ, **values())
    assert row is not None
    return of_row(row)

"""What does not add up: each check names rows that contradict others. Their findings are rows too, which health and figures read.

There is no second bookkeeping: a check only compares what the work itself wrote. Whatever is younger than a quarter of an hour may
still be under way, and is left alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.db import rows

NIGHTLY_DAYS = 7
EVERYTHING_DAYS = 36_500
SHOWN = 5
AT_REST = "interval '15 minutes'"
OVERDUE = "interval '1 hour'"
_NOT_HELD = "NOT EXISTS (SELECT 1 FROM holding)"


@dataclass(frozen=True)
class Check:
    """`rows` is a query for the `id` of each row that does not add up, within `:days`; `says` are words for the operator."""

    name: str
    says: str
    rows: str


@dataclass(frozen=True)
class Finding:
    """So many rows do not add up, for example these."""

    name: str
    says: str
    number: int
    examples: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.number:
            return f"ok     {self.says}: none"
        more = ", …" if self.number > len(self.examples) else ""
        return f"WRONG  {self.says}: {self.number} ({', '.join(self.examples)}{more})"


def _young(column: str) -> str:
    return f"{column} > now() - make_interval(days => :days) AND {column} < now() - {AT_REST}"


LETTER_CHECKS = (
    Check(
        "sent_without_answer",
        "letters that count as sent without an answer of the mail server, a proof or a person's word",
        f"SELECT id FROM letter WHERE {_young('created_at')} AND status = 'sent' AND smtp_reply IS NULL AND settled_by IS NULL",
    ),
    Check(
        "sending_for_ever",
        "letters past their mark that nobody holds",
        f"SELECT id FROM letter WHERE status = 'sending' AND (lease_until IS NULL OR lease_until < now() - {AT_REST})",
    ),
    Check(
        "frozen_without_bytes",
        "rendered letters whose bytes are not there",
        f"""SELECT id FROM letter WHERE {_young("created_at")} AND (status IN ('ready', 'sending') OR frozen_at IS NOT NULL)
            AND NOT EXISTS (SELECT 1 FROM blob WHERE blob.sha256 = letter.blob_sha256)""",
    ),
    Check(
        "outcome_untold",
        "settled letters whose fate was told nobody",  # jobs that are done stay for seven days
        f"""SELECT id FROM letter WHERE {_young("settled_at")} AND created_at > now() - make_interval(days => :days)
            AND settled_at > now() - interval '6 days'
            AND wants_outcome AND status IN ('sent', 'failed', 'unknown', 'bounced')
            AND NOT EXISTS (SELECT 1 FROM letter AS again WHERE again.dedupe_key = 'resend:' || letter.id)
            AND NOT EXISTS (SELECT 1 FROM job WHERE dedupe_key = ANY(ARRAY[
                'outcome/' || letter.id || '/' || letter.status, 'outcome/' || letter.id || '/' || letter.status || '/person',
                'outcome/' || letter.id || '/' || letter.status || '/proof', 'outcome/' || letter.id || '/' || letter.status || '/restore',
                'outcome/' || letter.id || '/' || letter.status || '/returned']))""",
    ),
    Check(
        "letters_forgotten",
        "letters that are due, and nobody has tried for an hour",
        f"SELECT id FROM letter WHERE status IN ('queued', 'ready') AND due_at < now() - {OVERDUE} AND {_NOT_HELD}",
    ),
    Check(
        "jobs_forgotten",
        "jobs that are due, and nobody has tried for an hour",
        f"SELECT id FROM job WHERE status IN ('queued', 'leased') AND due_at < now() - {OVERDUE} AND {_NOT_HELD}",
    ),
)
_STORE = text("""
    INSERT INTO ledger_finding (name, says, number, examples, checked_at)
    VALUES (:name, :says, :number, CAST(:examples AS text[]), now())
    ON CONFLICT (name) DO UPDATE SET says = excluded.says, number = excluded.number, examples = excluded.examples, checked_at = now()
""")
_FORGET = text("DELETE FROM ledger_finding WHERE name <> ALL(CAST(:names AS text[]))")
_STORED = text(
    "SELECT name, says, number, examples, checked_at FROM ledger_finding ORDER BY number = 0, name"
)
_NUMBER = text("SELECT coalesce(sum(number), 0) FROM ledger_finding")


def reconcile(session: Session, checks: Sequence[Check], *, days: int = NIGHTLY_DAYS) -> list[Finding]:
    """What each check finds among the rows of so many days."""
    return [_run(session, check, days) for check in checks]


def _run(session: Session, check: Check, days: int) -> Finding:
    counted = text(f"SELECT id, count(*) OVER () AS number FROM ({check.rows}) AS found LIMIT {SHOWN}")
    found = rows(session, counted, days=days)
    return Finding(
        check.name, check.says, found[0].number if found else 0, tuple(str(row.id) for row in found)
    )


def store(session: Session, findings: Sequence[Finding]) -> None:
    """The findings stand in the place of earlier ones."""
    session.execute(_FORGET, {"names": [finding.name for finding in findings]})
    for finding in findings:
        values = {"name": finding.name, "says": finding.says, "number": finding.number}
        session.execute(_STORE, values | {"examples": list(finding.examples)})


def number_found(session: Session) -> int:
    """How many rows the last reconciliation found."""
    return int(session.execute(_NUMBER).scalar_one())


def stored(session: Session) -> list[Finding]:
    """What the last reconciliation found."""
    return [Finding(row.name, row.says, row.number, tuple(row.examples)) for row in rows(session, _STORED)]

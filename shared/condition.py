"""A service's condition as its rows tell it: what is late, what waits for a person, who is alive. For health, figures and `doctor`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.db import rows
from shared.jobs import FAILURES_UNTIL_RED
from shared.presence import ALIVE_S
from shared.tables import JOB_STATES, LETTER_STATES

LETTERS_WAIT_MINUTES = 15

# Each count has a partial index behind it; what is done is not looked at. A job that is being tried again has not failed yet.
_CONDITION = text("""
    SELECT (SELECT coalesce(extract(epoch FROM now() - min(due_at)), 0) FROM job
            WHERE status IN ('queued', 'leased') AND due_at <= now()) AS oldest_due_job_s,
           (SELECT coalesce(extract(epoch FROM now() - min(due_at)), 0) FROM letter
            WHERE status IN ('queued', 'ready') AND due_at <= now()) AS oldest_due_letter_s,
           (SELECT coalesce(extract(epoch FROM now() - min(frozen_at)), 0) FROM letter
            WHERE status IN ('queued', 'ready') AND status = 'ready') AS oldest_ready_letter_s,
           (SELECT count(*) FROM job WHERE status = 'parked') AS parked,
           (SELECT count(*) FROM job WHERE status IN ('queued', 'leased') AND every IS NOT NULL
                   AND attempts - CAST(status = 'leased' AS int) >= :failures) AS failing,
           (SELECT count(*) FROM letter WHERE status IN ('unknown', 'failed', 'bounced') AND status = 'unknown') AS in_doubt,
           (SELECT count(*) FROM process WHERE role = 'worker'
                   AND seen_at > now() - make_interval(secs => :alive_s)) AS workers,
           (SELECT count(*) FROM process WHERE role = 'relay'
                   AND seen_at > now() - make_interval(secs => :alive_s)) AS relays,
           (SELECT because FROM holding) AS held_because,
           (SELECT coalesce(sum(number), 0) FROM ledger_finding) AS unbalanced
""")
_JOBS = text("SELECT status, count(*) AS number FROM job GROUP BY status")
_LETTERS = text("SELECT status, count(*) AS number FROM letter GROUP BY status")


@dataclass(frozen=True)
class Condition:
    """Ages are seconds, 0 when nothing is late; a letter is ready when it is rendered and nobody has accepted it yet."""

    oldest_due_job_s: float
    oldest_due_letter_s: float
    oldest_ready_letter_s: float
    parked: int
    failing: int
    in_doubt: int
    workers: int
    relays: int
    held_because: str | None
    unbalanced: int = 0

    def reasons(self) -> list[str]:
        """Why the service is degraded, a sentence each; none when it is well."""
        found = []
        if self.held_because:
            found.append(f"held, {self.held_because}: nothing is sent until `resume`")
        if not self.workers:
            found.append("no worker is alive: the relay does the work, slower")
        if not self.relays:
            found.append("no relay is alive: nothing is sent")
        if self.failing:
            found.append(f"recurring jobs that failed {FAILURES_UNTIL_RED} times or more: {self.failing}")
        if self.parked:
            found.append(f"parked jobs, which wait for a person: {self.parked}")
        if self.in_doubt:
            found.append(f"letters in doubt, which wait for a person: {self.in_doubt}")
        if self.unbalanced:
            found.append(f"rows that do not add up: {self.unbalanced}; the verb `ledger` names them")
        if self.oldest_ready_letter_s >= LETTERS_WAIT_MINUTES * 60:
            minutes = int(self.oldest_ready_letter_s // 60)
            found.append(f"the mail server takes no letters: the oldest has waited for {minutes} minutes")
        return found


@dataclass(frozen=True)
class OwnCondition:
    """What one service adds: reasons for being degraded, and figures by their names, each with its words."""

    reasons: Sequence[str]
    figures: Mapping[str, tuple[str, float]]


def read_condition(session: Session) -> Condition:
    """The condition at this moment, by the database's clock."""
    found = rows(session, _CONDITION, failures=FAILURES_UNTIL_RED, alive_s=ALIVE_S)[0]
    return Condition(
        float(found.oldest_due_job_s),
        float(found.oldest_due_letter_s),
        float(found.oldest_ready_letter_s),
        found.parked,
        found.failing,
        found.in_doubt,
        found.workers,
        found.relays,
        found.held_because,
        int(found.unbalanced),
    )


def jobs_by_state(session: Session) -> Mapping[str, int]:
    """How many jobs there are in each state; done ones go after seven days."""
    return dict.fromkeys(JOB_STATES, 0) | {row.status: row.number for row in rows(session, _JOBS)}


def letters_by_state(session: Session) -> Mapping[str, int]:
    """How many letters there are in each state. Counts the whole table."""
    return dict.fromkeys(LETTER_STATES, 0) | {row.status: row.number for row in rows(session, _LETTERS)}

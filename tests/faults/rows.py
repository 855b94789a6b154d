"""What both databases hold, read as the checker wants it; and time that passes for rows whose holder is dead."""

from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests.faults.checker import Fact, Job, Letter, Rows, Seats

INQUIRIES = "SELECT 'inquiry' AS kind, CAST(id AS text) AS id, asker_email AS email, status FROM inquiry"
REGISTRATIONS = """
    SELECT 'registration' AS kind, CAST(id AS text) AS id, email, status, CAST(section_id AS text) AS section_id FROM registration
"""
SEATS = "SELECT CAST(section_id AS text) AS section_id, capacity, overbooked, taken FROM section_seats"
LETTERS = """
    SELECT CAST(id AS text) AS id, kind, CAST(subject_id AS text) AS subject_id, recipient, status, message_id, CAST(resend_of AS text) AS resend_of,
           status IN ('queued', 'ready') AND due_at <= now() AS is_due
    FROM letter
"""
# What recurs becomes due again while the checker reads: it is left when it was due for as long as work may take.
JOBS = """
    SELECT CAST(id AS text) AS id, kind, status,
           status IN ('queued', 'leased') AND due_at <= now() - CASE WHEN every IS NULL THEN interval '0' ELSE interval '90 seconds' END AS is_due
    FROM job WHERE status <> 'done'
"""
# What is not finished yet, with what changes while somebody works on it.
UNFINISHED_LETTERS = """
    SELECT CAST(id AS text) AS id, status, attempts, CAST(lease_token AS text) AS lease_token FROM letter
    WHERE status = 'sending' OR status IN ('queued', 'ready') AND (due_at <= now() OR %(waits_too)s)
"""
UNFINISHED_JOBS = """
    SELECT CAST(id AS text) AS id, status, attempts, CAST(lease_token AS text) AS lease_token FROM job
    WHERE status IN ('queued', 'leased') AND (due_at <= now() OR %(waits_too)s AND attempts > 0 AND every IS NULL)
"""
# As if the leases of the dead had run out and every pause between two tries were over.
LET_LEASES_END = "UPDATE {table} SET lease_until = now() WHERE lease_until > now() AND status IN ({states})"
LET_WAITS_END = """
    UPDATE {table} SET due_at = now(), poke_after = NULL
    WHERE status IN ('queued', 'ready', 'leased') AND (due_at > now() OR poke_after > now()) AND {which}
"""
LETTER_TABLE = {"table": "letter", "states": "'queued', 'ready', 'sending'", "which": "true"}
JOB_TABLE = {"table": "job", "states": "'queued', 'leased'", "which": "attempts > 0 AND every IS NULL"}


class Books:
    """Both databases, by their owners; a connection a question, because servers come and go here."""

    def __init__(self, inquiry_url: str, enrollment_url: str) -> None:
        self._inquiry, self._enrollment = inquiry_url, enrollment_url

    def read(self) -> Rows:
        """Everything that the checker looks at."""
        letters: list[Letter] = []
        jobs: list[Job] = []
        for url in (self._inquiry, self._enrollment):
            letters += [Letter(**row) for row in ask(url, LETTERS)]
            jobs += [Job(**row) for row in ask(url, JOBS)]
        facts = [
            Fact(**row) for row in [*ask(self._inquiry, INQUIRIES), *ask(self._enrollment, REGISTRATIONS)]
        ]
        return Rows(facts, letters, jobs, [Seats(**row) for row in ask(self._enrollment, SEATS)])

    def unfinished(self, *, waits_too: bool) -> list[dict[str, Any]]:
        """Work that is due and not done; with `waits_too` also what waits for its next try."""
        return [
            row
            for url in (self._inquiry, self._enrollment)
            for statement in (UNFINISHED_LETTERS, UNFINISHED_JOBS)
            for row in ask(url, statement, waits_too=waits_too)
        ]

    def let_time_pass(self, *, sending_only: bool = False) -> None:
        """Leases have run out, and pauses are over; with `sending_only` just the long leases of letters past their mark."""
        for url in (self._inquiry, self._enrollment):
            if sending_only:
                ask(url, LET_LEASES_END.format(table="letter", states="'sending'"))
                continue
            for table in (LETTER_TABLE, JOB_TABLE):
                ask(url, LET_LEASES_END.format(**table))
                ask(url, LET_WAITS_END.format(**table))

    def settle_doubts(self) -> None:
        """Nobody asks a person about letters of the page before any more: such a letter would arrive on the next page."""
        for url in (self._inquiry, self._enrollment):
            ask(url, "UPDATE letter SET status = 'failed' WHERE status = 'unknown'")

    def begin_page(self) -> None:
        """No request has ever been made; programs, sections and people stay."""
        ask(self._inquiry, "TRUNCATE inquiry, letter, idempotency CASCADE")
        ask(self._enrollment, "TRUNCATE registration, section, letter, idempotency CASCADE")
        for url in (self._inquiry, self._enrollment):
            ask(url, "DELETE FROM job WHERE every IS NULL")


def ask(url: str, statement: str, **values: Any) -> list[dict[str, Any]]:
    """The rows of one statement, committed."""
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        found = connection.execute(statement, values or None)  # type: ignore[call-overload]
        return found.fetchall() if found.description else []

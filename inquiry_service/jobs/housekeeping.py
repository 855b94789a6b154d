"""Rows that have served their time."""

from collections.abc import Mapping

from sqlalchemy import text

from shared import idempotency, returned_letters
from shared.jobs import JobContext

_SESSIONS = text("DELETE FROM staff_session WHERE expires_at < now() - interval '30 days'")
_RESETS = text("DELETE FROM password_reset WHERE expires_at < now() - interval '1 day'")
_ATTEMPTS = text("DELETE FROM sign_in_attempt WHERE at < now() - interval '1 day'")


def sweep_old_rows(context: JobContext, payload: Mapping[str, str]) -> None:
    """Old keys, return paths, sessions, reset links and attempts are gone."""
    idempotency.sweep(context.session)
    returned_letters.sweep(context.session)
    for statement in (_SESSIONS, _RESETS, _ATTEMPTS):
        context.session.execute(statement)

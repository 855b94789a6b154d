"""The nightly reconciliation: what it finds is stored, and health says so until it is nothing."""

from collections.abc import Mapping

from enrollment_service.domain.ledger import CHECKS
from shared import ledger
from shared.db import Database
from shared.jobs import JobContext


def reconcile(database: Database, *, days: int) -> list[ledger.Finding]:
    """Every check over so many days; the findings are stored."""
    with database.transaction() as session:
        findings = ledger.reconcile(session, CHECKS, days=days)
        ledger.store(session, findings)
    return findings


def reconcile_nightly(context: JobContext, payload: Mapping[str, str]) -> None:
    """The last days, in a transaction of its own."""
    reconcile(context.database, days=ledger.NIGHTLY_DAYS)

"""The nightly reconciliation: what it finds is stored, and health says so until it is nothing."""

from collections.abc import Mapping

from inquiry_service.domain.ledger import CHECKS
from inquiry_service.roads import reconciling
from inquiry_service.settings import InquirySettings
from shared import ledger
from shared.db import Database
from shared.jobs import JobContext


def reconcile(database: Database, settings: InquirySettings, *, days: int) -> list[ledger.Finding]:
    """Every check over so many days, the mail server's folders included; the findings are stored."""
    on_server = reconciling.compare(database, settings.imap, days=days) if settings.imap else []
    with database.transaction() as session:
        findings = [*ledger.reconcile(session, CHECKS, days=days), *on_server]
        ledger.store(session, findings)
    return findings


def reconcile_nightly(context: JobContext, payload: Mapping[str, str]) -> None:
    """The last days, in a transaction of its own."""
    reconcile(context.database, context.service.settings, days=ledger.NIGHTLY_DAYS)

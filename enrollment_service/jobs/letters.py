"""What the fate of a letter means for what it was about."""

from collections.abc import Mapping
from uuid import UUID

from enrollment_service.domain import offers
from shared.jobs import JobContext
from shared.journal import settle_by_journal


def letter_outcome(context: JobContext, payload: Mapping[str, str]) -> None:
    """An offer's clock starts, or its seat is passed on."""
    offers.letter_settled(context.session, UUID(payload["letter_id"]), payload["status"])


def settle_letters(context: JobContext, payload: Mapping[str, str]) -> None:
    """Letters in doubt whose copy is in the journal are sent, in transactions of their own."""
    settings = context.service
    if settings.journal is not None:
        settle_by_journal(context.database, settings.journal, settings.mail_domain)

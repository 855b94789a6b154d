"""What a letter's fate means for its thread."""

from collections.abc import Mapping
from uuid import UUID

from inquiry_service.domain import doubts, replies
from shared.jobs import JobContext
from shared.journal import settle_by_journal


def letter_outcome(context: JobContext, payload: Mapping[str, str]) -> None:
    """The reply behind the letter is sent, failed, or in doubt."""
    due_at = context.service.due_now(context.session)
    replies.letter_settled(context.session, UUID(payload["letter_id"]), payload["status"], due_at=due_at)


def settle_letters(context: JobContext, payload: Mapping[str, str]) -> None:
    """Letters in doubt whose copy is in the journal are sent, in transactions of their own."""
    settings = context.service.settings
    if settings.journal is not None:
        settle_by_journal(context.database, settings.journal, settings.mail_domain)


def ask_about_doubts(context: JobContext, payload: Mapping[str, str]) -> None:
    """Who is responsible for a letter in doubt is asked by mail, also for the sibling's letters."""
    newest = context.service.enrollment.newest_doubt()  # asked first: no row is locked meanwhile
    doubts.ask(
        context.session, newest_at_sibling=newest, has_journal=context.service.settings.journal is not None
    )

"""What a letter's fate means for its thread."""

from collections.abc import Mapping
from uuid import UUID

from inquiry_service.domain import replies
from shared.jobs import JobContext


def letter_outcome(context: JobContext, payload: Mapping[str, str]) -> None:
    """The reply behind the letter is sent, failed, or in doubt."""
    replies.letter_settled(
        context.session, UUID(payload["letter_id"]), payload["status"], due_at=context.service.due_now()
    )

"""What the fate of a letter means for what it was about."""

from collections.abc import Mapping
from uuid import UUID

from enrollment_service.domain import offers
from shared.jobs import JobContext


def letter_outcome(context: JobContext, payload: Mapping[str, str]) -> None:
    """An offer's clock starts, or its seat is passed on."""
    offers.letter_settled(context.session, UUID(payload["letter_id"]), payload["status"])

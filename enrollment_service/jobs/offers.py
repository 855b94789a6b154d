"""The end of an offer's time."""

from collections.abc import Mapping
from contextlib import suppress
from uuid import UUID

from enrollment_service.domain import offers
from enrollment_service.domain.errors import OfferSettled
from shared.jobs import JobContext


def expire_offer(context: JobContext, payload: Mapping[str, str]) -> None:
    """The offer has expired, unless it was answered before."""
    with suppress(OfferSettled):
        offers.expire(context.session, UUID(payload["offer_id"]))

"""Kinds of work: each is one domain call. Run by the worker or, without one, by the relay."""

from collections.abc import Mapping
from datetime import timedelta

from enrollment_service.jobs import letters, offers, reconciling
from shared import idempotency, returned_letters
from shared.jobs import JobContext, JobKind, sweep_done


def sweep(context: JobContext, payload: Mapping[str, str]) -> None:
    """Done jobs, old keys and old return paths are gone."""
    sweep_done(context, payload)
    idempotency.sweep(context.session)
    returned_letters.sweep(context.session)


KINDS: dict[str, JobKind] = {
    "letter_outcome": JobKind(letters.letter_outcome),
    "settle_letters": JobKind(letters.settle_letters, every=timedelta(minutes=1)),
    "expire_offer": JobKind(offers.expire_offer),
    "reconcile": JobKind(reconciling.reconcile_nightly, every=timedelta(days=1)),
    "sweep": JobKind(sweep, every=timedelta(hours=1)),
}

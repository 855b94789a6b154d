"""Every kind of work of this service: its handler, its task queue, and how often it recurs. Handlers are shells of a few lines."""

from collections.abc import Mapping
from datetime import timedelta

from inquiry_service.domain import doubts
from inquiry_service.jobs import (
    housekeeping,
    inbound,
    letters,
    mailboxes,
    privacy,
    reconciling,
    service_level,
)
from shared.jobs import JobKind, sweep_done

KINDS: Mapping[str, JobKind] = {
    "file_mail": JobKind(inbound.file_mail, queue="inbound"),
    "letter_outcome": JobKind(letters.letter_outcome),
    "ask_about_doubts": JobKind(letters.ask_about_doubts, every=timedelta(seconds=doubts.ASK_EVERY_S)),
    "settle_letters": JobKind(letters.settle_letters, every=timedelta(minutes=1)),
    "read_mailboxes": JobKind(
        mailboxes.read, queue="inbound", every=timedelta(seconds=mailboxes.READ_EVERY_S)
    ),
    "file_by_hand": JobKind(inbound.file_by_hand, queue="inbound"),
    "reconcile": JobKind(reconciling.reconcile_nightly, every=timedelta(days=1)),
    "wake_inquiry": JobKind(inbound.wake_inquiry),
    "remind": JobKind(service_level.remind, every=timedelta(minutes=1)),
    "send_digests": JobKind(service_level.send_digests, every=timedelta(minutes=2)),
    "renew_due_times": JobKind(service_level.renew_due_times),
    "measure_times": JobKind(service_level.measure_times, every=timedelta(minutes=10)),
    "begin_absence": JobKind(service_level.begin_absence),
    "end_absence": JobKind(service_level.end_absence),
    "learn_names": JobKind(housekeeping.learn_names, every=timedelta(minutes=1)),
    "learn_answers": JobKind(housekeeping.learn_answers, every=timedelta(minutes=1)),
    "sweep_done_jobs": JobKind(sweep_done, every=timedelta(hours=1)),
    "apply_retention": JobKind(privacy.apply_retention, every=timedelta(minutes=15)),
    "write_erasures_down": JobKind(privacy.write_erasures_down, every=timedelta(minutes=5)),
    "sweep_old_rows": JobKind(housekeeping.sweep_old_rows, every=timedelta(hours=6)),
}

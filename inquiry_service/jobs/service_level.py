"""Deadlines and the people who keep them: reminders, digests, absences, and what follows from new hours."""

from collections.abc import Mapping
from uuid import UUID

from inquiry_service.domain import absences, opening_hours, reminders, response_times
from shared.jobs import JobContext


def remind(context: JobContext, payload: Mapping[str, str]) -> None:
    """Who has something that comes near its deadline is told."""
    reminders.remind(context.session)


def send_digests(context: JobContext, payload: Mapping[str, str]) -> None:
    """An open day has begun: directors hear what waits."""
    reminders.send_digests(context.session)


def renew_due_times(context: JobContext, payload: Mapping[str, str]) -> None:
    """The hours changed, in transactions of their own."""
    opening_hours.renew_due_times(context.database)


def measure_times(context: JobContext, payload: Mapping[str, str]) -> None:
    """What was answered or closed before its length was kept."""
    response_times.measure_missing(context.database)


def begin_absence(context: JobContext, payload: Mapping[str, str]) -> None:
    """Somebody is away from now on."""
    absences.begin(context.session, UUID(payload["absence_id"]))


def end_absence(context: JobContext, payload: Mapping[str, str]) -> None:
    """Somebody is back."""
    absences.end(context.session, UUID(payload["absence_id"]))

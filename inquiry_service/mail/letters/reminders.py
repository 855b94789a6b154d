"""Letters to our own people about questions that wait: one that comes near its deadline, and the morning's list."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_time

from inquiry_service.db.models import Staff
from inquiry_service.domain import reminders
from inquiry_service.domain.reminder_rules import Stage
from shared.clock import utc_now
from shared.letter_bytes import Composed
from shared.letters import LetterRow
from shared.mailroom import LetterPointless, Mailroom


def reminder(room: Mailroom, letter: LetterRow) -> Composed:
    """What of it still waits when the letter goes; nothing that was answered meanwhile."""
    person = _reader(room, letter)
    found = reminders.still_waiting(room.session, letter.subject_id, person.id)
    if not found:
        raise LetterPointless("every one of them was answered meanwhile")
    return _about(room, "reminder", person, found, is_last=any(one.stage == Stage.LAST for one in found))


def digest(room: Mailroom, letter: LetterRow) -> Composed:
    """All that waits this morning: how many, and those that are due first."""
    person = _reader(room, letter)
    counts, found = reminders.unanswered(room.session, person.id), reminders.oldest(room.session)
    if not found:
        raise LetterPointless("nothing waits any more")
    return _about(
        room, "digest", person, found, counts=counts, account_url=f"{room.service.inquiry_url}/account"
    )


def _reader(room: Mailroom, letter: LetterRow) -> Staff:
    person = room.session.get(Staff, letter.person_id)
    if person is None or person.disabled_at is not None:
        raise LetterPointless("the account is closed")
    return person


def _about(room: Mailroom, template: str, person: Staff, found: Iterable[Any], **more: Any) -> Composed:
    desk = f"{room.service.inquiry_url}/desk"
    now, zone, locale = utc_now(), room.service.zone, room.service.school_locale
    questions = [
        {
            "reference": one.reference,
            "name": one.asker_name,
            "program": one.program,
            "whose": one.assignee_name,
            "due": _due(one.due_at, now, zone, locale),
            "is_overdue": one.due_at <= now,
            "url": _thread(desk, one.id),
        }
        for one in found
    ]
    subject, text, html = room.render(
        template, questions=questions, number=len(questions), desk_url=desk, **more
    )
    return Composed(subject, text, html, sender_name="Frontdesk", recipient_name=person.name)


def _thread(desk: str, inquiry_id: UUID) -> str:
    return f"{desk}/inquiries/{inquiry_id}"


def _due(due_at: datetime, now: datetime, zone: ZoneInfo, locale: str) -> str:
    local = due_at.astimezone(zone)
    if local.date() == now.astimezone(zone).date():
        return format_time(local, "short", locale=locale).replace("\u202f", " ")
    return format_datetime(local, "EEE, MMM d, h:mm a", locale=locale).replace("\u202f", " ")

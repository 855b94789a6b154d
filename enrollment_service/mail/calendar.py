"""A section's meetings as a calendar file (RFC 5545). The UID of a meeting stays the same for a person, so a later file replaces it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from icalendar import Calendar, Event


def calendar_file(
    registration: Any,
    meetings: Sequence[Any],
    *,
    domain: str,
    school: str,
    at: datetime,
    is_cancelled: bool = False,
) -> bytes:
    """One VEVENT a meeting; `is_cancelled` takes them out of the calendar again."""
    calendar = Calendar()
    calendar.add("prodid", f"-//{domain}//Frontdesk//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if is_cancelled else "PUBLISH")
    for meeting in meetings:
        event = Event()
        event.add("uid", f"{meeting.id}.{registration.id.hex[-12:]}@{domain}")
        event.add("dtstamp", at)
        event.add("dtstart", meeting.starts_at)
        event.add("dtend", meeting.ends_at)
        event.add("sequence", 1 if is_cancelled else 0)
        event.add("status", "CANCELLED" if is_cancelled else "CONFIRMED")
        event.add(
            "summary", f"{registration.program_abbreviation}: {meeting.topic or registration.section_title}"
        )
        event.add("location", registration.place)
        event.add("description", f"{registration.program_title}, {registration.section_title}, {school}")
        calendar.add_component(event)
    return bytes(calendar.to_ical())

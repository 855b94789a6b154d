"""Words that only pages of enrollment need: a day in a section's own zone, and the zone's name."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Flask
from flask_babel import format_date, get_locale

from enrollment_service.mail.words import zone_name


def local_day(moment: datetime, zone: str) -> str:
    """`Mon, Jan 12`, as the calendar on the wall says in that zone."""
    return str(format_date(moment.astimezone(ZoneInfo(zone)).date(), "EEE, MMM d", rebase=False))


def zone_words(zone: str) -> str:
    """`Central Time`."""
    return zone_name(zone, str(get_locale() or "en"))


def add_words(app: Flask) -> None:
    """Templates may use them as filters."""
    app.jinja_env.filters.update(local_day=local_day, zone_words=zone_words)

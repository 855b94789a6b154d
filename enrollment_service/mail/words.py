"""Days, hours and money as a letter says them, in the section's zone and the school's language."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time, get_timezone, get_timezone_name
from babel.numbers import format_currency


def day(moment: datetime, zone: str, locale: str) -> str:
    """`Monday, January 12`."""
    return str(format_date(moment.astimezone(ZoneInfo(zone)).date(), "EEEE, MMMM d", locale=locale))


def hours(starts_at: datetime, ends_at: datetime, zone: str, locale: str) -> str:
    """`6:00 PM to 9:00 PM`."""
    first, last = (
        format_time(moment.astimezone(ZoneInfo(zone)).time(), "h:mm a", locale=locale)
        for moment in (starts_at, ends_at)
    )
    return f"{first} to {last}".replace("\u202f", " ")


def deadline(moment: datetime, zone: str, locale: str) -> str:
    """`Tuesday, November 24 at 2:30 PM, Central Time`: the zone is always said."""
    local = format_datetime(moment, "EEEE, MMMM d 'at' h:mm a", tzinfo=get_timezone(zone), locale=locale)
    return f"{local}, {zone_name(zone, locale)}".replace("\u202f", " ")


def zone_name(zone: str, locale: str) -> str:
    """`Central Time`."""
    return (
        str(get_timezone_name(get_timezone(zone), width="long", zone_variant="generic", locale=locale))
        or zone
    )


def money(cents: int, locale: str) -> str:
    """`$249` or `$249.50`."""
    return str(format_currency(cents / 100, "USD", locale=locale)).removesuffix(".00")

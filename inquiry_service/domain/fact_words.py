"""Days and money as an answer says them, in the school's language. Pure."""

from collections.abc import Sequence
from datetime import date

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_currency


def day(starts_on: date, locale: str) -> str:
    """`Monday, January 12, 2026`."""
    return str(format_date(starts_on, "full", locale=locale))


def money(cents: int, locale: str) -> str:
    """`$1,150` or `$1,150.50`."""
    return str(format_currency(cents / 100, "USD", locale=locale)).removesuffix(".00")


def either(words: Sequence[str], locale: str) -> str:
    """The days with commas and an *or* before the last."""
    return str(format_list(list(words), style="or", locale=locale))

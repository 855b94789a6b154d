"""Times, money and lengths as people say them; the exact value stays beside it for hover and for screen readers."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from flask_babel import format_currency, format_datetime, format_time, get_locale, ngettext
from flask_babel import gettext as _
from markupsafe import Markup, escape

from shared.clock import utc_now
from shared.light_markup import formatted
from shared.phrases import Phrase


def say(text: str) -> str:
    """A sentence of the domain or of a schema in the reader's language; English stays where no catalog has it."""
    if not isinstance(text, Phrase):
        return str(_(text)) if text else ""
    values = {name: _said(value) for name, value in text.values.items()}
    if text.plural is None:
        return str(_(text.msgid, **values))
    return str(ngettext(text.msgid, text.plural, **values))


def _said(value: object) -> object:
    if isinstance(value, Phrase):
        return say(value)
    if isinstance(value, datetime):
        return f"{format_datetime(value, 'EEEE, MMMM d, HH:mm', rebase=False)} {value:%Z}"
    return value


def age_in_words(moment: datetime, now: datetime | None = None) -> str:
    """`just now`, `5 min ago`, `3 h ago`, `2 days ago`; for the future `in 5 min`."""
    seconds = int(((now or utc_now()) - moment).total_seconds())
    size = abs(seconds)
    if size < 60:
        return str(_("just now") if seconds >= 0 else _("in a moment"))
    if size < 3600:
        length = _("%(n)s min", n=size // 60)
    elif size < 86400:
        length = _("%(n)s h", n=size // 3600)
    else:
        length = ngettext("%(num)s day", "%(num)s days", size // 86400)
    return str(_("%(length)s ago", length=length) if seconds >= 0 else _("in %(length)s", length=length))


def moment_in_words(moment: datetime, zone: ZoneInfo | str) -> str:
    """`Mon, Jan 12, 2026, 6:00 PM CST`: a moment in the zone that is named."""
    local = _local(moment, zone)
    return f"{day_in_words(local.date())}, {clock_in_words(moment, zone)} {local.tzname()}"


def clock_in_words(moment: datetime, zone: ZoneInfo | str) -> str:
    """`2:02 PM`."""
    # CLDR sets a narrow no-break space before AM and PM: people search for a plain one
    return str(format_time(_local(moment, zone), "short", rebase=False)).replace("\u202f", " ")


def _local(moment: datetime, zone: ZoneInfo | str) -> datetime:
    return moment.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)


def day_in_words(day: date) -> str:
    """`Mon, Jan 12, 2026`."""
    return _by_skeleton(day, "yMMMEd")


def day_of_month(day: date, *, with_year: bool = False) -> str:
    """`Jan 12`, `Jan 12, 2026`."""
    return _by_skeleton(day, "yMMMd" if with_year else "MMMd")


def _by_skeleton(day: date, skeleton: str) -> str:
    """The parts that the skeleton names, in the order of the reader's language."""
    return str(
        format_skeleton(
            skeleton, datetime(day.year, day.month, day.day, tzinfo=UTC), locale=get_locale() or "en"
        )
    )


def money(cents: int, currency: str = "USD") -> str:
    """`$1,150` or `$1,150.50`."""
    amount = Decimal(cents) / 100
    shown = str(format_currency(amount, currency))
    return shown.removesuffix(".00")


def length_in_words(length: timedelta) -> str:
    """`48 h`, `2 days`."""
    hours = int(length.total_seconds()) // 3600
    return str(ngettext("%(num)s day", "%(num)s days", hours // 24) if hours >= 48 else _("%(n)s h", n=hours))


def time_tag(moment: datetime, zone: ZoneInfo | str) -> Markup:
    """The age in words, with the exact moment on hover and for machines."""
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        moment.isoformat(), moment_in_words(moment, zone), age_in_words(moment)
    )


def paragraphs(value: str) -> Markup:
    """Typed text as paragraphs; nothing in it is markup."""
    blocks = [block for block in value.strip().split("\n\n") if block.strip()]
    return Markup("\n").join(
        Markup("<p dir=auto>{}</p>").format(Markup("<br>").join(escape(line) for line in block.split("\n")))
        for block in blocks
    )


PAGE_FILTERS = {
    "ago": age_in_words,
    "moment": moment_in_words,
    "clock": clock_in_words,
    "day": day_in_words,
    "money": money,
    "how_long": length_in_words,
    "time_tag": time_tag,
    "paragraphs": paragraphs,
    "formatted": formatted,
    "say": say,
}

"""Times, money and lengths as people say them; the exact value stays beside it for hover and for screen readers."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from flask_babel import format_currency, format_date, ngettext
from flask_babel import gettext as _
from markupsafe import Markup, escape

from shared.clock import utc_now


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
    local = moment.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)
    hour = local.strftime("%I").lstrip("0")
    return f"{local:%a}, {local:%b} {local.day}, {local:%Y}, {hour}:{local:%M %p} {local.tzname()}"


def clock_in_words(moment: datetime, zone: ZoneInfo | str) -> str:
    """`2:02 PM`."""
    local = moment.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)
    return f"{local.strftime('%I').lstrip('0')}:{local:%M %p}"


def day_in_words(day: date) -> str:
    """`Mon, Jan 12, 2026`."""
    return str(format_date(day, "EEE, MMM d, y", rebase=False))


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
}

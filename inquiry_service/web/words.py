"""Times as the desk and the asker say them. Pure: the moment, the present and the zone are passed in."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from inquiry_service.domain.expectation import Promise
from shared.web.words import clock_in_words, day_of_month

DUE_SOON = timedelta(hours=1)
HALF_HOUR = timedelta(minutes=30)


def due_in_words(due_at: datetime, now: datetime, zone: ZoneInfo) -> tuple[str, str]:
    """`due in 48 min`, `due tomorrow` or `overdue 12 min`, and the state that colours it."""
    left = due_at - now
    if left < timedelta(0):
        return _("overdue %(length)s", length=_length(-left)), "overdue"
    state = "due" if left <= DUE_SOON else "neutral"
    if left <= timedelta(hours=8):
        return _("due in %(length)s", length=_length(left)), state
    return _("due %(day)s", day=_day(due_at, now, zone)), state


def _length(length: timedelta) -> str:
    minutes = int(length.total_seconds()) // 60
    if minutes < 60:
        return str(_("%(n)s min", n=max(minutes, 1)))
    if minutes < 48 * 60:
        return str(_("%(n)s h", n=minutes // 60))
    return str(ngettext("%(num)s day", "%(num)s days", minutes // (24 * 60)))


def _day(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    local, today = moment.astimezone(zone).date(), now.astimezone(zone).date()
    if local == today:
        return str(_("today"))
    if local == today + timedelta(days=1):
        return str(_("tomorrow"))
    return str(format_date(local, "EEE"))


def expected_by(due_at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """When an answer can be expected, to the next half hour: `by 11:00 AM today`, `by 10:30 AM on Tuesday`."""
    due_at += (
        -timedelta(minutes=due_at.minute, seconds=due_at.second, microseconds=due_at.microsecond) % HALF_HOUR
    )
    local, today = due_at.astimezone(zone), now.astimezone(zone).date()
    time = clock_in_words(due_at, zone)
    if local.date() == today:
        return str(_("by %(time)s today", time=time))
    if local.date() == today + timedelta(days=1):
        return str(_("by %(time)s tomorrow", time=time))
    return str(_("by %(time)s on %(day)s", time=time, day=format_date(local.date(), "EEEE")))


def promise_words(promise: Promise, now: datetime, zone: ZoneInfo) -> dict[str, str]:
    """`expected`: `within 2 hours today`, or when; `opening`: while the school is closed, when it opens again."""
    if promise.within is not None:
        expected = str(_("within %(length)s today", length=_rounded(promise.within)))
    else:
        expected = expected_by(promise.answer_by, now, zone)
    opening = ""
    if promise.opens_at is not None:
        day, time = _opening_day(promise.opens_at, now, zone), clock_in_words(promise.opens_at, zone)
        opening = str(_("We open again %(day)s at %(time)s.", day=day, time=time))
    return {"expected": expected, "opening": opening}


def _rounded(length: timedelta) -> str:
    """To the next quarter of an hour, then to the next hour: nobody is told less than is usual."""
    minutes = max(-(-int(length.total_seconds()) // 900) * 15, 15)
    if minutes < 60:
        return str(ngettext("%(num)s minute", "%(num)s minutes", minutes))
    return str(ngettext("%(num)s hour", "%(num)s hours", -(-minutes // 60)))


def _opening_day(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    local, today = moment.astimezone(zone).date(), now.astimezone(zone).date()
    if local <= today + timedelta(days=1):
        return str(_("today") if local == today else _("tomorrow"))
    if local < today + timedelta(days=7):
        return str(_("on %(day)s", day=format_date(local, "EEEE")))
    return str(_("on %(day)s", day=day_of_month(local)))


def said_at(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """`today 10:55 AM`, `yesterday 4:02 PM`, `Oct 3, 9:12 AM`."""
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    time = clock_in_words(moment, zone)
    if local.date() == today:
        return str(_("today %(time)s", time=time))
    if local.date() == today - timedelta(days=1):
        return str(_("yesterday %(time)s", time=time))
    day = day_of_month(local.date(), with_year=local.year != today.year)
    return f"{day}, {time}"


def clipped(text: str, length: int = 140) -> str:
    """The text's beginning in one line."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def initials(name: str) -> str:
    """Two letters for a colleague in a list."""
    words = [word for word in name.split() if word[0].isalpha()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "?"


def program_code(slug: str) -> str:
    """A tag for a program: short slugs are codes, longer ones are words."""
    return slug.upper() if len(slug) <= 4 else slug.replace("-", " ").capitalize()


def status_name(status: str) -> str:
    """Where an inquiry stands, in the reader's language."""
    names: dict[str, str] = {
        "new": _("new"),
        "open": _("open"),
        "waiting": _("waiting for them"),
        "closed": _("closed"),
        "quarantined": _("in quarantine"),
        "spam": _("spam"),
        "merged": _("merged"),
    }
    return names.get(status, status)


def registration_status(status: str) -> tuple[str, str]:
    """Where a registration stands, and the state that colours it."""
    names: dict[str, tuple[str, str]] = {
        "held": (_("seat held"), "waiting"),
        "confirmed": (_("confirmed"), "done"),
        "waitlisted": (_("on the waitlist"), "waiting"),
        "offered": (_("seat offered"), "due"),
        "cancelled": (_("cancelled"), "neutral"),
        "expired": (_("expired"), "neutral"),
    }
    return names.get(status, (status, "neutral"))


def role_name(role: str) -> str:
    """A role in the reader's language."""
    names: dict[str, str] = {
        "director": _("director"),
        "staff": _("staff"),
        "registrar": _("registrar"),
        "instructor": _("instructor"),
        "auditor": _("auditor"),
    }
    return names.get(role, role)


_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
_MACHINES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def browser_in_words(user_agent: str) -> str:
    """Enough for its person to know it again: "Firefox, Windows"; empty for what says nothing of the kind."""
    found = [
        next((name for mark, name in known if mark in user_agent), "") for known in (_BROWSERS, _MACHINES)
    ]
    return ", ".join(name for name in found if name)

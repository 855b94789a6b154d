"""What a report's sections find, in a sentence each; and lengths of time as reports say them. Pure, but for the reader's language."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from inquiry_service.domain.reports import Bucket, Group, Report, SavedReplyUse, Times, Waiting
from shared.web.words import day_of_month

A_MONDAY = date(2026, 1, 5)
FEWEST = 5  # of fewer answers no group is called fast or slow


def length(seconds: int | None) -> str:
    """`12 min`, `1 h 12 min`, `3 days 4 h`; a dash where nothing happened."""
    if seconds is None:
        return "–"
    minutes = -(-seconds // 60)
    if minutes < 60:
        return str(_("%(n)s min", n=minutes))
    if minutes < 48 * 60:
        hours, rest = divmod(minutes, 60)
        return str(_("%(h)s h %(m)s min", h=hours, m=rest) if rest else _("%(n)s h", n=hours))
    days, rest = divmod(minutes, 24 * 60)
    said = str(ngettext("%(num)s day", "%(num)s days", days))
    return f"{said} {_('%(n)s h', n=rest // 60)}" if rest >= 60 else said


def percent(part: int, whole: int) -> str:
    """A share, in whole percents; a dash of nothing."""
    return f"{round(100 * part / whole)} %" if whole else "–"


def weekday(number: int, width: str = "EEEE") -> str:
    """Monday for 0."""
    return str(format_date(A_MONDAY + timedelta(days=number), width))


def speed_name(key: str) -> str:
    """How fast a group was answered."""
    names: dict[str, str] = {
        "1": _("within 1 open hour"),
        "2": _("within 2 open hours"),
        "4": _("within 4 open hours"),
        "8": _("within 8 open hours"),
        "more": _("later"),
        "none": _("not answered"),
    }
    return names[key]


def bucket_name(bucket: Bucket, unit: str) -> str:
    """`Nov 3`, `week of Nov 2`, `November 2026`."""
    if unit == "month":
        return str(format_date(bucket.begins_on, "MMMM y"))
    day = day_of_month(bucket.begins_on)
    return str(_("week of %(day)s", day=day)) if unit == "week" else day


def times_found(whole: Group) -> str:
    """How fast answers were."""
    times: Times = whole.response_open
    if times.median_s is None:
        return str(_("Nothing was answered in this time"))
    return str(
        _(
            "Half of the answers came within %(median)s of open time, nine of ten within %(p90)s",
            median=length(times.median_s),
            p90=length(times.p90_s),
        )
    )


def unanswered_found(whole: Group) -> str:
    """What has no answer, which no median shows."""
    if not whole.unanswered:
        return str(_("Every question of this time has its answer."))
    said: str = ngettext(
        "%(num)s question of this time has no answer yet, and is in no figure of how long answers took.",
        "%(num)s questions of this time have no answer yet, and are in no figure of how long answers took.",
        whole.unanswered,
    )
    return said


def volume_found(whole: Group) -> str:
    """How many came, and what became of them."""
    if not whole.asked:
        return str(_("No question came in"))
    came: str = ngettext("%(num)s question came in", "%(num)s questions came in", whole.asked)
    return str(
        _(
            "%(came)s: %(answered)s answered, %(waiting)s unanswered, %(closed)s closed without an answer",
            came=came,
            answered=whole.answered,
            waiting=whole.unanswered,
            closed=whole.closed_unanswered,
        )
    )


def waiting_found(waiting: Waiting) -> str:
    """What waits now."""
    if waiting.oldest_at is None:
        return str(_("Nothing waits now"))
    age = length(int((waiting.as_of - waiting.oldest_at).total_seconds()))
    number: str = ngettext("%(num)s question waits now", "%(num)s questions wait now", waiting.number)
    return str(_("%(number)s, the oldest for %(age)s", number=number, age=age))


def backlog_names() -> list[str]:
    """The ages of what waits."""
    return [_("less than 4 h"), _("4 to 24 h"), _("1 to 3 days"), _("3 to 7 days"), _("more than 7 days")]


def hours_found(hours: Mapping[tuple[int, int], int]) -> str:
    """When most questions come."""
    if not hours:
        return str(_("No question came in"))
    (day, hour), most = max(hours.items(), key=lambda item: (item[1], -item[0][0], -item[0][1]))
    said: str = ngettext(
        "Most come on %(day)s from %(hour)s:00 to %(next)s:00: %(num)s question",
        "Most come on %(day)s from %(hour)s:00 to %(next)s:00: %(num)s questions",
        most,
        day=weekday(day),
        hour=hour,
        next=hour + 1,
    )
    return said


def group_found(groups: Sequence[Group], names: Mapping[str, str]) -> str:
    """Which group waits longest, where that can be told."""
    timed = [one for one in groups if one.answered >= FEWEST and one.response_open.median_s is not None]
    if len(timed) < 2:
        return str(_("Too few answers to compare"))
    slowest = max(timed, key=lambda one: (one.response_open.median_s or 0, one.key))
    fastest = min(timed, key=lambda one: (one.response_open.median_s or 0, one.key))
    return str(
        _(
            "%(slow)s waits longest, half of it %(slow_length)s or more; %(fast)s is answered soonest, half within %(fast_length)s",
            slow=names.get(slowest.key, slowest.key),
            slow_length=length(slowest.response_open.median_s),
            fast=names.get(fastest.key, fastest.key),
            fast_length=length(fastest.response_open.median_s),
        )
    )


def director_found(groups: Sequence[Group], names: Mapping[str, str]) -> str:
    """Who answered most."""
    answered = sum(one.answered for one in groups)
    if not answered:
        return str(_("Nobody answered yet"))
    most = max(groups, key=lambda one: (one.answered, one.key))
    return str(
        _(
            "%(name)s answered most: %(number)s of %(all)s",
            name=names.get(most.key, most.key),
            number=most.answered,
            all=answered,
        )
    )


def saved_reply_name(use: SavedReplyUse) -> str:
    """Its title; people's own ones have none here."""
    return use.title if use.key else str(_("Personal saved replies"))


def saved_replies_found(uses: Sequence[SavedReplyUse]) -> str:
    """Which is used most, and after which one is asked again."""
    if not uses:
        return str(_("No answer of this time began with a saved reply"))
    most = max(uses, key=lambda one: (one.sent, one.key))
    return str(
        _(
            "%(title)s was used most, %(number)s of %(all)s times; after it %(share)s asked again",
            title=saved_reply_name(most),
            number=most.sent,
            all=sum(one.sent for one in uses),
            share=percent(most.asked_again, most.sent),
        )
    )


def funnel_found(report: Report) -> str:
    """How many went how far."""
    whole = report.whole
    if not whole.asked:
        return str(_("No question came in"))
    answered = percent(whole.answered, whole.asked)
    if report.registered is None:
        return str(_("%(answered)s were answered; who registered is not known now", answered=answered))
    registered = percent(report.registered["all"].get("", 0), whole.asked)
    return str(
        _(
            "%(answered)s were answered, and %(registered)s registered",
            answered=answered,
            registered=registered,
        )
    )


def fill_found(sections: Sequence[Any]) -> str:
    """How full sections are."""
    if not sections:
        return str(_("No section starts in this time"))
    seats, taken = sum(one.seats for one in sections), sum(one.taken for one in sections)
    full = sum(one.taken >= one.seats for one in sections)
    return str(
        _(
            "%(taken)s of %(seats)s seats are taken; %(full)s of %(sections)s sections are full",
            taken=taken,
            seats=seats,
            full=full,
            sections=len(sections),
        )
    )

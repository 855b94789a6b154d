"""When the school is there, and how soon it answers: the week, days of their own, and what both do to a question asked now."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from inquiry_service.domain import opening_hours, service_levels
from inquiry_service.domain.business_hours import Calendar, Span
from inquiry_service.domain.opening_hours import Hours
from inquiry_service.domain.service_levels import ServiceLevel
from inquiry_service.domain.typed_hours import (
    NotHours,
    length_text,
    minutes_of,
    spans_of,
    spans_text,
)
from inquiry_service.web.auth import DIRECTORS
from inquiry_service.web.desk_queue import around_page
from inquiry_service.web.forms import FormNotRight, checked, page, see, typed
from inquiry_service.web.parts import parts, settings
from inquiry_service.web.report_words import weekday
from inquiry_service.web.schemas.forms import HolidayForm
from inquiry_service.web.words import program_code
from shared.clock import utc_now
from shared.errors import Invalid
from shared.web.access import allow, current_person
from shared.web.mistakes import sentences_of
from shared.web.site import database
from shared.web.words import day_in_words, moment_in_words

pages = Blueprint("hours", __name__, url_prefix="/desk/hours")
DAYS = range(7)
Typed = dict[str, str]


@pages.get("")
@allow(*DIRECTORS)
def show() -> ResponseReturnValue:
    """The hours as they are, and what they do."""
    return _page()


@pages.post("")
@allow(*DIRECTORS)
def keep() -> ResponseReturnValue:
    """These hours hold; or what was typed again, with what it would do, or what is not right about it."""
    values = {name: typed(name)[:200] for name in request.form if name.startswith(("day-", "within"))}
    values["has_reminders"] = typed("has_reminders")
    try:
        hours = _hours(values)
        if "try" in request.form:
            return _page(values, tried=hours)
        with database().transaction() as session:
            opening_hours.keep(session, current_person(), hours)
    except FormNotRight as error:
        return _page(values, error.errors, 422)
    except Invalid as error:
        return _page(values, sentences_of(error), 422)
    parts().expectation.forget()
    flash(_("These hours hold from now on. Open questions are due by them in a moment."))
    return see("/desk/hours")


@pages.post("/holidays")
@allow(*DIRECTORS)
def add_holiday() -> ResponseReturnValue:
    """A day is closed, or has hours of its own."""
    try:
        given = checked(HolidayForm(), {"day": _("Enter the day"), "name": _("Enter a name for the day")})
        span = _one_span(given["hours"] or "")
        with database().transaction() as session:
            opening_hours.add_holiday(session, current_person(), given["day"], given["name"], span)
    except FormNotRight as error:
        return _page(None, error.errors, 422)
    except Invalid as error:
        return _page(None, sentences_of(error), 422)
    parts().expectation.forget()
    flash(_("%(day)s is kept.", day=day_in_words(given["day"])))
    return see("/desk/hours#holidays")


@pages.post("/holidays/remove")
@allow(*DIRECTORS)
def remove_holiday() -> ResponseReturnValue:
    """It is a day like any other."""
    try:
        day = checked(HolidayForm(only=("day",)))["day"]
    except FormNotRight as error:
        return _page(None, error.errors, 422)
    with database().transaction() as session:
        opening_hours.remove_holiday(session, current_person(), day)
    parts().expectation.forget()
    flash(_("Removed."))
    return see("/desk/hours#holidays")


def _hours(values: Mapping[str, str]) -> Hours:
    """What was typed. Raises FormNotRight."""
    errors: dict[str, str] = {}
    week: dict[int, tuple[Span, ...]] = {}
    lengths: dict[str, int] = {}
    for day in DAYS:
        try:
            week[day] = spans_of(values.get(f"day-{day}", ""))
        except NotHours:
            errors[f"day-{day}"] = _("Enter hours such as 9-12:30, 13:30-17, or nothing for a closed day")
    for name, value in values.items():
        if name.startswith("within") and (value.strip() or name == "within"):
            try:
                lengths[name.partition(":")[2]] = minutes_of(value)
            except NotHours:
                errors[name] = _("Enter a length such as 2 h, 45 min or 1 h 30 min")
    if errors or "" not in lengths:
        raise FormNotRight(errors or {"within": _("Enter a length such as 2 h, 45 min or 1 h 30 min")})
    return Hours(week, lengths.pop(""), lengths, bool(values.get("has_reminders")))


def _one_span(hours: str) -> Span | None:
    """The hours of a day of its own; none when the school is closed. Raises FormNotRight."""
    wrong = FormNotRight({"hours": _("Enter one span such as 9-12, or nothing when the school is closed")})
    try:
        spans = spans_of(hours)
    except NotHours:
        raise wrong from None
    if len(spans) > 1:
        raise wrong
    return spans[0] if spans else None


def _page(
    values: Typed | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    *,
    tried: Hours | None = None,
) -> ResponseReturnValue:
    programs = {program.slug: program.title for program in parts().enrollment.programs()}
    with database().reading() as session:
        level = service_levels.read(session)
        around = around_page(session, current_person())
    shown = _would_be(level, tried) if tried else level
    names = programs | {slug: program_code(slug) for slug in level.programs if slug not in programs}
    html = render_template(
        "desk/hours.html",
        values=values or _as_typed(level),
        holiday={name: typed(name) for name in ("day", "name", "hours")},
        errors=errors or {},
        days=[(f"day-{day}", weekday(day)) for day in DAYS],
        programs=sorted(names.items()),
        holidays=_holidays(level.calendar),
        examples=_examples(shown, names),
        has_own=bool(shown.programs),
        is_tried=tried is not None,
        zone_name=settings().school_timezone,
        is_hours=True,
        **around,
    )
    return page(html, status)


def _would_be(level: ServiceLevel, hours: Hours) -> ServiceLevel:
    calendar = Calendar(level.calendar.zone, hours.week, level.calendar.holidays)
    lengths = {program: timedelta(minutes=within) for program, within in hours.programs.items()}
    return ServiceLevel(calendar, timedelta(minutes=hours.within_min), lengths, hours.has_reminders, level.at)


def _as_typed(level: ServiceLevel) -> Typed:
    lengths = {"within": level.within} | {f"within:{name}": within for name, within in level.programs.items()}
    week = {f"day-{day}": spans_text(level.calendar.week.get(day, ())) for day in DAYS}
    return (
        week
        | {name: length_text(int(within.total_seconds()) // 60) for name, within in lengths.items()}
        | {"has_reminders": "1" if level.has_reminders else ""}
    )


def _holidays(calendar: Calendar) -> list[dict[str, Any]]:
    return [
        {
            "day": day.isoformat(),
            "words": day_in_words(day),
            "name": holiday.name,
            "hours": spans_text(holiday.spans),
        }
        for day, holiday in sorted(calendar.holidays.items())
    ]


def _examples(level: ServiceLevel, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Questions and when they are due: asked now, by program, on a weekend, and before the next day of its own."""
    now, calendar = utc_now(), level.calendar
    today = now.astimezone(calendar.zone).date()
    saturday = today + timedelta(days=(5 - today.weekday()) % 7 or 7)
    asked: list[tuple[str, datetime, str | None]] = [(_("asked now"), now, None)]
    asked += [
        (_("asked now about %(program)s", program=names.get(slug, slug)), now, slug)
        for slug in sorted(level.programs)
    ]
    asked.append((_("asked on Saturday at noon"), datetime.combine(saturday, time(12), calendar.zone), None))
    if coming := min((day for day in calendar.holidays if day > today), default=None):
        eve = datetime.combine(coming - timedelta(days=1), time(16, 30), calendar.zone)
        asked.append(
            (_("asked the day before %(name)s at 16:30", name=calendar.holidays[coming].name), eve, None)
        )
    return [
        (words, moment_in_words(level.due_at(moment, program), calendar.zone))
        for words, moment, program in asked
    ]

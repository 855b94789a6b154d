"""A report as sections: each with its finding, its chart's numbers, and one table that the page and the CSV share."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from inquiry_service.domain.reports import SPEEDS, Asked, Group, Report
from inquiry_service.web import report_words as words

NAMES = (
    "times",
    "volume",
    "backlog",
    "hours",
    "programs",
    "sources",
    "directors",
    "saved-replies",
    "funnel",
    "fill",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Bar:
    """One bar: `parts` are numbers that are drawn one after the other; `words` is what it says."""

    label: str
    parts: tuple[int, ...]
    words: str


@dataclass(frozen=True)
class Section:
    """`columns` and `rows` are the table; `shown` are the rows as people read them. `note` is what a number cannot say."""

    name: str
    heading: str
    finding: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    shown: Sequence[Sequence[str]]
    bars: Sequence[Bar] = ()
    kind: str = "bars"
    cells: Sequence[tuple[int, int, int, int, str]] = ()
    notes: Sequence[str] = ()
    most: int = field(default=1)

    @property
    def heads(self) -> list[Any]:
        """The columns as the page's table has them: lengths are said there with their unit."""
        return [
            self.columns[0],
            *({"label": one.removesuffix(" (s)"), "num": True} for one in self.columns[1:]),
        ]


def csv_of(section: Section) -> str:
    """The table for a program of tables, which takes no cell for a formula."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([_harmless(cell) for cell in section.columns])
    writer.writerows([_harmless(cell) for cell in row] for row in section.rows)
    return "\ufeff" + file.getvalue()


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def sections(
    report: Report, asked: Asked, names: Mapping[str, Mapping[str, str]], fill: Sequence[Any] | None
) -> list[Section]:
    """All of them, in their order. `names` says what programs, sources and people are called; `fill` is None while nobody knows."""
    return [
        _times(report),
        _volume(report, asked),
        _backlog(report),
        _hours(report),
        _groups("programs", _("By program"), report.by["program"], names["program"], words.group_found),
        _groups("sources", _("By source"), report.by["source"], names["source"], words.group_found),
        _groups(
            "directors", _("By director"), report.by["director"], names["director"], words.director_found
        ),
        _saved_replies(report),
        _funnel(report, names),
        _fill(fill),
    ]


def _times(report: Report) -> Section:
    whole = report.whole
    kinds = (
        (_("First answer, open hours"), whole.response_open),
        (_("First answer, by the calendar"), whole.response),
        (_("Closed, open hours"), whole.resolution_open),
        (_("Closed, by the calendar"), whole.resolution),
    )
    return Section(
        "times",
        _("How long answers took"),
        words.times_found(whole),
        [_("What"), _("Median (s)"), _("90th percentile (s)")],
        [(name, times.median_s, times.p90_s) for name, times in kinds],
        [(name, words.length(times.median_s), words.length(times.p90_s)) for name, times in kinds],
        [
            Bar(
                name,
                (times.median_s or 0, (times.p90_s or 0) - (times.median_s or 0)),
                f"{words.length(times.median_s)} · {words.length(times.p90_s)}",
            )
            for name, times in kinds
        ],
        notes=[_("Strong: half of them. Pale: nine of ten.")],
        most=max((times.p90_s or 1 for _name, times in kinds), default=1),
    )


def _volume(report: Report, asked: Asked) -> Section:
    rows = [
        (words.bucket_name(one, asked.unit), one.asked, one.answered, one.unanswered)
        for one in report.buckets
    ]
    notes = [_("Strong: answered. Pale: not answered.")]
    if report.set_aside:
        notes.append(
            _("%(number)s more were set aside as spam, and are counted nowhere.", number=report.set_aside)
        )
    return Section(
        "volume",
        _("What came in"),
        words.volume_found(report.whole),
        [_("When"), _("Asked"), _("Answered"), _("Unanswered")],
        [(one.begins_on.isoformat(), *row[1:]) for one, row in zip(report.buckets, rows, strict=True)],
        _as_text(rows),
        [Bar(name, (answered, all_ - answered), f"{name}: {all_}") for name, all_, answered, _left in rows],
        kind="columns",
        notes=notes,
        most=max((row[1] for row in rows), default=1),
    )


def _backlog(report: Report) -> Section:
    rows = list(zip(words.backlog_names(), report.waiting.by_age, strict=True))
    return Section(
        "backlog",
        _("What waits now, whenever it was asked"),
        words.waiting_found(report.waiting),
        [_("Waits for"), _("Questions")],
        rows,
        _as_text(rows),
        [Bar(name, (number,), str(number)) for name, number in rows],
        notes=[_("%(number)s of them are overdue.", number=report.waiting.overdue)],
        most=max((*report.waiting.by_age, 1)),
    )


def _hours(report: Report) -> Section:
    most = max(report.hours.values(), default=1)
    rows = [
        (words.weekday(day), *(report.hours.get((day, hour), 0) for hour in range(24))) for day in range(7)
    ]
    cells = [
        (hour, day, -(-5 * number // most), number, f"{words.weekday(day)} {hour}:00, {number}")
        for (day, hour), number in sorted(report.hours.items())
    ]
    return Section(
        "hours",
        _("When questions come"),
        words.hours_found(report.hours),
        [_("Day"), *(f"{hour}:00" for hour in range(24))],
        rows,
        _as_text(rows),
        kind="map",
        cells=cells,
        most=most,
    )


def _groups(
    name: str,
    heading: str,
    groups: Sequence[Group],
    names: Mapping[str, str],
    found: Callable[[Sequence[Group], Mapping[str, str]], str],
) -> Section:
    rows: list[tuple[Any, ...]] = [
        (
            names.get(one.key, one.key),
            one.asked,
            one.answered,
            one.unanswered,
            one.closed_unanswered,
            *(time for times in (one.response_open, one.response) for time in (times.median_s, times.p90_s)),
        )
        for one in groups
    ]
    return Section(
        name,
        heading,
        found(groups, names),
        [
            {"programs": _("Program"), "sources": _("Source"), "directors": _("Director")}[name],
            _("Asked"),
            _("Answered"),
            _("Unanswered"),
            _("Closed without an answer"),
            _("Median, open hours (s)"),
            _("90th percentile, open hours (s)"),
            _("Median, calendar (s)"),
            _("90th percentile, calendar (s)"),
        ],
        rows,
        [(row[0], *map(str, row[1:5]), *map(words.length, row[5:])) for row in rows],
        [
            Bar(str(row[0]), (row[2], row[1] - row[2]), f"{row[2]} / {row[1]} · {words.length(row[5])}")
            for row in rows[:12]
        ],
        notes=[
            _(
                "Strong: answered. Pale: not answered. Beside it: answered of asked, and the median in open hours."
            )
        ],
        most=max((row[1] for row in rows), default=1),
    )


def _saved_replies(report: Report) -> Section:
    rows: list[tuple[Any, ...]] = [
        (
            words.saved_reply_name(one),
            one.sent,
            one.first_answers,
            one.response_open.median_s,
            one.response.median_s,
            one.asked_again,
            words.percent(one.asked_again, one.sent),
        )
        for one in report.saved_replies
    ]
    return Section(
        "saved-replies",
        _("By saved reply, of the answers sent in this time"),
        words.saved_replies_found(report.saved_replies),
        [
            _("Saved reply"),
            _("Sent"),
            _("First answers"),
            _("Median of first answers, open hours (s)"),
            _("Median of first answers, calendar (s)"),
            _("Asked again"),
            _("Asked again of sent"),
        ],
        rows,
        [
            (row[0], str(row[1]), str(row[2]), *map(words.length, row[3:5]), str(row[5]), row[6])
            for row in rows
        ],
        [
            Bar(str(row[0]), (row[1] - row[5], row[5]), f"{row[5]} / {row[1]} · {words.length(row[3])}")
            for row in rows[:12]
        ],
        notes=[
            _(
                "Dark: the asker wrote no more. Light: the asker wrote again. Beside it: asked again of sent, and the median in open hours."
            )
        ]
        if rows
        else [],
        most=max((row[1] for row in rows), default=1),
    )


def _funnel(report: Report, names: Mapping[str, Mapping[str, str]]) -> Section:
    whole, known = report.whole, report.registered
    of = {by: (known or {}).get(by, {}) for by in ("all", "program", "source", "speed")}
    speeds = {key: words.speed_name(key) for key in SPEEDS}
    rows = [_steps(_("All"), whole, of["all"].get("", 0), known is not None)]
    for by, called in (("program", names["program"]), ("source", names["source"]), ("speed", speeds)):
        rows += [
            _steps(called.get(one.key, one.key), one, of[by].get(one.key, 0), known is not None)
            for one in report.by[by]
        ]
    steps = [(_("asked"), whole.asked), (_("answered"), whole.answered)]
    if known is not None:
        steps.append((_("registered"), of["all"].get("", 0)))
    notes = [_("Who completed a class is not kept yet.")]
    if known is None:
        notes.insert(0, _("The enrollment service does not answer now, so nobody can tell who registered."))
    return Section(
        "funnel",
        _("From a question to a seat"),
        words.funnel_found(report),
        [
            _("Group"),
            _("Asked"),
            _("Answered"),
            _("Answered of asked"),
            _("Registered"),
            _("Registered of answered"),
        ],
        rows,
        _as_text(rows),
        [Bar(name, (number,), f"{number} · {words.percent(number, whole.asked)}") for name, number in steps],
        notes=notes,
        most=max(whole.asked, 1),
    )


def _steps(name: str, group: Group, registered: int, is_known: bool) -> tuple[Any, ...]:
    seats = (registered, words.percent(registered, group.answered)) if is_known else ("–", "–")
    return (name, group.asked, group.answered, words.percent(group.answered, group.asked), *seats)


def _fill(fill: Sequence[Any] | None) -> Section:
    rows = [
        (
            one.code,
            one.title,
            one.starts_on,
            one.seats,
            one.taken,
            words.percent(one.taken, one.seats),
            one.waiting,
        )
        for one in fill or ()
    ]
    return Section(
        "fill",
        _("How full sections are"),
        words.fill_found(fill) if fill is not None else _("Not known now"),
        [_("Section"), _("Title"), _("Starts on"), _("Seats"), _("Taken"), _("Taken of seats"), _("Waiting")],
        rows,
        _as_text(rows),
        [
            Bar(f"{row[1]}, {row[2]}", (row[4], max(row[3] - row[4], 0)), f"{row[4]} / {row[3]}")
            for row in rows
        ],
        notes=[]
        if fill is not None
        else [_("The enrollment service does not answer now. The other figures are not touched by that.")],
        most=max((row[3] for row in rows), default=1),
    )


def _as_text(rows: Sequence[Sequence[Any]]) -> list[list[str]]:
    return [[str(cell) for cell in row] for row in rows]

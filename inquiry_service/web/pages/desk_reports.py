"""Reports: what happened to the questions of a period, for directors and auditors. The address holds all that was chosen.

Staff see no comparison of people; everybody sees what waits, at the desk.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import marshmallow as ma
from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from inquiry_service.domain import reports, staff
from inquiry_service.domain.reports import Asked, Report
from inquiry_service.web import report_words
from inquiry_service.web.auth import REPORT_READERS
from inquiry_service.web.desk_queue import around_page
from inquiry_service.web.downloads import saved_as
from inquiry_service.web.forms import page
from inquiry_service.web.parts import parts, settings
from inquiry_service.web.report_sections import NAMES, csv_of, sections
from inquiry_service.web.schemas.forms import ReportQuery
from inquiry_service.web.words import program_code
from shared.clock import utc_now
from shared.web.access import allow, current_person
from shared.web.mistakes import sentences_of
from shared.web.site import database
from shared.web.words import day_in_words

pages = Blueprint("reports", __name__, url_prefix="/desk/reports")
USUAL_DAYS = 30
STARTS_LATER_DAYS = 60  # sections that start soon after the period belong to its questions
NONE = "-"  # in an address: without a program, without a source
Chosen = dict[str, str]


@pages.get("")
@allow(*REPORT_READERS)
def show() -> ResponseReturnValue:
    """The last thirty days, or what the address asks for."""
    chosen, errors = _chosen()
    asked = _asked(chosen)
    report, named, fill = _read(asked)
    with database().reading() as session:
        people = [(str(one.id), one.name) for one in staff.colleagues(session)]
        around = around_page(session, current_person())
    html = render_template(
        "desk/reports.html",
        chosen=chosen,
        errors=errors,
        address=f"{settings().public_url}/desk/reports?{urlencode(chosen)}",
        query=urlencode(chosen),
        days=f"{day_in_words(asked.first)} – {day_in_words(asked.last)}",
        unanswered=report.whole.unanswered,
        unanswered_words=report_words.unanswered_found(report.whole),
        sections=sections(report, asked, named, fill),
        programs=_options(named["program"]),
        sources=_options(named["source"]),
        people=people,
        is_reports=True,
        **around,
    )
    return page(html, 422 if errors else 200)


@pages.get("/<name>.csv")
@allow(*REPORT_READERS)
def table(name: str) -> ResponseReturnValue:
    """One section's table, to be saved."""
    if name not in NAMES:
        raise NotFound
    asked = _asked(_chosen()[0])
    report, named, fill = _read(asked)
    found = next(one for one in sections(report, asked, named, fill) if one.name == name)
    data = csv_of(found).encode()
    return saved_as(f"{name}-{asked.first}-{asked.last}.csv", data, type_="text/csv")


def _chosen() -> tuple[Chosen, dict[str, str]]:
    """What the address asks for, with its days; what is no choice is left out and said."""
    errors: dict[str, str] = {}
    try:
        found = ReportQuery().load(request.args.to_dict())
    except ma.ValidationError as error:
        errors, found = sentences_of(error), {}
    today = utc_now().astimezone(settings().zone).date()
    last = found.get("to") or today
    first = found.get("from") or last - timedelta(days=USUAL_DAYS - 1)
    if first > last or last > today + timedelta(days=366):
        errors["to"] = _("Choose a last day that is not before the first")
        first, last = today - timedelta(days=USUAL_DAYS - 1), today
    others = {name: str(found[name]) for name in ("program", "source", "director") if found.get(name)}
    return {"from": first.isoformat(), "to": last.isoformat()} | others, errors


def _asked(chosen: Mapping[str, str]) -> Asked:
    found = ReportQuery().load(dict(chosen))
    program, source = ("" if found[name] == NONE else found[name] for name in ("program", "source"))
    return Asked(found["from"], found["to"], settings().zone, program, source, found["director"])


def _read(asked: Asked) -> tuple[Report, dict[str, dict[str, str]], Any]:
    """The figures, what their groups are called, and how full sections are. The sibling is asked first: no connection is held meanwhile."""
    titles = {program.slug: program.title for program in parts().enrollment.programs()}
    figures = parts().enrollment.figures(asked.first, asked.last + timedelta(days=STARTS_LATER_DAYS))
    registered = figures.registered_inquiries if figures else None
    with database().reading() as session:
        report = reports.report(session, asked, registered)
    programs = {
        one.key: titles.get(one.key, program_code(one.key)) for one in report.by["program"] if one.key
    }
    named = {
        "program": titles | programs | {"": _("No program")},
        "source": {one.key: one.key for one in report.by["source"] if one.key} | {"": _("No source")},
        "director": {one.key: one.name or _("Nobody") for one in report.by["director"]},
    }
    return report, named, figures.sections if figures else None


def _options(named: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted((key or NONE, words) for key, words in named.items())

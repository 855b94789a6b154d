"""Home, the programs, one program, and two side by side."""

from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from enrollment_service.domain import programs
from enrollment_service.domain.sections import list_sections
from enrollment_service.web.desk import desk
from shared.clock import utc_now
from shared.web.access import ANYONE, allow
from shared.web.site import database

pages = Blueprint("program_pages", __name__)
COMPARED = 4
NEXT_STARTS = 6
KIND_WORDS = {
    "hours": "Hours",
    "renewal": "Renewal",
    "certification": "Certification",
    "work": "Licence",
    "charges": "Charges",
    "practice": "Practice",
}


@pages.get("/")
@allow(ANYONE)
def home() -> str:
    """What the school teaches, and what starts next."""
    with database().reading() as session:
        listed = programs.list_programs(session)
        starts = list_sections(session, is_open=True, limit=NEXT_STARTS)
    return render_template("home.html", programs=listed, sections=starts)


@pages.get("/programs")
@allow(ANYONE)
def list_programs() -> str:
    """All programs, each with its next start."""
    with database().reading() as session:
        listed = programs.list_programs(session)
        starts = list_sections(session, is_open=True, limit=100)
    first_starts: dict[str, Any] = {}
    for section in starts:
        if section.seats_left:
            first_starts.setdefault(section.program, section)
    return render_template("programs.html", programs=listed, first_starts=first_starts)


@pages.get("/programs/<slug>")
@allow(ANYONE)
def show_program(slug: str) -> str:
    """Everything about one program: facts, rules with their sources, next starts with live seats."""
    with database().reading() as session:
        program = programs.show_program(session, slug)
        rules = programs.rules_by_program(session, [program.id]).get(program.id, [])
        starts = list_sections(session, program=slug, is_open=True, limit=12)
    today = _today()
    return render_template(
        "program.html",
        program=program,
        rules=[(_kind(rule), rule) for rule in programs.rules_on(rules, today)],
        other_rules=[(_kind(rule), rule) for rule in programs.doubtful(rules, today)],
        sections=starts,
        ask_url=f"{desk().settings.inquiry_url}/ask?program={slug}",
    )


@pages.get("/compare")
@allow(ANYONE)
def compare() -> str:
    """Programs side by side: `?programs=cma,mat`, or the boxes of the page's own form."""
    wanted = [slug for given in request.args.getlist("programs") for slug in given.split(",") if slug]
    with database().reading() as session:
        listed = programs.list_programs(session)
        by_slug = {program.slug: program for program in listed}
        chosen = [by_slug[slug] for slug in dict.fromkeys(wanted) if slug in by_slug][:COMPARED]
        rules = programs.rules_by_program(session, [program.id for program in chosen])
        starts = {
            program.slug: list_sections(session, program=program.slug, is_open=True, limit=2)
            for program in chosen
        }
    today = _today()
    in_force = {program.slug: programs.rules_on(rules.get(program.id, []), today) for program in chosen}
    return render_template(
        "compare.html",
        programs=listed,
        chosen=chosen,
        chosen_slugs={program.slug for program in chosen},
        rules=in_force,
        starts=starts,
    )


def _today() -> Any:
    return utc_now().astimezone(desk().settings.zone).date()


def _kind(rule: Any) -> str:
    return str(_(KIND_WORDS.get(rule.kind, rule.kind)))

"""Every sentence that people meet can be said in another language: pages, errors, refusals and letters."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from flask import Flask
from sqlalchemy import text

from enrollment_service.app import create_app as create_enrollment
from inquiry_service.app import create_app as create_inquiry
from inquiry_service.domain import inquiries, merges, splits
from inquiry_service.terms import Via
from inquiry_service.web.words import clipped
from shared.clock import utc_now
from shared.db import Database
from shared.references import References
from tests.builders import EFFAT, PHLEBOTOMY_QUESTION, a_director, an_inquiry, sign_in
from tests.enrollment.builders import a_section, registered
from tests.inquiry.reading_pages import hidden_of, press
from tests.translation.marked_catalog import ROOT, unsaid, write_marked_catalog
from tests.working import Working, text_of

LOCALE = "es"
_CALENDAR = Locale.parse(LOCALE)
_DATES = tuple(
    word
    for names in (_CALENDAR.days["format"], _CALENDAR.months["format"])
    for width in ("wide", "abbreviated")
    for word in names[width].values()
)
DATA = (
    *_DATES,
    "CST",
    "CDT",
    "hora central",
    "US$",
    "Ctrl",
    "Space",
    "Riverside Training College",
    "Frontdesk",
    "name@example.com",
)
FOR_ENGINEERS = ("styleguide.html", "api_docs.html")
_REFERENCES = text("SELECT reference FROM inquiry")
_CATALOG_TEXTS = text("""
    SELECT DISTINCT value #>> '{}' AS value FROM program, jsonb_each(to_jsonb(program)) WHERE jsonb_typeof(value) = 'string'
    UNION SELECT DISTINCT value #>> '{}' FROM section, jsonb_each(to_jsonb(section)) WHERE jsonb_typeof(value) = 'string'
""")
TYPED = (
    "Effat R.",
    EFFAT,
    *PHLEBOTOMY_QUESTION.split("\n"),
    clipped(PHLEBOTOMY_QUESTION),
    "PHLEBOTOMY",
    "Phlebotomy",
)


@pytest.fixture(scope="module")
def translations(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The marked catalog."""
    return write_marked_catalog(tmp_path_factory.mktemp("translations"), LOCALE)


def _speaking(app: Flask, translations: Path) -> Flask:
    app.extensions["babel"].translation_directories = [str(translations)]
    return app


@pytest.fixture
def inquiry(inquiry_db: Database, make_inquiry_settings: Callable[..., Any], translations: Path) -> Flask:
    """The inquiry service in the marked language."""
    return _speaking(create_inquiry(make_inquiry_settings(school_locale=LOCALE)), translations)


@pytest.fixture
def enrollment(
    enrollment_db: Database, make_enrollment_settings: Callable[..., Any], translations: Path
) -> Flask:
    """The enrollment service in the marked language."""
    return _speaking(create_enrollment(make_enrollment_settings(school_locale=LOCALE)), translations)


def test_the_form_and_its_errors_can_be_translated(inquiry: Flask) -> None:
    client = inquiry.test_client()
    empty = client.get("/ask")
    assert "⟦" in empty.text
    assert unsaid(empty.text, DATA) == []
    form = hidden_of(empty.text, "/ask")
    wrong = {"name": "a\nb", "email": "nobody", "question": "x" * 8001, "phone": "1" * 41}
    for typed in (wrong, {}):
        answer = client.post("/ask", data=form | typed)
        assert answer.status_code == 422
        assert unsaid(answer.text, (*DATA, "x" * 8001, "nobody")) == []
    sent = client.post("/ask", data=form | {"name": "Effat R.", "email": EFFAT, "question": "Is it easy?"})
    assert unsaid(client.get(sent.location).text, (*DATA, sent.location.rpartition("/")[2])) == []


def test_the_askers_pages_can_be_translated(
    inquiry: Flask, inquiry_db: Database, inquiry_work: Working
) -> None:
    an_inquiry(inquiry_db)
    inquiry_work.drain()
    found = re.search(r"/inquiries/[a-z2-7]{26}", text_of(inquiry_work.letters(EFFAT)[-1]))
    assert found
    link, client = found.group(0), inquiry.test_client()
    thread = client.get(link)
    pages = [thread.text, press(client, thread, f"{link}/messages", body="").text]
    find = client.get("/inquiries/find")
    pages += [find.text, press(client, find, "/inquiries/find", email="nobody").text]
    pages += [
        client.get(where).text for where in ("/inquiries/" + "a" * 26, "/nowhere", "/privacy", "/sign-in")
    ]
    reference = inquiry_db.run(_REFERENCES)[0].reference
    for page in pages:
        assert unsaid(page, (*DATA, *TYPED, reference, "nobody")) == []


def test_the_desk_can_be_translated(inquiry: Flask, inquiry_db: Database) -> None:
    director, client = a_director(inquiry_db), inquiry.test_client()
    inquiry_id, suspect = (
        an_inquiry(inquiry_db),
        an_inquiry(inquiry_db, is_suspect=True, email="b@example.com"),
    )
    sign_in(client, inquiry_db, director)
    thread = client.get(f"/desk/inquiries/{inquiry_id}")
    pages = [thread.text, client.get("/desk").text, client.get(f"/desk/inquiries/{suspect}").text]
    pages += [client.get(f"/desk?view={view}").text for view in ("mine", "waiting", "closed", "quarantine")]
    for action in ("notes", "replies", "calls"):
        pages.append(press(client, thread, f"/desk/inquiries/{inquiry_id}/{action}", body="").text)
    pages += [
        client.get(where).text
        for where in (
            "/desk/unfiled",
            "/account",
            "/desk/hours",
            "/desk/reports",
            "/desk/inquiries/" + "0" * 8,
        )
    ]
    references = tuple(row.reference for row in inquiry_db.run(_REFERENCES))
    people = ("Dora Vance", "Dora", "DV", "dora@riverside.example", "Registration Director", "b@example.com")
    for page in pages:
        addresses = [unescape(address) for address in re.findall(r">(http://[^<]+)<", page)]
        assert unsaid(page, (*DATA, *TYPED, *references, *people, *addresses)) == []


def test_threads_as_a_whole_can_be_translated(inquiry: Flask, inquiry_db: Database) -> None:
    director, client = a_director(inquiry_db), inquiry.test_client()
    inquiry_id, other = an_inquiry(inquiry_db), an_inquiry(inquiry_db)
    third = an_inquiry(inquiry_db, email="b@example.com")
    sign_in(client, inquiry_db, director)
    base = f"/desk/inquiries/{inquiry_id}"
    thread = client.get(base)
    reference = inquiry_db.run(text("SELECT reference FROM inquiry WHERE id = :id"), {"id": third})[0][0]
    pages = [
        thread.text,
        press(client, thread, f"{base}/merge", reference=reference).text,
        press(client, client.get(f"{base}?do=merge"), f"{base}/merge", reference="").text,
        press(client, thread, f"{base}/tags", word="!").text,
    ]
    press(client, thread, f"{base}/tags", word="x")
    press(client, thread, f"{base}/program", new_program="")
    press(client, thread, f"{base}/notes", body="@d @zz")
    with inquiry_db.transaction() as session:
        merges.merge(session, director, inquiry_id, other)
        message = inquiries.follow_up(session, inquiry_id, "x", via=Via.LINK, due_at=utc_now())
        references = References(inquiry_db, "inquiry_reference_seq", "Q")
        splits.split(session, references, director, inquiry_id, [message.id], due_at=utc_now())
    pages += [
        client.get(where).text for where in (base, f"{base}/history", "/desk/new", "/desk?view=mentions")
    ]
    pages.append(press(client, client.get("/desk/new"), "/desk/new", via="", name="", question="").text)
    found = tuple(row.reference for row in inquiry_db.run(_REFERENCES))
    people = ("Dora Vance", "Dora", "DV", "dora@riverside.example", "Registration Director", "b@example.com")
    typed = (
        "@zz",
        "@d @zz",
        "#x",
        "x",
        clipped(PHLEBOTOMY_QUESTION, 80).removeprefix("Hello dear director "),
    )
    for page in pages:
        assert unsaid(page, (*DATA, *TYPED, *found, *people, *typed)) == []


def test_registering_and_its_refusals_can_be_translated(enrollment: Flask, enrollment_db: Database) -> None:
    section_id = a_section(enrollment_db, seats=1)
    client = enrollment.test_client()
    address = f"/register/{section_id}"
    pages = [
        client.get(where).text for where in ("/", "/programs", "/compare", f"/sections/{section_id}", address)
    ]
    form = hidden_of(pages[-1], address)
    pages += [
        client.post(address, data=form | typed).text for typed in ({}, {"name": "A", "email": "nobody"})
    ]
    details = {"name": "Effat R.", "email": EFFAT}
    pages.append(client.post(address, data=form | details).text)
    registered(enrollment_db, section_id, "Somebody")
    pages.append(client.post(address, data=form | details | {"step": "confirm"}).text)
    pages += [client.get("/my").text, client.post("/my", data={"email": "nobody"}).text]
    names = tuple(row.value for row in enrollment_db.run(_CATALOG_TEXTS) if row.value)
    for page in pages:
        assert unsaid(page, (*DATA, *TYPED, *names, "nobody", "USD")) == []


def test_what_no_catalog_has_is_found() -> None:
    page = "<h1 title='Not said'>⟦Ask ⟦twice⟧⟧ Effat</h1><p>Raw words</p>"
    assert unsaid(page, ("Effat",)) == ["Not said", "Raw words"]


@pytest.mark.parametrize(
    "template",
    sorted(
        path
        for package in ("shared", "inquiry_service", "enrollment_service")
        for path in (ROOT / package).rglob("*.*")
        if path.suffix in (".html", ".txt", ".subject") and path.name not in FOR_ENGINEERS
    ),
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_a_template_has_no_words_of_its_own(template: Path) -> None:
    assert words_outside(template.read_text()) == []


def test_a_templates_own_words_are_found() -> None:
    assert words_outside('<p title="{{ _("Hello") }}">Good day {{ name }}</p>') == ["Good day"]
    assert words_outside('<p aria-label="Close it">{% if x %}{{ _("Said") }}{% endif %}</p>') == ["Close it"]


def words_outside(source: str) -> list[str]:
    """Words of a template that stand in no expression: nobody can translate them."""
    source = re.sub(r"\{% block body_class %\}.*?\{% endblock %\}", "", source)
    source = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", source, flags=re.DOTALL)
    source = re.sub(r'(?<=\s)(?!aria-label|title)[\w-]+="\w*"(?: disabled)?', "", source)
    return unsaid(source, DATA)

"""What pages of staff cost: at most twelve statements each, whatever there is to show; and few bytes on the way."""

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from inquiry_service.domain import (
    drafts,
    inbound,
    inquiries,
    notes,
    replies,
    reply_files,
    snoozes,
    tags,
)
from inquiry_service.domain.reply_files import GivenFile
from inquiry_service.terms import Via
from shared.clock import utc_now
from shared.db import Database
from tests.builders import a_person, an_answer, an_inquiry
from tests.enrollment.builders import a_section
from tests.inquiry.composing import Composing
from tests.inquiry.threads import merged, writes_again

MOST_STATEMENTS = 12
FIRST_LOAD, A_THREAD = 90 * 1024, 10 * 1024  # gzip
_NOT_PAGES = ("/account/first/",)


@pytest.fixture
def full(composing: Composing) -> dict[str, Any]:
    """A desk with something of everything in it; and the ids that its addresses are made of."""
    db, director = composing.inquiry_db, composing.director
    for _ in range(2):
        a_section(composing.enrollment_db)
    ben = a_person(db, "staff", email="ben@riverside.example", name="Ben Castillo")
    many = [an_inquiry(db, email=f"a{n}@example.com", program="mat", source=f"Page {n}") for n in range(12)]
    inquiry_id, other = (
        an_inquiry(db, program="mat"),
        an_inquiry(db, program="mat", question="Is there parking?"),
    )
    for one in many[:4]:
        an_answer(db, one, director)
    composing.work.drain()
    saved = [composing.saved("Good morning {name}, soon.", title=f"Saved {n}") for n in range(5)]
    writes_again(db, inquiry_id, "One more thing.")
    merged(db, director, inquiry_id, other)
    an_answer(db, inquiry_id, ben)
    composing.work.drain()
    with db.transaction() as session:
        notes.write(session, inquiry_id, ben, "@dora please look")
        tags.add(session, inquiry_id, director.actor, "grant")
        snoozes.snooze(session, many[5], director.actor, utc_now() + timedelta(days=1))
        held = replies.hold(session, inquiry_id, director, "Held words.", "by mail", based_on=1, via=Via.MAIL)
        inquiries.log_call(session, inquiry_id, director, "Nobody there.", is_answered=False)
        draft = drafts.save_draft(session, inquiry_id, director, "A draft, and a good deal of it.")
        drafts.save_draft(session, inquiry_id, director, "Other words.")
        reply_files.attach(session, draft.id, [GivenFile(f"{n}.pdf", b"%%PDF %d" % n) for n in range(3)])
        raw_id = inbound.store_raw(session, _a_mail_with_a_file(), mailbox="imap:x/INBOX")
    composing.work.drain()
    return {
        "inquiry_id": inquiry_id,
        "reply_id": draft.id,
        "saved_reply_id": saved[0],
        "raw_id": raw_id,
        "number": 1,
        "name": "programs",
        "held": held.id,
    }


def _a_mail_with_a_file() -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.com", "x@example.com", "Hi"
    mail.set_content("Hello.")
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    return mail.as_bytes()


def pages_of(app: Flask, ids: dict[str, Any]) -> Iterator[str]:
    """The address of every page of the desk and of the account that can be opened."""
    adapter = app.url_map.bind("127.0.0.1")
    for rule in app.url_map.iter_rules():
        is_page = rule.rule.startswith(("/desk", "/account")) and not rule.rule.startswith(_NOT_PAGES)
        if is_page and "GET" in (rule.methods or ()):
            yield str(adapter.build(rule.endpoint, {name: ids[name] for name in rule.arguments}))


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """What the service sends to its database meanwhile, by either road; whether a pooled connection is alive does not count."""
    seen: list[str] = []
    database: Database = app.extensions["frontdesk"].database
    run = database._run

    def ran(statement: Any, parameters: Any) -> Any:
        seen.append(str(statement))
        return run(statement, parameters)

    def executed(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement != "SELECT 1":
            seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", executed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_run", ran)
        try:
            yield seen
        finally:
            event.remove(database.engine, "before_cursor_execute", executed)


def test_no_page_of_staff_takes_more_than_twelve_statements(
    composing: Composing, full: dict[str, Any]
) -> None:
    """Of all pages there are: a new one is among them by itself."""
    pages = [
        *pages_of(composing.client.application, full),
        *(
            f"/desk?view={view}"
            for view in ("new", "mine", "mentions", "open", "waiting", "held", "closed", "all")
        ),
        "/desk?q=effat",
        "/desk/queue?q=efat&view=all",
        *(f"/desk/inquiries/{full['inquiry_id']}?do={what}" for what in ("merge", "split", "offers", "note")),
        "/desk/reports?from=2025-01-01",
    ]
    assert len(pages) > 35
    costly, not_there = {}, {}
    for page in pages:
        composing.client.get(page)
        with statements(composing.client.application) as seen:
            answer = composing.client.get(page)
        if answer.status_code != 200:
            not_there[page] = answer.status_code
        if not 0 < len(seen) <= MOST_STATEMENTS:
            costly[page] = [" ".join(one.split())[:110] for one in seen]
    assert costly == {}, "\n".join(line for lines in costly.values() for line in ["", *lines])
    assert not_there == {}


def _weight(composing: Composing, path: str) -> int:
    answer = composing.client.get(path)
    assert answer.status_code == 200
    return len(gzip.compress(answer.data))


def test_the_desk_weighs_little_when_it_is_opened_first_and_less_for_each_thread_after(
    composing: Composing, full: dict[str, Any]
) -> None:
    thread = f"/desk/inquiries/{full['inquiry_id']}"
    page = composing.client.get("/desk?view=all").text + composing.client.get(thread).text
    files = {found.replace("&amp;", "&") for found in re.findall(r'(?:src|href)="(/static/[^"]+)"', page)}
    assert len(files) > 5
    first = _weight(composing, "/desk?view=all") + sum(_weight(composing, path) for path in files)
    each = _weight(composing, thread) + _weight(composing, f"{thread}/offers")
    assert first + each <= FIRST_LOAD
    assert each <= A_THREAD

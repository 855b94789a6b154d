"""The search: every text of a thread, people by name, address and number, and what was asked for in its operators."""

from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text, update

from inquiry_service.db.models import Inquiry
from inquiry_service.domain import inquiries, name_words, reply_queue
from inquiry_service.domain.reply_queue import Page
from inquiry_service.terms import Via
from shared.clock import utc_now
from shared.db import Database
from shared.errors import Invalid
from shared.people import Person
from tests.builders import a_director, an_answer, an_inquiry
from tests.working import Working

CHICAGO = ZoneInfo("America/Chicago")
_SOME_TIME_AGO = text("UPDATE inquiry SET created_at = created_at - interval '1 hour'")


@pytest.fixture
def director(inquiry_db: Database) -> Person:
    """Who searches."""
    return a_director(inquiry_db)


def _page(database: Database, person: Person, typed: str) -> Page:
    with database.reading() as session:
        return reply_queue.page(session, person.id, "all", filters={"q": typed}, zone=CHICAGO)


def _found(database: Database, person: Person, typed: str) -> Sequence[UUID]:
    return [item.id for item in _page(database, person, typed).items]


def _set(database: Database, inquiry_id: UUID, **values: object) -> None:
    with database.transaction() as session:
        session.execute(update(Inquiry).where(Inquiry.id == inquiry_id).values(**values))


def test_every_text_of_a_thread_is_found(inquiry_db: Database, director: Person) -> None:
    long_question = "Where do I park? " + "word " * 500 + "wheelchair"
    inquiry_id = an_inquiry(inquiry_db, question=long_question)
    an_inquiry(inquiry_db, question="Something else", email="tom@example.com", name="Tom Lindqvist")
    with inquiry_db.transaction() as session:
        inquiries.add_note(session, inquiry_id, director, "She called about the zucchini diet.")
        inquiries.follow_up(session, inquiry_id, "And the elevator?", via=Via.LINK, due_at=utc_now())
    an_answer(inquiry_db, inquiry_id, director, "The ramp is at the north entrance.")
    for words in (
        "wheelchair",
        "zucchini",
        "elevator",
        "north ramp",
        '"north entrance"',
        "elev",
        "park -tom",
    ):
        assert _found(inquiry_db, director, words) == [inquiry_id], words
    assert _found(inquiry_db, director, '"entrance north"') == []


def test_a_thread_longer_than_can_be_heard_still_grows(inquiry_db: Database, director: Person) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    with inquiry_db.transaction() as session:
        for number in range(60):
            words = " ".join(f"w{number}x{at}" for at in range(2500))
            inquiries.follow_up(session, inquiry_id, words, via=Via.LINK, due_at=utc_now())
    assert _found(inquiry_db, director, "w0x17") == [inquiry_id]
    with inquiry_db.reading() as session:
        assert session.get_one(Inquiry, inquiry_id).messages == 61


def test_people_are_found_by_name_address_and_number(inquiry_db: Database, director: Person) -> None:
    ana = an_inquiry(inquiry_db, name="Ana Soto", email="ana.soto@school.example", phone="(555) 010-0142")
    bo = an_inquiry(inquiry_db, name="Bo Ek", email="bo@other.example", question="Is ana there?")
    assert set(_found(inquiry_db, director, "ana")) == {ana, bo}
    for typed in (
        "from:ana",
        "from:ana.soto@school.example",
        "from:soto from:ana",
        "555 010 0142",
        "+1 (555) 010-0142",
    ):
        assert _found(inquiry_db, director, typed) == [ana], typed
    assert _found(inquiry_db, director, "555 010 0143") == []


def test_operators_narrow_a_search(inquiry_db: Database, director: Person) -> None:
    mat = an_inquiry(inquiry_db, program="mat", question="Evening class?")
    cma = an_inquiry(inquiry_db, program="cma", question="Evening class?")
    _set(inquiry_db, mat, status="closed", assignee_id=director.id, has_files=True)
    assert _found(inquiry_db, director, "evening program:MAT") == [mat]
    assert _found(inquiry_db, director, "evening status:closed") == [mat]
    assert _found(inquiry_db, director, "has:attachment") == [mat]
    assert _found(inquiry_db, director, "is:mine") == [mat]
    assert _found(inquiry_db, director, "is:unassigned evening") == [cma]


def test_a_day_is_the_schools_day(inquiry_db: Database, director: Person) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    _set(inquiry_db, inquiry_id, created_at=text("'2026-11-02 04:30+00'"))  # 22:30 on the first, in Chicago
    assert _found(inquiry_db, director, "before:2026-11-02") == [inquiry_id]
    assert _found(inquiry_db, director, "after:2026-11-01") == []
    assert _found(inquiry_db, director, "after:2026-10-31 before:2026-11-02") == [inquiry_id]


def test_a_mistyped_name_finds_those_written_nearly_like_it(
    inquiry_db: Database, director: Person, inquiry_work: Working
) -> None:
    gonzales = an_inquiry(inquiry_db, name="José Gonzales", email="jg@example.com")
    an_inquiry(inquiry_db, name="Priya Raman", email="pr@example.com")
    with inquiry_db.transaction() as session:
        session.execute(_SOME_TIME_AGO)
        assert name_words.learn(session) == 2
    for typed in ("gonzlaes", "Gonzalez", "from:gonzalse", "jose"):
        page = _page(inquiry_db, director, typed)
        assert [item.id for item in page.items] == [gonzales], typed
        assert page.instead
    assert _page(inquiry_db, director, "gonzales").instead == ()
    assert _page(inquiry_db, director, "zebra").items == []


def test_names_that_come_while_others_are_learnt_are_learnt_the_next_time(inquiry_db: Database) -> None:
    an_inquiry(inquiry_db, name="Priya Raman")
    with inquiry_db.transaction() as session:
        assert name_words.learn(session) == 0, "perhaps not all of this moment are committed"
        session.execute(_SOME_TIME_AGO)
    an_inquiry(inquiry_db, name="Luke Ferris")
    with inquiry_db.transaction() as session:
        name_words.learn(session)
        session.execute(_SOME_TIME_AGO)
        name_words.learn(session)
        assert set(session.scalars(text("SELECT word FROM name_word"))) == {
            "priya",
            "raman",
            "luke",
            "ferris",
        }


@pytest.mark.parametrize("typed", ["status:angry", "before:tomorrow"])
def test_a_search_that_cannot_be_read_is_refused_by_its_field(
    inquiry_db: Database, director: Person, typed: str
) -> None:
    with pytest.raises(Invalid) as refused:
        _page(inquiry_db, director, typed)
    assert list(refused.value.fields) == ["q"]


@pytest.mark.parametrize(
    "typed", ["'", "a & b", "!(", ":*", "\\", "_", "a:*b", '"', "-", "from:_", "%", "éà ñ"]
)
def test_whatever_is_typed_is_searched(inquiry_db: Database, director: Person, typed: str) -> None:
    an_inquiry(inquiry_db)
    _page(inquiry_db, director, typed)

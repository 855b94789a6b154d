"""Questions as they come in, and what staff do with them."""

import pytest
from sqlalchemy import text

from inquiry_service.domain import inquiries, reply_queue
from inquiry_service.domain.errors import NothingToTake, TakenBySomebodyElse, WrongMove
from inquiry_service.domain.inquiries import NewInquiry
from inquiry_service.terms import Via
from shared.clock import utc_now
from shared.db import Database
from shared.errors import SameKeyOtherBody
from shared.references import References
from tests.builders import EFFAT, a_director, a_person, a_question, an_inquiry
from tests.working import Working, text_of


def _count(db: Database, table: str) -> int:
    return db.run(text(f"SELECT count(*) AS n FROM {table}"))[0].n


def test_an_inquiry_its_question_and_its_letters_stand_together(inquiry_db: Database) -> None:
    a_director(inquiry_db)
    an_inquiry(inquiry_db)
    assert [_count(inquiry_db, table) for table in ("inquiry", "message", "letter")] == [1, 1, 2]


def test_the_same_submission_is_one_inquiry(inquiry_db: Database) -> None:
    references = References(inquiry_db, "inquiry_reference_seq", "Q")
    first, second = (
        inquiries.submit(
            inquiry_db,
            references,
            NewInquiry(**a_question(), due_at=utc_now()),
            key="k1",
            body_hash=b"x" * 32,
        )
        for _ in range(2)
    )
    assert (first.reference, second.is_fresh) == (second.reference, False)
    assert _count(inquiry_db, "inquiry") == 1


def test_the_same_key_with_another_body_is_refused(inquiry_db: Database) -> None:
    references = References(inquiry_db, "inquiry_reference_seq", "Q")
    inquiries.submit(
        inquiry_db, references, NewInquiry(**a_question(), due_at=utc_now()), key="k1", body_hash=b"x" * 32
    )
    with pytest.raises(SameKeyOtherBody):
        inquiries.submit(
            inquiry_db,
            references,
            NewInquiry(**a_question(), due_at=utc_now()),
            key="k1",
            body_hash=b"y" * 32,
        )


def test_the_acknowledgement_has_not_a_byte_that_the_visitor_typed(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    an_inquiry(inquiry_db, name="Buy Pills Now", question="cheap watches at evil dot example")
    inquiry_work.drain()
    letter = inquiry_work.letters(EFFAT)[0]
    assert not any(
        typed in letter.as_string() + text_of(letter) for typed in ("Buy Pills", "watches", "evil dot")
    )
    assert letter["Auto-Submitted"] == "auto-generated"


def test_an_address_is_acknowledged_once_a_day(inquiry_db: Database, inquiry_work: Working) -> None:
    an_inquiry(inquiry_db)
    inquiry_work.drain()
    an_inquiry(inquiry_db)
    inquiry_work.drain()
    assert len(inquiry_work.letters(EFFAT)) == 1


def test_a_suspect_gets_no_letter_and_nobody_is_told(inquiry_db: Database, inquiry_work: Working) -> None:
    a_director(inquiry_db)
    an_inquiry(inquiry_db, is_suspect=True)
    inquiry_work.drain()
    assert inquiry_work.letters() == []


def test_a_released_suspect_gets_the_letters_it_would_have_had(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db, is_suspect=True)
    with inquiry_db.transaction() as session:
        inquiries.move(session, inquiry_id, director.actor, "not_spam", due_at=utc_now())
    inquiry_work.drain()
    assert {letter["Delivered-To"] for letter in inquiry_work.letters()} == {EFFAT, director.email}


def test_only_who_answers_for_the_program_is_told(inquiry_db: Database, inquiry_work: Working) -> None:
    a_person(inquiry_db, "staff", email="ben@riverside.example", name="Ben", programs=("mat",))
    a_person(inquiry_db, "staff", email="ana@riverside.example", name="Ana", programs=("phlebotomy",))
    an_inquiry(inquiry_db)
    inquiry_work.drain()
    assert len(inquiry_work.letters("ana@riverside.example")) == 1
    assert inquiry_work.letters("ben@riverside.example") == []


def test_a_follow_up_reopens_a_closed_inquiry(inquiry_db: Database) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    with inquiry_db.transaction() as session:
        inquiries.move(session, inquiry_id, director.actor, "close", due_at=utc_now())
    with inquiry_db.transaction() as session:
        inquiries.follow_up(session, inquiry_id, "One more thing.", via=Via.LINK, due_at=utc_now())
    with inquiry_db.reading() as session:
        assert inquiries.find(session, inquiry_id).status == "open"


def test_take_next_gives_the_longest_due_of_ones_own_programs_first(inquiry_db: Database) -> None:
    ben = a_person(inquiry_db, "staff", email="ben@riverside.example", name="Ben", programs=("mat",))
    an_inquiry(inquiry_db, program="cna")
    mat = an_inquiry(inquiry_db, program="mat")
    with inquiry_db.transaction() as session:
        assert reply_queue.take_next(session, ben).id == mat


def test_take_next_says_when_nobody_waits(inquiry_db: Database) -> None:
    director = a_director(inquiry_db)
    with pytest.raises(NothingToTake), inquiry_db.transaction() as session:
        reply_queue.take_next(session, director)


def test_what_somebody_has_cannot_be_claimed(inquiry_db: Database) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    ben = a_person(inquiry_db, "staff", email="ben@riverside.example", name="Ben")
    with inquiry_db.transaction() as session:
        reply_queue.claim(session, inquiry_id, director)
    with pytest.raises(TakenBySomebodyElse), inquiry_db.transaction() as session:
        reply_queue.claim(session, inquiry_id, ben)


def test_a_new_inquiry_cannot_be_reopened(inquiry_db: Database) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    with pytest.raises(WrongMove), inquiry_db.transaction() as session:
        inquiries.move(session, inquiry_id, director.actor, "reopen", due_at=utc_now())


def test_the_queue_pages_without_losing_or_repeating_anyone(inquiry_db: Database) -> None:
    director = a_director(inquiry_db)
    made = {an_inquiry(inquiry_db, name=f"Asker {n}") for n in range(7)}
    seen, cursor = [], None
    while True:
        with inquiry_db.reading() as session:
            page = reply_queue.page(session, director.id, "new", filters={}, cursor=cursor, limit=3)
        seen += [item.id for item in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert len(seen) == 7
    assert set(seen) == made


def test_search_finds_words_of_the_question(inquiry_db: Database) -> None:
    director, wanted = a_director(inquiry_db), an_inquiry(inquiry_db)
    an_inquiry(inquiry_db, question="What does it cost?")
    with inquiry_db.reading() as session:
        page = reply_queue.page(session, director.id, "all", filters={"q": "hospital"})
    assert [item.id for item in page.items] == [wanted]

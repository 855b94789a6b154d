"""Earlier answers to questions like this one."""

from uuid import UUID

from sqlalchemy import text

from inquiry_service.domain import inquiries, similar
from shared.db import Database
from shared.people import Person
from tests.builders import a_director, an_answer, an_inquiry
from tests.inquiry.composing import Composing, box_of
from tests.inquiry.reading_pages import words_of
from tests.working import Working

ABOUT_WORK = "Is it easy to find a job at a hospital after the phlebotomy certification?"
ABOUT_PARKING = "Where may I leave my car in the evening, is there parking nearby?"


def _answered(
    db: Database, work: Working, director: Person, question: str, answer: str, **given: str
) -> UUID:
    inquiry_id = an_inquiry(db, question=question, **given)
    an_answer(db, inquiry_id, director, answer)
    work.drain()
    return inquiry_id


def _learn(db: Database) -> int:
    with db.transaction() as session:
        return similar.learn(session, locale="en")


def _like(db: Database, inquiry_id: UUID) -> list[str]:
    with db.reading() as session:
        return [row.body for row in similar.like(session, inquiries.find(session, inquiry_id), locale="en")]


def test_answers_to_questions_like_it_are_found_the_nearest_first(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    director = a_director(inquiry_db)
    _answered(inquiry_db, inquiry_work, director, ABOUT_WORK, "Most find work.")
    _answered(inquiry_db, inquiry_work, director, ABOUT_PARKING, "Behind the house.")
    _answered(inquiry_db, inquiry_work, director, "Do hospitals ask for a certification?", "They do.")
    assert _learn(inquiry_db) == 3
    new = an_inquiry(
        inquiry_db, question="Will a hospital give me a job with the certification for phlebotomy?"
    )
    assert _like(inquiry_db, new) == ["Most find work.", "They do."]


def test_an_inquiry_is_never_like_itself(inquiry_db: Database, inquiry_work: Working) -> None:
    director = a_director(inquiry_db)
    own = _answered(inquiry_db, inquiry_work, director, ABOUT_WORK, "Most find work.")
    _learn(inquiry_db)
    assert _like(inquiry_db, own) == []


def test_the_same_program_comes_first(inquiry_db: Database, inquiry_work: Working) -> None:
    director = a_director(inquiry_db)
    for program in ("cma", "phlebotomy"):
        _answered(inquiry_db, inquiry_work, director, ABOUT_WORK, f"About {program}.", program=program)
    _answered(inquiry_db, inquiry_work, director, ABOUT_WORK, "About cma again.", program="cma")
    _learn(inquiry_db)
    found = _like(inquiry_db, an_inquiry(inquiry_db, question=ABOUT_WORK, program="phlebotomy"))
    assert found[0] == "About phlebotomy."
    assert len(found) == 3


def test_spam_and_answers_that_were_not_sent_teach_nothing(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    director = a_director(inquiry_db)
    unsent = an_inquiry(inquiry_db, question=ABOUT_WORK)
    an_answer(inquiry_db, unsent, director, "Not sent.")
    assert _learn(inquiry_db) == 0
    spam = _answered(inquiry_db, inquiry_work, director, ABOUT_WORK, "Sent.")
    inquiry_db.run(text("UPDATE inquiry SET status = 'spam' WHERE id = :id"), {"id": spam})
    inquiry_db.run(text("UPDATE reply SET status = 'failed' WHERE inquiry_id = :id"), {"id": unsent})
    _learn(inquiry_db)
    assert _like(inquiry_db, an_inquiry(inquiry_db, question=ABOUT_WORK)) == []


def test_learning_twice_learns_once_and_goes_on_where_it_stopped(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    director = a_director(inquiry_db)
    _answered(inquiry_db, inquiry_work, director, ABOUT_WORK, "Most find work.")
    assert (_learn(inquiry_db), _learn(inquiry_db)) == (1, 0)
    _answered(inquiry_db, inquiry_work, director, ABOUT_PARKING, "Behind the house.")
    assert _learn(inquiry_db) == 1


def test_common_words_are_not_looked_up_once_the_statistics_know_them(
    inquiry_db: Database, inquiry_work: Working, inquiry_urls: tuple[str, str]
) -> None:
    """Every question has `program` and `class`; the rare word decides."""
    from sqlalchemy import create_engine

    director = a_director(inquiry_db)
    for number in range(12):
        _answered(
            inquiry_db, inquiry_work, director, f"Your program and the class number{number}?", f"A{number}."
        )
    _answered(
        inquiry_db,
        inquiry_work,
        director,
        "Does the class program accept tattoos on visible skin?",
        "It does.",
    )
    _learn(inquiry_db)
    with create_engine(inquiry_urls[1], isolation_level="AUTOCOMMIT").connect() as owner:
        owner.execute(text("ANALYZE answered_question"))
    new = an_inquiry(inquiry_db, question="I have tattoos on my skin: may I join the class of your program?")
    assert _like(inquiry_db, new)[0] == "It does."


def test_nobody_is_greeted_by_a_stranger_s_name() -> None:
    body = "Good morning Ana,\n\nyes, Ana, bananas are fine."
    assert (
        similar.greeting_changed(body, "Ana B.", "Effat R.")
        == "Good morning Effat,\n\nyes, Effat, bananas are fine."
    )


def test_it_stands_beside_the_composer_with_what_is_stale_marked(composing: Composing) -> None:
    db = composing.inquiry_db
    _answered(
        db,
        composing.work,
        composing.director,
        ABOUT_WORK,
        "Good morning Ana, it costs $950 on May 3.",
        name="Ana B.",
    )
    _learn(db)
    new = an_inquiry(db, question=ABOUT_WORK)
    offers = composing.client.get(f"/desk/inquiries/{new}/offers").text
    assert "<mark>$950</mark> on <mark>May 3</mark>" in offers
    assert 'data-key="1"' in offers
    assert "check what is marked" in words_of(composing.page(new, "?do=offers").text)
    value = offers.partition('value="similar:')[2].partition('"')[0]
    composing.do(new, "insert", insert=f"similar:{value}", body="")
    page = composing.page(new).text
    assert box_of(page) == "Good morning Effat, it costs $950 on May 3."


def test_what_to_check_is_said_when_it_is_inserted(composing: Composing) -> None:
    db = composing.inquiry_db
    _answered(db, composing.work, composing.director, ABOUT_WORK, "It costs $950.")
    reply_id = composing.row("SELECT id FROM reply").id
    new = an_inquiry(db, question=ABOUT_WORK)
    said = composing.ask(new, "insert", insert=f"similar:{reply_id}", body="").get_json()
    assert said["words"] == "From an earlier answer, so check: $950"

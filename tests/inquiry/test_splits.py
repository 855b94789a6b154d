"""What the asker said about another matter gets a thread of its own, and merging undoes it."""

from uuid import UUID

import pytest
from sqlalchemy import text

from inquiry_service.domain import inquiries, reply_queue, splits, threads
from inquiry_service.domain.errors import WrongMove
from inquiry_service.terms import MessageKind, Via
from shared.clock import utc_now
from shared.db import Database
from shared.errors import Invalid
from shared.people import Person
from shared.references import References
from tests.builders import EFFAT, a_director, an_answer, an_inquiry
from tests.inquiry.test_inbound import a_mail, arrives
from tests.inquiry.threads import bodies, does_not_add_up, merged, row_of, writes_again
from tests.working import Working, text_of

QUESTION = "What does the course cost?"


@pytest.fixture
def director(inquiry_db: Database) -> Person:
    """Who splits."""
    return a_director(inquiry_db)


def split_off(db: Database, person: Person, inquiry_id: UUID, *message_ids: UUID) -> UUID:
    """The new inquiry's id."""
    with db.transaction() as session:
        references = References(db, "inquiry_reference_seq", "Q")
        return splits.split(session, references, person, inquiry_id, message_ids, due_at=utc_now()).id


def test_the_chosen_entries_are_an_inquiry_of_the_same_person(inquiry_db: Database, director: Person) -> None:
    inquiry_id = an_inquiry(inquiry_db, question=QUESTION, phone="555 0199")
    weekend = writes_again(inquiry_db, inquiry_id, "My sister wants to know about weekends.")
    writes_again(inquiry_db, inquiry_id, "And is it in rates?")
    new_id = split_off(inquiry_db, director, inquiry_id, weekend)
    old, new = row_of(inquiry_db, inquiry_id), row_of(inquiry_db, new_id)
    assert bodies(inquiry_db, inquiry_id) == [QUESTION, "And is it in rates?"]
    assert bodies(inquiry_db, new_id) == ["My sister wants to know about weekends."]
    assert (new.asker_email, new.asker_phone, new.program) == (old.asker_email, old.asker_phone, old.program)
    assert new.reference != old.reference
    assert (new.status, new.opening) == ("open", "My sister wants to know about weekends.")
    assert does_not_add_up(inquiry_db) == {}


def test_both_threads_say_so(inquiry_db: Database, director: Person) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    new_id = split_off(inquiry_db, director, inquiry_id, writes_again(inquiry_db, inquiry_id, "Weekends?"))
    with inquiry_db.reading() as session:
        said = [
            [
                (e.message.event, e.other.id)
                for e in threads.thread(session, one)
                if e.message.event and e.other
            ]
            for one in (inquiry_id, new_id)
        ]
    assert said == [[("split_off", new_id)], [("split_from", inquiry_id)]]


def test_a_search_finds_the_words_where_they_are(inquiry_db: Database, director: Person) -> None:
    inquiry_id = an_inquiry(inquiry_db, question=QUESTION)
    new_id = split_off(inquiry_db, director, inquiry_id, writes_again(inquiry_db, inquiry_id, "Wheelchairs?"))
    with inquiry_db.reading() as session:
        found = reply_queue.page(session, director.id, "all", filters={"q": "wheelchairs"}).items
    assert [item.id for item in found] == [new_id]


def test_all_from_a_position_on_can_go(inquiry_db: Database, director: Person) -> None:
    inquiry_id = an_inquiry(inquiry_db, question=QUESTION)
    for words in ("One.", "Two.", "Three."):
        writes_again(inquiry_db, inquiry_id, words)
    with inquiry_db.reading() as session:
        chosen = splits.entries_from(session, inquiry_id, 3)
    assert bodies(inquiry_db, split_off(inquiry_db, director, inquiry_id, *chosen)) == ["Two.", "Three."]


def test_a_mail_goes_with_its_entry(inquiry_db: Database, inquiry_work: Working, director: Person) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    inquiry_work.drain()
    mail = a_mail(str(inquiry_work.letters(EFFAT)[0]["Reply-To"]), "Weekends?")
    raw_id = arrives(inquiry_db, inquiry_work, mail)
    with inquiry_db.reading() as session:
        message_id = threads.thread(session, inquiry_id)[-1].message.id
    new_id = split_off(inquiry_db, director, inquiry_id, message_id)
    filed = inquiry_db.run(text("SELECT inquiry_id FROM raw_mail WHERE id = :id"), {"id": raw_id})
    assert filed[0].inquiry_id == new_id
    assert does_not_add_up(inquiry_db) == {}


def test_it_can_be_answered_and_quotes_what_went(
    inquiry_db: Database, inquiry_work: Working, director: Person
) -> None:
    inquiry_id = an_inquiry(inquiry_db, question=QUESTION)
    new_id = split_off(inquiry_db, director, inquiry_id, writes_again(inquiry_db, inquiry_id, "Weekends?"))
    an_answer(inquiry_db, new_id, director, "Yes, on Saturdays.")
    inquiry_work.drain()
    letter = text_of(inquiry_work.letters(EFFAT)[-1])
    assert "Weekends?" in letter
    assert QUESTION not in letter
    assert "own" not in letter


def test_merging_undoes_it(inquiry_db: Database, director: Person) -> None:
    inquiry_id = an_inquiry(inquiry_db, question=QUESTION)
    weekend = writes_again(inquiry_db, inquiry_id, "Weekends?")
    writes_again(inquiry_db, inquiry_id, "In rates?")
    new_id = split_off(inquiry_db, director, inquiry_id, weekend)
    merged(inquiry_db, director, inquiry_id, new_id)
    assert bodies(inquiry_db, inquiry_id) == [QUESTION, "Weekends?", "In rates?"]
    assert does_not_add_up(inquiry_db) == {}


def test_only_what_the_asker_wrote_after_the_question_can_go(inquiry_db: Database, director: Person) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    other = an_inquiry(inquiry_db)
    with inquiry_db.transaction() as session:
        note = inquiries.add_note(session, inquiry_id, director, "A note.").id
        question = threads.thread(session, inquiry_id)[0].message
        stranger = inquiries.follow_up(
            session,
            inquiry_id,
            "Me too.",
            via=Via.MAIL,
            due_at=utc_now(),
            sender_address="x@y.example",
            is_verified=False,
        ).id
    assert question.kind == MessageKind.QUESTION
    for chosen in ([], [note], [question.id], [stranger], [writes_again(inquiry_db, other, "Elsewhere.")]):
        with pytest.raises(Invalid):
            split_off(inquiry_db, director, inquiry_id, *chosen)


def test_what_came_by_a_merge_is_taken_apart_instead(inquiry_db: Database, director: Person) -> None:
    inquiry_id, other = an_inquiry(inquiry_db), an_inquiry(inquiry_db)
    taken = writes_again(inquiry_db, other, "Weekends?")
    merged(inquiry_db, director, inquiry_id, other)
    with pytest.raises(Invalid):
        split_off(inquiry_db, director, inquiry_id, taken)
    with pytest.raises(WrongMove):
        split_off(inquiry_db, director, other, taken)

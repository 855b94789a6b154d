"""Many at once at the reply queue: one winner each, one inquiry a submission, one answer a thread."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from inquiry_service.domain import inquiries, replies, reply_queue, threads
from inquiry_service.domain.errors import NothingToTake, ThreadChanged
from inquiry_service.domain.inquiries import NewInquiry
from shared.clock import utc_now
from shared.db import Database
from shared.people import Person
from shared.references import References
from tests.builders import a_director, a_person, a_question, an_inquiry

AT_ONCE = 8
_UNGUARDED_LOOK = text(
    "SELECT id FROM inquiry WHERE status = 'new' AND assignee_id IS NULL ORDER BY due_at, id LIMIT 1"
)
_UNGUARDED_TAKE = text("UPDATE inquiry SET assignee_id = :staff_id WHERE id = :id")


def _all_at_once(work: Callable[[int], Any], times: int = AT_ONCE) -> list[Any]:
    """What `work` returns in as many threads, all let go at the same moment."""
    start = threading.Barrier(times)

    def go(number: int) -> Any:
        start.wait(10)
        return work(number)

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(go, range(times)))


def _staff(db: Database) -> list[Person]:
    return [
        a_person(db, "staff", email=f"staff{n}@riverside.example", name=f"Staff {n}") for n in range(AT_ONCE)
    ]


@pytest.mark.parametrize("waiting", [40, pytest.param(2000, marks=pytest.mark.long)])
def test_take_next_never_gives_one_inquiry_to_two(inquiry_db: Database, waiting: int) -> None:
    people = _staff(inquiry_db)
    made = {an_inquiry(inquiry_db) for _ in range(waiting)}

    def take_all(number: int) -> list[UUID]:
        taken = []
        while True:
            try:
                with inquiry_db.transaction() as session:
                    taken.append(reply_queue.take_next(session, people[number]).id)
            except NothingToTake:
                return taken

    taken = [inquiry_id for mine in _all_at_once(take_all) for inquiry_id in mine]
    assert Counter(taken) == Counter(made)


def test_without_the_guard_two_take_the_same(inquiry_db: Database) -> None:
    """The negative control: looking first and taking then, as two statements, gives one inquiry to several."""
    people = _staff(inquiry_db)
    an_inquiry(inquiry_db)
    seen = threading.Barrier(AT_ONCE)

    def take(number: int) -> UUID:
        with inquiry_db.transaction() as session:
            found = session.execute(_UNGUARDED_LOOK).scalar_one()
            seen.wait(10)
            session.execute(_UNGUARDED_TAKE, {"id": found, "staff_id": people[number].id})
        return UUID(str(found))

    assert len(set(_all_at_once(take))) == 1


@pytest.mark.parametrize("rounds", [10, pytest.param(500, marks=pytest.mark.long)])
def test_one_submission_many_times_at_once_is_one_inquiry(inquiry_db: Database, rounds: int) -> None:
    references = References(inquiry_db, "inquiry_reference_seq", "Q")
    for round_number in range(rounds):
        key = f"round-{round_number}"

        def submit(_: int, key: str = key) -> str:
            new = NewInquiry(**a_question(), due_at=utc_now())
            return inquiries.submit(inquiry_db, references, new, key=key, body_hash=b"x" * 32).reference

        assert len(set(_all_at_once(submit))) == 1
    assert inquiry_db.run(text("SELECT count(*) AS n FROM inquiry"))[0].n == rounds


@pytest.mark.parametrize("rounds", [10, pytest.param(500, marks=pytest.mark.long)])
def test_of_two_answers_at_once_one_goes_and_one_is_told(inquiry_db: Database, rounds: int) -> None:
    people = [
        a_director(inquiry_db),
        a_person(inquiry_db, "staff", email="ben@riverside.example", name="Ben"),
    ]
    for _ in range(rounds):
        inquiry_id = an_inquiry(inquiry_db)
        with inquiry_db.reading() as session:
            seen = threads.thread(session, inquiry_id)[-1].message.id

        def answer(number: int, inquiry_id: UUID = inquiry_id, seen: UUID = seen) -> str:
            try:
                with inquiry_db.transaction() as session:
                    replies.answer(session, inquiry_id, people[number], f"Answer {number}", based_on=seen)
            except ThreadChanged:
                return "told"
            return "goes"

        assert sorted(_all_at_once(answer, 2)) == ["goes", "told"]


@pytest.mark.parametrize("rounds", [10, pytest.param(500, marks=pytest.mark.long)])
def test_undo_and_sending_never_both_win(inquiry_db: Database, inquiry_work: Any, rounds: int) -> None:
    director = a_director(inquiry_db)
    for _ in range(rounds):
        inquiry_id = an_inquiry(
            inquiry_db,
            email=f"{inquiry_work.database.run(text('SELECT gen_random_uuid()'))[0][0]}@example.com",
        )
        with inquiry_db.transaction() as session:
            reply = replies.answer(session, inquiry_id, director, "At the last moment.", undo_s=0)

        def race(number: int, inquiry_id: UUID = inquiry_id, reply: Any = reply) -> bool:
            if number:
                return bool(inquiry_work.workshop.send_letters([reply.letter_id]))
            try:
                with inquiry_db.transaction() as session:
                    replies.undo(session, inquiry_id, reply.id, director)
            except replies.AlreadyOnItsWay:
                return False
            return True

        undone, sent = _all_at_once(race, 2)
        assert undone != sent

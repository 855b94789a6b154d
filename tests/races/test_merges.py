"""Merging while others write: no message is lost, none is there twice, nobody waits for ever, and everything adds up."""

import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from inquiry_service.domain import inquiries, merges, replies, survivors, threads
from inquiry_service.domain.errors import OtherAddress, ThreadChanged, WrongMove
from inquiry_service.terms import Via
from shared.clock import utc_now
from shared.db import Database
from tests.builders import a_director, a_person, an_inquiry
from tests.inquiry.threads import does_not_add_up, row_of
from tests.races.test_inquiries import AT_ONCE, _all_at_once

_ALL = text("SELECT inquiry_id, position, body FROM message WHERE position IS NOT NULL AND event IS NULL")
ROUNDS = [3, pytest.param(100, marks=pytest.mark.long)]


def tried(work: Callable[[], Any]) -> bool:
    """Whether it was done; a refusal that a person can read is one of the right outcomes."""
    try:
        work()
    except (WrongMove, ThreadChanged, OtherAddress):
        return False
    return True


@pytest.mark.parametrize("rounds", ROUNDS)
def test_messages_that_come_while_threads_merge_and_part_are_each_there_once(
    inquiry_db: Database, rounds: int
) -> None:
    director = a_director(inquiry_db)
    for _ in range(rounds):
        two = [an_inquiry(inquiry_db), an_inquiry(inquiry_db)]
        chance = random.Random(rounds)

        def write(number: int, two: list[UUID] = two, chance: random.Random = chance) -> list[str]:
            written = []
            for count in range(6):
                target, words = two[(number + count) % 2], f"{two[0]} {number} {count}"
                if number < 2:
                    pair = two if chance.random() < 0.5 else two[::-1]

                    def change(pair: list[UUID] = pair, count: int = count) -> None:
                        with inquiry_db.transaction() as session:
                            if count % 2:
                                merges.unmerge(session, director, pair[1], due_at=utc_now())
                            else:
                                merges.merge(session, director, pair[0], pair[1])

                    tried(change)
                else:
                    with inquiry_db.transaction() as session:
                        inquiries.follow_up(session, target, words, via=Via.LINK, due_at=utc_now())
                    written.append(words)
            return written

        written = [words for mine in _all_at_once(write) for words in mine]
        found = [row.body for row in inquiry_db.run(_ALL) if row.body.startswith(str(two[0]))]
        assert sorted(found) == sorted(written)
        assert len(written) == 6 * (AT_ONCE - 2)
        assert does_not_add_up(inquiry_db) == {}


@pytest.mark.parametrize("rounds", ROUNDS)
def test_of_two_merges_of_one_pair_one_stands(inquiry_db: Database, rounds: int) -> None:
    director = a_director(inquiry_db)
    for _ in range(rounds):
        one, other = an_inquiry(inquiry_db), an_inquiry(inquiry_db)

        def merge(number: int, one: UUID = one, other: UUID = other) -> bool:
            pair = (one, other) if number % 2 else (other, one)

            def work() -> None:
                with inquiry_db.transaction() as session:
                    merges.merge(session, director, *pair)

            return tried(work)

        _all_at_once(merge)
        assert sorted(row_of(inquiry_db, each).status for each in (one, other)) == ["merged", "new"]
        assert does_not_add_up(inquiry_db) == {}


@pytest.mark.parametrize("rounds", ROUNDS)
def test_an_answer_that_races_a_merge_goes_out_once_or_is_held_back(
    inquiry_db: Database, rounds: int
) -> None:
    director = a_director(inquiry_db)
    writer = a_person(inquiry_db, "staff", email="ben@riverside.example", name="Ben")
    for _ in range(rounds):
        one, other = an_inquiry(inquiry_db), an_inquiry(inquiry_db)
        with inquiry_db.reading() as session:
            seen = threads.thread(session, other)[-1].message.id

        def act(number: int, one: UUID = one, other: UUID = other, seen: UUID = seen) -> bool:
            def work() -> None:
                with inquiry_db.transaction() as session:
                    if number:
                        replies.answer(session, other, writer, "Yes.", based_on=seen)
                    else:
                        merges.merge(session, director, one, other)

            return tried(work)

        _merged, *answered = _all_at_once(act)
        sent = inquiry_db.run(
            text("SELECT reply.inquiry_id FROM reply WHERE inquiry_id = ANY(:ids) AND status = 'queued'"),
            {"ids": [one, other]},
        )
        assert [row.inquiry_id for row in sent] == ([one] if any(answered) else [])
        assert does_not_add_up(inquiry_db) == {}


def test_a_letter_that_settles_while_its_thread_merges_settles_its_answer(inquiry_db: Database) -> None:
    director = a_director(inquiry_db)
    one, other = an_inquiry(inquiry_db), an_inquiry(inquiry_db)
    with inquiry_db.transaction() as session:
        reply = replies.answer(session, other, director, "Yes.", undo_s=0)
    assert reply.letter_id is not None

    def act(number: int) -> None:
        with inquiry_db.transaction() as session:
            if number % 2 == 0:
                replies.letter_settled(session, reply.letter_id or one, "failed", due_at=utc_now())
            elif number == 1:
                merges.merge(session, director, one, other)

    _all_at_once(act)
    row = row_of(inquiry_db, one)
    assert (row.status, row.is_never_reached) == ("open", True) or row.status == "new"
    with inquiry_db.reading() as session:
        assert replies.find(session, one, reply.id).status == "failed"


def test_without_following_a_merge_a_message_would_be_lost_to_the_thread(inquiry_db: Database) -> None:
    """The negative control: who locks the row that an id names, and writes there, writes into a thread that nobody opens."""
    director = a_director(inquiry_db)
    one, other = an_inquiry(inquiry_db), an_inquiry(inquiry_db)
    with inquiry_db.transaction() as session:
        merges.merge(session, director, one, other)
    with inquiry_db.transaction() as session:
        unguarded = inquiries.find(session, other, lock=True)
        assert unguarded.id != survivors.lock(session, other).id
        unguarded.messages += 1
        session.flush()
        session.execute(
            text("""INSERT INTO message (id, inquiry_id, position, kind, via, body)
                    VALUES (gen_random_uuid(), :id, 1, 'follow_up', 'link', 'Lost.')"""),
            {"id": other},
        )
    assert does_not_add_up(inquiry_db) == {"merged_threads_torn": 1}

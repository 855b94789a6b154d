"""Answers at the same moment: one of two people's goes and the other's is kept; what is taken back was not sent, word for word."""

import random
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from inquiry_service.domain import drafts, replies, reply_files, threads
from inquiry_service.domain.errors import ThreadChanged
from inquiry_service.domain.reply_files import GivenFile
from shared import blobs
from shared.db import Database
from shared.people import Person
from tests.builders import a_director, a_person, an_inquiry, sign_in
from tests.inquiry.composing import box_of
from tests.inquiry.reading_pages import hidden_of, words_of
from tests.races.test_inquiries import _all_at_once
from tests.working import Working

AT_ONCE = 4
_KEPT = text(
    "SELECT author_id, status, body FROM reply JOIN message USING (id) WHERE reply.inquiry_id = :id ORDER BY reply.status"
)
_ANSWERS_OWED = text(
    "SELECT count(*) AS n FROM letter WHERE kind = 'answer' AND recipient = :email AND status <> 'cancelled'"
)
_UNDO_ANYWAY = text("UPDATE letter SET status = 'cancelled' WHERE id = :id")
_DRAFT_ANYWAY = text("UPDATE reply SET status = 'draft', letter_id = NULL WHERE id = :id")


def _two(db: Database) -> list[Person]:
    return [a_director(db), a_person(db, "staff", email="ben@riverside.example", name="Ben")]


@pytest.mark.parametrize("rounds", [10, pytest.param(1000, marks=pytest.mark.long)])
def test_of_two_answers_at_once_one_goes_and_one_is_told(inquiry_db: Database, rounds: int) -> None:
    people = _two(inquiry_db)
    for _ in range(rounds):
        inquiry_id = an_inquiry(inquiry_db)
        with inquiry_db.reading() as session:
            seen = threads.thread(session, inquiry_id)[-1].message.id

        def answer(number: int, inquiry_id: UUID = inquiry_id, seen: UUID = seen) -> str:
            try:
                with inquiry_db.transaction() as session:
                    replies.answer(session, inquiry_id, people[number], f"Answer {number}", based_on=seen)
            except ThreadChanged as refusal:
                return f"told of {[newer['body'] for newer in refusal.facts['newer']]}"
            return "goes"

        assert sorted(_all_at_once(answer, 2)) in (
            ["goes", "told of ['Answer 0']"],
            ["goes", "told of ['Answer 1']"],
        )


@pytest.mark.parametrize("rounds", [2, pytest.param(1000, marks=pytest.mark.long)])
def test_of_two_who_press_send_at_once_one_sends_and_the_others_text_is_kept_beside_what_is_new(
    inquiry_app: Flask, inquiry_db: Database, rounds: int
) -> None:
    people = _two(inquiry_db)
    clients: list[FlaskClient] = []
    for person in people:
        clients.append(inquiry_app.test_client())
        sign_in(clients[-1], inquiry_db, person)
    for number in range(rounds):
        inquiry_id = an_inquiry(inquiry_db, email=f"round-{number}@example.com")
        base = f"/desk/inquiries/{inquiry_id}"
        forms = [hidden_of(client.get(base).text, f"{base}/replies") for client in clients]

        def send(which: int, base: str = base, forms: list[Any] = forms) -> TestResponse:
            return clients[which].post(f"{base}/replies", data=forms[which] | {"body": f"Text of {which}."})

        answers = _all_at_once(send, 2)
        assert [answer.status_code for answer in answers] == [303, 303]
        (loser,) = (which for which in (0, 1) if "seen=" in answers[which].location)
        kept = [tuple(row) for row in inquiry_db.run(_KEPT, {"id": inquiry_id})]
        assert kept == [
            (people[loser].id, "draft", f"Text of {loser}."),
            (people[1 - loser].id, "queued", f"Text of {1 - loser}."),
        ]
        assert inquiry_db.run(_ANSWERS_OWED, {"email": f"round-{number}@example.com"})[0].n == 1
        page = clients[loser].get(answers[loser].location).text
        assert box_of(page) == f"Text of {loser}."
        assert f"Text of {1 - loser}." in words_of(page)


def test_without_comparing_with_what_was_seen_both_would_go(inquiry_db: Database) -> None:
    """The negative control: the same two, and nobody says what was seen."""
    people, inquiry_id = _two(inquiry_db), an_inquiry(inquiry_db)

    def answer(number: int) -> None:
        with inquiry_db.transaction() as session:
            replies.answer(session, inquiry_id, people[number], f"Answer {number}")

    _all_at_once(answer, 2)
    assert [row.status for row in inquiry_db.run(_KEPT, {"id": inquiry_id})] == ["queued", "queued"]


class _Typed:
    """An answer with a file, whose undo window is over now."""

    def __init__(self, db: Database, author: Person, chance: random.Random) -> None:
        self.db, self.author = db, author
        self.email = f"{chance.randrange(2**60):x}@example.com"
        self.inquiry_id = an_inquiry(db, email=self.email)
        self.body = f"  Grüße,\n\n\ttab {chance.random()} \u00a0\u2029\r\nand   spaces. \n"
        self.data = chance.randbytes(3000)
        with db.transaction() as session:
            reply = drafts.save_draft(session, self.inquiry_id, author, self.body)
            reply_files.attach(session, reply.id, [GivenFile("list.pdf", self.data)])
        with db.transaction() as session:
            reply = replies.answer(session, self.inquiry_id, author, self.body, undo_s=0)
        assert reply.letter_id is not None
        self.reply_id, self.letter_id = reply.id, reply.letter_id

    def undo(self) -> bool:
        """Whether it was in time."""
        try:
            with self.db.transaction() as session:
                replies.undo(session, self.inquiry_id, self.reply_id, self.author)
        except replies.AlreadyOnItsWay:
            return False
        return True

    def is_draft_again(self) -> bool:
        """Word for word, with its file, byte for byte."""
        with self.db.reading() as session:
            found = drafts.draft_of(session, self.inquiry_id, self.author)
            if found is None:
                return False
            files = reply_files.of_reply(session, found[0].id)
            assert found[1].encode() == self.body.encode()
            assert [(file.name, blobs.get(session, file.sha256)) for file in files] == [
                ("list.pdf", self.data)
            ]
        return True


def _delivered(work: Working) -> dict[str, int]:
    """How many answers each address got."""
    found: dict[str, int] = {}
    for letter in work.letters():
        if letter["Auto-Submitted"] is None:
            found[letter["Delivered-To"]] = found.get(letter["Delivered-To"], 0) + 1
    return found


@pytest.mark.parametrize("rounds", [3, pytest.param(125, marks=pytest.mark.long)])
def test_at_the_last_moment_an_answer_is_sent_or_taken_back_and_never_both(
    inquiry_db: Database, inquiry_work: Working, rounds: int
) -> None:
    """Four at once: the long form is 500 answers."""
    director, chance = a_director(inquiry_db), random.Random(rounds)
    typed, outcomes = list[_Typed](), list[bool]()
    for _ in range(rounds):
        these = [_Typed(inquiry_db, director, chance) for _ in range(AT_ONCE)]

        def race(number: int, these: list[_Typed] = these) -> bool:
            one = these[number // 2]
            return one.undo() if number % 2 else bool(inquiry_work.workshop.send_letters([one.letter_id]))

        found = _all_at_once(race, 2 * AT_ONCE)
        assert [sent != undone for sent, undone in zip(found[::2], found[1::2], strict=True)] == [
            True
        ] * AT_ONCE
        typed += these
        outcomes += found[1::2]
    inquiry_work.let_time_pass()
    delivered = _delivered(inquiry_work)
    for one, is_undone in zip(typed, outcomes, strict=True):
        assert one.is_draft_again() == is_undone
        assert delivered.get(one.email, 0) == (not is_undone)


def test_without_the_guard_an_answer_is_sent_and_taken_back(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    """The negative control: who looks whether the letter is still queued, and cancels it then, comes too late unawares."""
    one = _Typed(inquiry_db, a_director(inquiry_db), random.Random(1))
    with inquiry_db.reading() as session:
        assert replies.find(session, one.inquiry_id, one.reply_id).status == "queued"
    inquiry_work.workshop.send_letters([one.letter_id])
    inquiry_db.run(_UNDO_ANYWAY, {"id": one.letter_id})
    inquiry_db.run(_DRAFT_ANYWAY, {"id": one.reply_id})
    assert one.is_draft_again()
    assert _delivered(inquiry_work) == {one.email: 1}

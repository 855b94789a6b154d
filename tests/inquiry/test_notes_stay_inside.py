"""What is for staff alone is in no letter, whatever happened in a thread before: every byte of every letter is read.

By design these letters have it, and they go to people who work here: a `mention` quotes the note to whoever it names.
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from email.message import EmailMessage
from functools import partial

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from inquiry_service.db.models import Message, Reply
from inquiry_service.mail.letters import COMPOSERS
from inquiry_service.mail.letters.replies import answer
from inquiry_service.terms import MessageKind
from shared.db import Database
from shared.letter_bytes import Composed
from shared.letters import LetterRow
from shared.mailroom import Composer, Mailroom
from tests.builders import a_director, a_person
from tests.inquiry.desk_life import MARKER, MOVES, DeskLife, Sent, read_through
from tests.inquiry.test_service_levels import keep
from tests.working import Working

BY_DESIGN = {"mention"}
READ = {
    "acknowledgement",
    "answer",
    "lost_link",
    "mention",
    "notice",
    "reminder",
    "digest",
    "held_mail",
    "in_doubt",
}
STEPS = st.lists(st.sampled_from(sorted(MOVES)), min_size=8, max_size=30)
QUIETLY = partial(
    settings,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink),
)


@pytest.fixture
def new_life(inquiry_db: Database, inquiry_work: Working) -> Callable[[int], DeskLife]:
    """A life at the same desk, with two questions in it."""
    director = a_director(inquiry_db)
    colleague = a_person(inquiry_db, "staff", email="ben@riverside.example", name="Ben Castillo")
    keep(inquiry_db, director)  # a school that is always open

    def begin(seed: int) -> DeskLife:
        since = inquiry_db.run(text("SELECT clock_timestamp() AS now"))[0].now
        life = DeskLife(inquiry_db, inquiry_work, director, colleague, since, random.Random(seed))
        for name in ("asks", "asks", "letters go"):
            life.do(name)
        return life

    return begin


def leaks(life: DeskLife) -> list[Sent]:
    """Letters with words that their reader must not have."""
    staff = {life.director.email, life.colleague.email}
    return [
        one
        for one in life.letters()
        if MARKER in one.words and not (one.kind in BY_DESIGN and one.recipient in staff)
    ]


def lived(life: DeskLife, steps: Iterable[str]) -> DeskLife:
    """All of it happened, and whatever was owed is written."""
    for name in steps:
        life.do(name)
    life.do("time passes")
    return life


@pytest.mark.parametrize("examples", [8, pytest.param(1000, marks=pytest.mark.long)])
def test_no_sequence_brings_staffs_words_into_a_letter(
    new_life: Callable[[int], DeskLife], examples: int
) -> None:
    @QUIETLY(max_examples=examples)
    @given(STEPS, st.integers(0, 2**16))
    def lives(steps: Sequence[str], seed: int) -> None:
        assert leaks(lived(new_life(seed), steps)) == []

    lives()


def test_every_move_works_and_every_kind_of_letter_is_read(new_life: Callable[[int], DeskLife]) -> None:
    """The control of the sequences: each move is really made, and each kind of letter of a thread is among those that are read."""
    made, kinds = set[str](), set[str]()
    chance = random.Random(7)
    for seed in range(12):
        life = new_life(seed)
        for name in chance.sample(sorted(MOVES), len(MOVES)):
            if life.do(name):
                made.add(name)
        life.do("time passes")
        kinds |= {one.kind for one in life.letters()}
        if made == set(MOVES) and kinds >= READ:
            break
    assert set(MOVES) - made == set()
    assert READ - kinds == set()


def _with_the_last_note(room: Mailroom, letter: LetterRow) -> Composed:
    """The fault: an answer that quotes whatever stands last in the thread, a note of staff too."""
    composed = answer(room, letter)
    reply = room.session.get_one(Reply, letter.subject_id)
    noted = select(Message.body).where(
        Message.inquiry_id == reply.inquiry_id, Message.kind == MessageKind.NOTE
    )
    note = room.session.scalars(noted.order_by(Message.position.desc()).limit(1)).first()
    return replace(composed, html=composed.html + (note or ""))


def composing(work: Working, composers: Mapping[str, Composer]) -> None:
    """Letters are composed by these."""
    sender = work.workshop._sender
    sender._freezer = replace(sender._freezer, composers=composers)


def test_a_composer_that_leaks_is_caught(new_life: Callable[[int], DeskLife], inquiry_work: Working) -> None:
    """The negative control."""
    composing(inquiry_work, {**COMPOSERS, "answer": _with_the_last_note})
    found = leaks(
        lived(new_life(1), ["note", "note", "asks", "note", "letters go", "answer", "answer", "answer"])
    )
    assert {one.kind for one in found} == {"answer"}


@pytest.mark.parametrize("place", ["header", "html", "text"])
def test_the_reader_of_letters_sees_through_every_coding(place: str) -> None:
    mail = EmailMessage()
    mail["Subject"] = f"Grüße {MARKER}" if place == "header" else "Grüße"
    mail.set_content(f"Grüße {MARKER}" if place == "text" else "Grüße", cte="base64")
    mail.add_alternative(
        f"<p>Grüße {MARKER}</p>" if place == "html" else "<p>Grüße</p>", subtype="html", cte="base64"
    )
    assert MARKER.encode() not in mail.as_bytes() or place == "header"
    assert MARKER in read_through(mail.as_bytes())

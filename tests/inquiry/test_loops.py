"""Machines that answer machines: a desk is written to by another desk that acknowledges everything, and says so in no header."""

from collections.abc import Callable
from email.message import EmailMessage

import pytest

from inquiry_service.domain import inquiries
from inquiry_service.domain.inquiries import NewInquiry
from inquiry_service.mail.parse import parse
from inquiry_service.terms import MailKind, Via
from shared import mailroom
from shared.clock import utc_now
from shared.db import Database
from shared.mailroom import Mailroom
from shared.references import References
from tests.working import Working, text_of

OTHER_DESK = "desk@other-school.example"
ROUNDS = 15


def _acknowledged_by_the_other_desk(letter: EmailMessage) -> bytes:
    """What a careless desk answers to anything: no header says that nobody wrote it."""
    answer = EmailMessage()
    answer["From"], answer["To"], answer["Subject"] = (
        OTHER_DESK,
        letter["From"],
        f"We have got: {letter['Subject']}",
    )
    answer.set_content("Thank you for your mail. We answer within a day.\n\n" + text_of(letter))
    return answer.as_bytes()


def _letters_until_quiet(db: Database, work: Working) -> int:
    """The other desk asks once; then each of our letters makes one of theirs, which opens a question with us as any mail may."""
    references = References(db, "inquiry_reference_seq", "Q")
    words, seen = "Do you train phlebotomists?", 0
    for _ in range(ROUNDS):
        new = NewInquiry("Other school", OTHER_DESK, words, due_at=utc_now(), via=Via.MAIL)
        inquiries.submit(db, references, new)
        work.drain()
        letters = work.letters(OTHER_DESK)
        if len(letters) == seen:
            break
        seen = len(letters)
        answer = parse(_acknowledged_by_the_other_desk(letters[-1]))
        assert answer.kind == MailKind.PERSON  # nothing tells it from a person's
        words = answer.written
    return seen


@pytest.fixture
def without_the_rule_of_the_day(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """One letter of a kind a day is a rule of the acknowledgement; without it the caps are all there is."""
    monkeypatch.setattr(Mailroom, "is_first_today", lambda self: True)
    return lambda: monkeypatch.setattr(mailroom, "MOST_IN_AN_HOUR", 10**6)


def test_two_desks_stop_after_one_letter(inquiry_db: Database, inquiry_work: Working) -> None:
    assert _letters_until_quiet(inquiry_db, inquiry_work) == 1


@pytest.mark.usefixtures("without_the_rule_of_the_day")
def test_the_caps_alone_stop_two_desks_after_three_letters(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    assert _letters_until_quiet(inquiry_db, inquiry_work) == 3


def test_without_the_caps_two_desks_go_on(
    inquiry_db: Database,
    inquiry_work: Working,
    without_the_rule_of_the_day: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without_the_rule_of_the_day()
    monkeypatch.setattr(mailroom, "MOST_IN_A_DAY", 10**6)
    assert _letters_until_quiet(inquiry_db, inquiry_work) == ROUNDS

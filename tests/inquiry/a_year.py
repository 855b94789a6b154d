"""A year of a school in Chicago, invented from a seed: nights, weekends, holidays, both changes of the clocks, threads that are
opened again, machines' mails. Written as raw rows, and counted by looking at the wall and the door minute by minute.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text

from shared.db import Database
from shared.people import Person
from shared.tokens import new_id

CHICAGO = ZoneInfo("America/Chicago")
FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
BEGINS = datetime(2025, 1, 1, 6, 0, tzinfo=UTC)  # midnight in Chicago
MINUTES = (365 + 60) * 24 * 60
CLOSED = {date(2025, 1, 1), date(2025, 5, 26), date(2025, 7, 4), date(2025, 11, 27), date(2025, 12, 25)}
HALF_DAYS = {
    date(2025, 11, 26),
    date(2025, 12, 24),
    date(2025, 3, 9),
}  # the last one is a Sunday on which the clocks change
PROGRAMS = ("phlebotomy", "cna", "mat", None)
SOURCES = ("Compare", "Phlebotomy page", None)

_OPENING = text("INSERT INTO opening_hours VALUES (:day, :opens, :closes)")
_HOLIDAY = text("INSERT INTO holiday VALUES (:day, :name, :opens, :closes)")
_INQUIRY = text("""
    INSERT INTO inquiry (id, reference, status, asker_name, asker_email, asker_email_normal, program, source, assignee_id,
                         created_at, due_from, due_at, last_message_at, first_answered_at, closed_at, messages)
    VALUES (:id, :reference, :status, 'Effat R.', 'effat@example.com', 'effat@example.com', :program, :source, :assignee,
            :asked_at, :asked_at, :asked_at, :asked_at, :first_answered_at, :closed_at, :messages)
""")
_MESSAGE = text("""
    INSERT INTO message (id, inquiry_id, position, kind, via, body, staff_id, is_automatic, created_at)
    VALUES (:id, :inquiry_id, :position, :kind, 'mail', 'Words.', :staff_id, :is_automatic, :at)
""")
_REPLY = text("""
    INSERT INTO reply (id, inquiry_id, author_id, status, based_on, sendings, sent_at, saved_reply_id)
    VALUES (:id, :inquiry_id, :staff_id, :status, 1, 1, :sent_at, :saved)
""")


@dataclass(frozen=True)
class Happened:
    """One entry of a thread; an answer may have begun with a saved reply."""

    at: datetime
    kind: str
    by: UUID | None = None
    is_automatic: bool = False
    is_sent: bool = True
    saved: UUID | None = None


@dataclass
class Question:
    """What was asked, and all that happened after."""

    id: UUID
    reference: str
    asked_at: datetime
    program: str | None
    source: str | None
    assignee: UUID | None
    is_spam: bool = False
    entries: list[Happened] = field(default_factory=list)
    closed_at: datetime | None = None

    def first_answer(self) -> Happened | None:
        """The earliest that a person gave, and that went."""
        answers = [one for one in self.entries if one.kind in ("answer", "call") and one.is_sent]
        return min(answers, key=lambda one: one.at, default=None)


def a_year(
    people: Sequence[Person], *, number: int, seed: int = 20250309, saved: Sequence[UUID] = ()
) -> list[Question]:
    """So many questions, at whole minutes, more of them in the evenings and on Sundays than at night; half of the answers by `saved`."""
    chance = random.Random(seed)
    questions = []
    while len(questions) < number:
        asked_at = BEGINS + timedelta(minutes=chance.randrange(365 * 24 * 60))
        wall = asked_at.astimezone(CHICAGO)
        if chance.random() < (0.9 if 1 <= wall.hour <= 5 else 0.3 if wall.weekday() < 5 else 0.1):
            continue
        questions.append(_question(chance, len(questions), asked_at, people))
    for question in questions if saved else ():
        question.entries = [
            replace(one, saved=chance.choice(saved))
            if one.kind == "answer" and chance.random() < 0.5
            else one
            for one in question.entries
        ]
    return questions


def _question(chance: random.Random, number: int, asked_at: datetime, people: Sequence[Person]) -> Question:
    somebody = chance.choice(people).id
    question = Question(
        new_id(),
        f"Y-{number:06}",
        asked_at,
        chance.choice(PROGRAMS),
        chance.choice(SOURCES),
        somebody if chance.random() < 0.7 else None,
        is_spam=chance.random() < 0.05,
    )
    at = asked_at

    def later(longest: int) -> datetime:
        nonlocal at
        at += timedelta(minutes=chance.randrange(1, longest))
        return at

    if chance.random() < 0.2:
        question.entries.append(Happened(later(5), "follow_up", is_automatic=True))
    if chance.random() < 0.1:  # it failed: the asker has nothing
        question.entries.append(Happened(later(60), "answer", somebody, is_sent=False))
    if chance.random() < 0.85:
        kind = "call" if chance.random() < 0.15 else "answer"
        question.entries.append(Happened(later(chance.choice((30, 300, 6000))), kind, somebody))
    if question.entries and chance.random() < 0.4:
        question.entries.append(Happened(later(5000), "follow_up"))
        question.entries.append(Happened(later(2000), "answer", chance.choice(people).id))
    if chance.random() < 0.6:
        question.closed_at = later(10_000)
        if chance.random() < 0.3:  # opened again, and settled a second time or not
            question.entries.append(Happened(later(9000), "follow_up"))
            question.closed_at = later(9000) if chance.random() < 0.5 else None
    return question


def write(database: Database, questions: Iterable[Question]) -> None:
    """The rows as they stand at the year's end, without how long anything took."""
    for day in range(5):
        spans = ((540, 900),) if day == 4 else ((540, 750), (810, 1020))
        for opens, closes in spans:
            database.run(_OPENING, {"day": day, "opens": opens, "closes": closes})
    for day in sorted(CLOSED | HALF_DAYS):
        opens, closes = (None, None) if day in CLOSED else (0, 720)
        database.run(_HOLIDAY, {"day": day, "name": "A holiday", "opens": opens, "closes": closes})
    with database.transaction() as session:
        for question in questions:
            session.execute(_INQUIRY, _values(question))
            for position, entry in enumerate(question.entries, start=2):
                values = {"id": new_id(), "inquiry_id": question.id, "staff_id": entry.by}
                session.execute(
                    _MESSAGE,
                    values
                    | {
                        "position": position,
                        "kind": entry.kind,
                        "is_automatic": entry.is_automatic,
                        "at": entry.at - timedelta(minutes=1) if entry.kind == "answer" else entry.at,
                    },
                )
                if entry.kind == "answer":
                    fate = (
                        {"status": "sent", "sent_at": entry.at}
                        if entry.is_sent
                        else {"status": "failed", "sent_at": None}
                    )
                    session.execute(_REPLY, values | fate | {"saved": entry.saved})


def _values(question: Question) -> dict[str, Any]:
    first = question.first_answer()
    status = "closed" if question.closed_at else "waiting" if first else "new"
    return {
        "id": question.id,
        "reference": question.reference,
        "status": "spam" if question.is_spam else status,
        "program": question.program,
        "source": question.source,
        "assignee": question.assignee,
        "asked_at": question.asked_at,
        "first_answered_at": first.at if first else None,
        "closed_at": question.closed_at,
        "messages": len(question.entries) + 1,
    }


def is_open(wall: datetime) -> bool:
    """What the sign on the door says, in the words of the door."""
    minute = wall.hour * 60 + wall.minute
    if wall.date() in CLOSED:
        return False
    if wall.date() in HALF_DAYS:
        return minute < 12 * 60
    if wall.weekday() >= 5:
        return False
    if wall.weekday() == 4:
        return 9 * 60 <= minute < 15 * 60
    return 9 * 60 <= minute < 12 * 60 + 30 or 13 * 60 + 30 <= minute < 17 * 60


class Door:
    """How many minutes the school was open until each minute of the year."""

    def __init__(self) -> None:
        self._until = [0]
        for minute in range(MINUTES):
            wall = (BEGINS + timedelta(minutes=minute)).astimezone(CHICAGO)
            self._until.append(self._until[-1] + is_open(wall))

    def open_s(self, began_at: datetime, ended_at: datetime) -> int:
        """Seconds of open time between two whole minutes."""
        first, last = (int((moment - BEGINS).total_seconds()) // 60 for moment in (began_at, ended_at))
        return 60 * (self._until[last] - self._until[first])

"""Many at once at the reply queue: one winner each, one inquiry a submission, one answer a thread."""

import subprocess
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from inquiry_service.domain import inquiries, reply_queue
from inquiry_service.domain.errors import NothingToTake
from inquiry_service.domain.inquiries import NewInquiry
from shared.clock import utc_now
from shared.db import Database
from shared.people import Person
from shared.references import References
from tests.builders import a_person, a_question, an_inquiry
from tests.processes import ROOT

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


@contextmanager
def _four_processes(url: str, people: list[Person]) -> Iterator[Callable[[str], list[UUID]]]:
    """Lets each of four processes take once at the same moment, the wanted one or the next; gives what they took.

    Who hears it first changes from round to round: left alone, one that starts early takes everything, and nothing is raced.
    """
    command = [sys.executable, "-m", "tests.races.taking", url]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    running = deque(subprocess.Popen([*command, str(person.id)], **pipes) for person in people[:4])
    for process in running:
        assert process.stdout.readline() == "ready\n"

    def take(wanted: str = "") -> list[UUID]:
        running.rotate()
        for process in running:
            process.stdin.write(f"{wanted}\n")
            process.stdin.flush()
        said = [process.stdout.readline().strip() for process in running]
        return [UUID(one) for one in said if one != "-"]

    try:
        yield take
    finally:
        for process in running:
            process.communicate(timeout=30)
    assert [process.returncode for process in running] == [0] * 4


@pytest.mark.parametrize("waiting", [300, pytest.param(10_000, marks=pytest.mark.long)])
def test_four_processes_that_take_next_share_the_queue(
    inquiry_db: Database, inquiry_urls: tuple[str, str], waiting: int
) -> None:
    made = {an_inquiry(inquiry_db) for _ in range(waiting)}
    with _four_processes(inquiry_urls[0], _staff(inquiry_db)) as take:
        taken = [inquiry_id for at_once in iter(take, []) for inquiry_id in at_once]
    assert Counter(taken) == Counter(made)


@pytest.mark.parametrize("waiting", [100, pytest.param(10_000, marks=pytest.mark.long)])
def test_four_processes_that_claim_the_same_have_one_winner_each(
    inquiry_db: Database, inquiry_urls: tuple[str, str], waiting: int
) -> None:
    made = [an_inquiry(inquiry_db) for _ in range(waiting)]
    with _four_processes(inquiry_urls[0], _staff(inquiry_db)) as take:
        for inquiry_id in made:
            assert take(str(inquiry_id)) == [inquiry_id]


def test_without_the_guard_two_claim_the_same(inquiry_db: Database) -> None:
    """The negative control: whoever looks whether somebody has it, and then takes it, is not the only one."""
    people = _staff(inquiry_db)
    inquiry_id = an_inquiry(inquiry_db)
    seen = threading.Barrier(AT_ONCE)

    def claim(number: int) -> bool:
        with inquiry_db.transaction() as session:
            is_free = inquiries.find(session, inquiry_id).assignee_id is None
            seen.wait(10)
            if is_free:
                session.execute(_UNGUARDED_TAKE, {"id": inquiry_id, "staff_id": people[number].id})
            return is_free

    assert sum(_all_at_once(claim)) > 1


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

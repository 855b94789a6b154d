"""Visitors in processes of their own, who all ask for one section at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from multiprocessing.queues import Queue
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause

from enrollment_service.db.queries import seating as statements
from enrollment_service.domain.errors import SectionFull
from enrollment_service.domain.registrations import register
from shared.db import Database
from shared.tokens import new_id
from tests.enrollment.builders import a_request

PROCESSES, THREADS, REQUESTS = 4, 8, 200


def _visitors(url: str, take: TextClause | None, orders: "Queue[Any]", answers: "Queue[Any]") -> None:
    """One process of visitors: each order is a section and how many ask for it at once."""
    if take is not None:
        statements.TAKE_SEAT = take
    database = Database(url, pool_size=THREADS, pool_timeout_s=30)
    with ThreadPoolExecutor(THREADS) as threads:
        for section_id, people, accepts_waitlist in iter(orders.get, None):
            asked = [
                threads.submit(_ask, database, section_id, f"V {new_id().hex}", accepts_waitlist)
                for _ in range(people)
            ]
            answers.put(Counter(answer.result() for answer in asked))
    database.dispose()


def _ask(database: Database, section_id: UUID, name: str, accepts_waitlist: bool) -> str:
    try:
        return register(database, a_request(section_id, name), accepts_waitlist=accepts_waitlist).status.value
    except SectionFull:
        return "full"
    except Exception as error:
        return f"error: {type(error).__name__}"


class Crowd:
    """Visitors in four processes, eight threads each."""

    def __init__(self, database: Database, take: TextClause | None = None) -> None:
        context = get_context("spawn")
        self.answers: Queue[Any] = context.Queue()
        self.orders: list[Queue[Any]] = [context.Queue() for _ in range(PROCESSES)]
        url = database.engine.url.render_as_string(hide_password=False)
        self.processes = [
            context.Process(target=_visitors, args=(url, take, orders, self.answers), daemon=True)
            for orders in self.orders
        ]
        for process in self.processes:
            process.start()

    def ask(self, section_id: UUID, *, accepts_waitlist: bool = False) -> Counter[str]:
        """What REQUESTS people heard who all asked for the section at once."""
        for orders in self.orders:
            orders.put((section_id, REQUESTS // PROCESSES, accepts_waitlist))
        return sum((self.answers.get(timeout=60) for _ in self.orders), Counter())

    def go_home(self) -> None:
        """The processes have ended."""
        for orders in self.orders:
            orders.put(None)
        for process in self.processes:
            process.join(timeout=30)

"""A process waits by itself for what it needs, and says so: at once, then more and more seldom, and when it is over.

Nothing here gives up: whatever starts processes may start them all at once, and in any order.
"""

import signal
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from threading import Event, current_thread, main_thread
from typing import TYPE_CHECKING

import structlog

from shared.clock import monotonic_s

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.db import Database
    from shared.revisions import Revisions

LOOK_S = 0.5
SAY_AGAIN_S = 10.0
SAY_AT_LEAST_S = 300.0
log = structlog.get_logger()


class Patience:
    """Says what is waited for without filling the log."""

    def __init__(self, clock: Callable[[], float] = monotonic_s) -> None:
        self._clock = clock
        self._what: str | None = None
        self._since = self._say_at = self._pause_s = 0.0

    def wait(self, what: str, because: str | None = None) -> None:
        """`what` is still missing."""
        now = self._clock()
        if self._what is None:
            self._since = now
        if what != self._what:
            self._what, self._say_at, self._pause_s = what, now, SAY_AGAIN_S
        if now >= self._say_at:
            facts = {} if because is None else {"because": because}
            log.warning("waiting", what=what, since_s=round(now - self._since), **facts)
            self._say_at, self._pause_s = now + self._pause_s, min(self._pause_s * 2, SAY_AT_LEAST_S)

    def over(self) -> None:
        """Nothing is missing any more."""
        if self._what is not None:
            log.info("waited", what=self._what, seconds=round(self._clock() - self._since))
            self._what = None


def wait_for_files(missing: Callable[[], list[Path]]) -> None:
    """Every file that a setting names is there, and not empty."""
    patience = Patience()
    with _ending_on_signal():
        while paths := missing():
            patience.wait(f"files of settings: {', '.join(str(path) for path in paths)}")
            Event().wait(LOOK_S)
    patience.over()


def wait_for_schema(database: "Database", revisions: "Revisions") -> None:
    """The database answers, and has the tables that this version needs."""
    patience = Patience()
    with _ending_on_signal():
        while missing := _missing_in(database, revisions):
            patience.wait(*missing)
            Event().wait(LOOK_S)
    patience.over()


def _missing_in(database: "Database", revisions: "Revisions") -> tuple[str, str | None] | None:
    from sqlalchemy import text
    from sqlalchemy.exc import OperationalError, ProgrammingError

    try:
        found = [row.version_num for row in database.run(text("SELECT version_num FROM alembic_version"))]
    except OperationalError as error:
        return "the database", str(error.orig).strip().splitlines()[-1]  # no password stands in libpq's words
    except (
        ProgrammingError
    ):  # no such table, or not ours to read yet: `migrate` is at the beginning, or never ran
        found = []
    if revisions.are_in(found):
        return None
    return f"the database to be migrated to {revisions.head}", f"it is at {', '.join(found) or 'nothing'}"


@contextmanager
def _ending_on_signal() -> "Iterator[None]":
    """Who waits ends at once when asked to; granian's processes would hear no SIGTERM before they serve."""
    if current_thread() is not main_thread():
        yield
        return
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, lambda *_: sys.exit(0)) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def wait_for_database(url: str, name: str, patience_s: int = 120) -> None:
    """The database answers; says once that it is waited for. Raises the last error when patience ends."""
    from sqlalchemy import create_engine, pool, text
    from sqlalchemy.exc import OperationalError

    engine = create_engine(url, poolclass=pool.NullPool, connect_args={"connect_timeout": 3})
    for attempt in range(patience_s * 2):
        try:
            with engine.connect() as connection:
                connection.execute(text("SELECT 1"))
                return
        except OperationalError:
            if attempt == 0:
                sys.stderr.write(f"{name}: waiting for the database\n")
            if attempt == patience_s * 2 - 1:
                raise
            time.sleep(0.5)

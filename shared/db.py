"""The road to PostgreSQL: one engine, one pool, and the only place that commits.

`run` sends one statement, which PostgreSQL commits by itself before it answers: the public writes go that way.
`transaction` is for everything else. `reading` never commits.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Engine, Row, TextClause, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

Parameters = Mapping[str, Any]
T = TypeVar("T")


class Database:
    """A pool of at most `pool_size` connections; a small one is faster (a hot row suffers from more)."""

    def __init__(
        self, url: str, *, pool_size: int = 2, pool_timeout_s: float = 10.0, name: str = "frontdesk"
    ) -> None:
        self.engine: Engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=pool_timeout_s,
            pool_use_lifo=True,
            isolation_level="AUTOCOMMIT",
            pool_reset_on_return=None,
            hide_parameters=True,  # a statement's values are personal data: they never reach a log
            connect_args={"application_name": name, "connect_timeout": 5},
        )
        self._transactional = self.engine.execution_options(isolation_level="READ COMMITTED")

    def run(self, statement: TextClause, parameters: Parameters | None = None) -> Sequence[Row[Any]]:
        """The rows of one statement, committed when this returns.

        Sent once more when the connection turns out to be dead, so it must be harmless to repeat: by a key, or a guard.
        """
        try:
            return self._run(statement, parameters)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            return self._run(statement, parameters)

    def _run(self, statement: TextClause, parameters: Parameters | None) -> Sequence[Row[Any]]:
        with self.engine.connect() as connection:
            result = connection.execute(statement, parameters or {})
            return result.all() if result.returns_rows else []

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose changes are all there when the block ends, or none of them."""
        with Session(self._transactional, expire_on_commit=False, autoflush=True) as session:
            self._wake(session)
            yield session
            session.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that keeps nothing."""
        with Session(self._transactional, expire_on_commit=False, autoflush=False) as session:
            self._wake(session)
            yield session
            session.expunge_all()  # what was read stays readable after the rollback
            session.rollback()

    def in_transaction(self, work: Callable[[Session], T]) -> T:
        """What `work` returns, after its changes are committed."""
        with self.transaction() as session:
            return work(session)

    @staticmethod
    def _wake(session: Session) -> None:
        """The session's connection is alive: a pooled one may have died with a restarted server."""
        try:
            session.execute(text("SELECT 1"))
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            session.rollback()
            session.execute(text("SELECT 1"))

    def dispose(self) -> None:
        """All connections are closed."""
        self.engine.dispose()


def rows(session: Session, statement: TextClause, **parameters: Any) -> Sequence[Row[Any]]:
    """The rows of a named statement inside the session's transaction."""
    return session.execute(statement, parameters).all()


def first(session: Session, statement: TextClause, **parameters: Any) -> Row[Any] | None:
    """The first row of a named statement, or none."""
    return session.execute(statement, parameters).first()

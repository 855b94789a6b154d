"""The road to PostgreSQL: one engine, one pool, and the only place that commits.

`run` sends one statement, which PostgreSQL commits by itself before it answers: the public writes go that way.
`transaction` is for everything else. `reading` never commits.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeVar

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy import Engine, Row, TextClause, create_engine, text
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

Parameters = Mapping[str, Any]
T = TypeVar("T")


_DIALECT = PGDialect_psycopg(paramstyle="pyformat")  # type: ignore[no-untyped-call]


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
        self.facts: dict[
            str, Any
        ] = {}  # what every transaction's session knows of the installation, as `session.info`
        self._transactional = self.engine.execution_options(isolation_level="READ COMMITTED")

    def run(self, statement: TextClause, parameters: Parameters | None = None) -> Sequence[Any]:
        """The rows of one statement (named tuples), committed when this returns.

        Sent once more when the connection turns out to be dead, so it must be harmless to repeat: by a key, or a guard.
        """
        try:
            return self._run(statement, parameters)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            return self._run(statement, parameters)

    def _run(self, statement: TextClause, parameters: Parameters | None) -> Sequence[Any]:
        """By psycopg itself, on a connection of the one pool: SQLAlchemy's own execution takes longer than the rest of the way."""
        sql = _for_psycopg(statement)
        with self._raw_connection() as connection:
            try:
                with connection.cursor(row_factory=namedtuple_row) as cursor:
                    cursor.execute(sql, parameters or {})
                    return cursor.fetchall() if cursor.description else []
            except psycopg.Error as error:
                raise self._as_database_error(error, sql, is_dead=connection.broken) from error

    @contextmanager
    def _raw_connection(self) -> Iterator[psycopg.Connection[Any]]:
        try:
            pooled = self.engine.raw_connection()
        except psycopg.Error as error:
            raise self._as_database_error(error, None, is_dead=False) from error
        connection = pooled.driver_connection
        assert isinstance(connection, psycopg.Connection)
        try:
            yield connection
        finally:
            if connection.broken:
                pooled.invalidate()
            pooled.close()

    def _as_database_error(self, error: psycopg.Error, sql: str | None, *, is_dead: bool) -> BaseException:
        """As SQLAlchemy would raise it. After a restart of the server the other pooled connections are dead too: all are let go."""
        if is_dead:
            self.engine.dispose()
        return DBAPIError.instance(
            sql,
            None,
            error,
            psycopg.Error,
            hide_parameters=True,
            connection_invalidated=is_dead,
            dialect=self.engine.dialect,
        )

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose changes are all there when the block ends, or none of them."""
        with Session(self._transactional, expire_on_commit=False, autoflush=True, info=self.facts) as session:
            self._wake(session)
            yield session
            session.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that keeps nothing."""
        with Session(
            self._transactional, expire_on_commit=False, autoflush=False, info=self.facts
        ) as session:
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


@lru_cache(maxsize=512)
def _for_psycopg(statement: TextClause) -> str:
    """A named statement with its `:values` as psycopg writes them."""
    return str(statement.compile(dialect=_DIALECT))


def rows(session: Session, statement: TextClause, **parameters: Any) -> Sequence[Row[Any]]:
    """The rows of a named statement inside the session's transaction."""
    return session.execute(statement, parameters).all()


def first(session: Session, statement: TextClause, **parameters: Any) -> Row[Any] | None:
    """The first row of a named statement, or none."""
    return session.execute(statement, parameters).first()

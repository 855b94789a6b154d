"""Processes that tests kill: a reader of a mailbox, and the listener; forked from one that has everything loaded already."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess

import psycopg
from sqlalchemy import make_url

from inquiry_service.domain.our_addresses import OurAddresses
from inquiry_service.roads.listener import Listener, keeper
from inquiry_service.roads.mailboxes import read_mailboxes
from shared.db import Database
from shared.imap_url import parse_imap_url
from shared.listen_url import ListenSettings
from tests.roads import unguarded
from tests.roads.waiting import wait_until

LOCK = 4711
_WAIT = f"""
    CREATE OR REPLACE FUNCTION wait_for_the_test() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_advisory_xact_lock({LOCK}); RETURN NEW; END $$
"""
AT = {
    "storing": "CREATE TRIGGER held_up BEFORE INSERT ON raw_mail FOR EACH ROW EXECUTE FUNCTION wait_for_the_test()",
    "committing": "CREATE CONSTRAINT TRIGGER held_up AFTER INSERT ON raw_mail DEFERRABLE INITIALLY DEFERRED "
    "FOR EACH ROW EXECUTE FUNCTION wait_for_the_test()",
}
_WAITING = f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = {LOCK} AND NOT granted"
_END_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mortal'"
_OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'mortal'"


def reader(database_url: str, imap_url: str, certificate: str, without: str) -> BaseProcess:
    """A reader that begins now, perhaps without one of its guards."""
    return _begun(_read, database_url, imap_url, certificate, without)


def listener(database_url: str, port: int, without: str) -> BaseProcess:
    """A listener that begins now, at that port."""
    return _begun(_listen, database_url, port, without)


def kill(process: BaseProcess) -> None:
    """Killed, without a word before."""
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)


def _begun(work: Callable[..., None], *values: object) -> BaseProcess:
    process = _context().Process(target=work, args=values, daemon=True)
    process.start()
    return process


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.roads.mortal"])
    return context


def _read(database_url: str, imap_url: str, certificate: str, without: str) -> None:
    os.environ["SSL_CERT_FILE"] = certificate
    unguarded.remove(without)
    read_mailboxes(Database(database_url, name="mortal"), parse_imap_url(imap_url))


def _listen(database_url: str, port: int, without: str) -> None:
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - until this process is killed
    unguarded.remove(without)
    ours = OurAddresses("riverside.example", frozenset({"hello@riverside.example"}))
    database = Database(database_url, name="mortal")
    Listener(ListenSettings("lmtp", "127.0.0.1", port), ours, keeper(database, "lmtp")).run()


@contextmanager
def held_up(owner_url: str, admin_url: str, point: str) -> Iterator[Callable[[BaseProcess], None]]:
    """Whoever stores a mail waits at that point inside the block. Yields what kills a process there.

    While it is storing, its connection dies with it, and nothing of it is kept; in the commit PostgreSQL goes on, and nobody hears of it.
    """
    url = make_url(owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as owner, psycopg.connect(url, autocommit=True) as holder:
        owner.execute(_WAIT)
        owner.execute(AT[point])

        def kill_there(process: BaseProcess) -> None:
            wait_until(lambda: _count(owner, _WAITING), f"somebody is {point}")
            kill(process)
            process.join(30)
            with psycopg.connect(admin_url, autocommit=True) as admin:
                if point == "storing":
                    admin.execute(_END_OTHERS)
                else:
                    holder.execute("SELECT pg_advisory_unlock_all()")
                wait_until(lambda: not _count(admin, _OTHERS), "PostgreSQL is done with the dead")
            holder.execute("SELECT pg_advisory_unlock_all()")
            holder.execute(f"SELECT pg_advisory_lock({LOCK})")

        try:
            holder.execute(f"SELECT pg_advisory_lock({LOCK})")
            yield kill_there
        finally:
            holder.execute("SELECT pg_advisory_unlock_all()")
            owner.execute("DROP FUNCTION wait_for_the_test() CASCADE")


def _count(connection: "psycopg.Connection[tuple[int, ...]]", question: str) -> int:
    row = connection.execute(question).fetchone()
    return int(row[0]) if row else 0

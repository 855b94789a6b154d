"""Which processes of a service are alive: each writes a row every few seconds, and the desk says so when no worker does."""

import os
import socket
import threading

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from shared.db import Database

BEAT_S = 10
ALIVE_S = 30  # two beats may be late; a desk that is open asks every 10 s, so it says so within 40
log = structlog.get_logger()

_BEAT = text("""
    INSERT INTO process (name, role, pid) VALUES (:name, :role, :pid)
    ON CONFLICT (name) DO UPDATE SET seen_at = now(), pid = excluded.pid
""")
_GONE = text("DELETE FROM process WHERE name = :name OR seen_at < now() - interval '1 day'")


class Presence:
    """From `begin` to `end`, this process is seen as one more of its role."""

    def __init__(self, database: Database, role: str) -> None:
        self._database = database
        self._values = {
            "name": f"{role}@{socket.gethostname()}:{os.getpid()}",
            "role": role,
            "pid": os.getpid(),
        }
        self._stop = threading.Event()

    def begin(self) -> None:
        """The process is seen from now on."""
        threading.Thread(target=self._beat, name="presence", daemon=True).start()

    def _beat(self) -> None:
        while True:
            try:
                self._database.run(_BEAT, self._values)
            except SQLAlchemyError as error:
                log.warning("presence_not_written", error=type(error).__name__)
            if self._stop.wait(BEAT_S):
                return

    def end(self) -> None:
        """The process is no longer seen."""
        self._stop.set()
        try:
            self._database.run(_GONE, {"name": self._values["name"]})
        except SQLAlchemyError as error:
            log.warning("presence_not_ended", error=type(error).__name__)

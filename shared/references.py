"""Public references from a sequence, a block at a time, so that a public write needs no round trip for its number."""

import threading

from sqlalchemy import text

from shared.db import Database
from shared.tokens import public_reference

BLOCK = 20  # the sequence's INCREMENT BY; numbers of a block that a process never used are simply skipped


class References:
    """Hands out references such as `Q-7F3K9T`, each once, over any number of processes and threads."""

    def __init__(self, database: Database, sequence: str, prefix: str) -> None:
        self._database = database
        self._statement = text(f"SELECT nextval('{sequence}')")
        self._prefix = prefix
        self._lock = threading.Lock()
        self._next = self._end = 0

    def next(self) -> str:
        """A reference nobody else has."""
        with self._lock:
            if self._next == self._end:
                self._next = int(self._database.run(self._statement)[0][0])
                self._end = self._next + BLOCK
            self._next += 1
            return public_reference(self._prefix, self._next - 1)

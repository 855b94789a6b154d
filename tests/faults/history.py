"""What the clients did, as they saw it: one line an event, appended and never changed.

Every attempt is written down before it is made (`invoked`); its outcome is `ok`, `failed` (certainly refused) or `unknown`.
"""

import json
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

INVOKED, OK, FAILED, UNKNOWN = "invoked", "ok", "failed", "unknown"


@dataclass(frozen=True)
class Event:
    """One moment of one attempt. `key` is the Idempotency-Key; `answer_id` is the row that a 201 named."""

    kind: str  # inquiry | registration | cancellation
    key: str
    email: str
    event: str
    status: int = 0
    answer_id: str = ""


@dataclass(frozen=True)
class Operation:
    """Everything that is known about one key."""

    kind: str
    key: str
    email: str
    outcomes: tuple[str, ...]
    answer_ids: frozenset[str]

    @property
    def is_accepted(self) -> bool:
        """At least one attempt was answered with success."""
        return OK in self.outcomes

    @property
    def is_refused(self) -> bool:
        """Every attempt was certainly refused: nothing may have followed from it."""
        return bool(self.outcomes) and set(self.outcomes) == {FAILED}

    @property
    def is_settled(self) -> bool:
        """The client knows what became of it; otherwise it gave up, or died."""
        return self.is_accepted or FAILED in self.outcomes[-1:]


class History:
    """The file, written by many threads."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self._lock = threading.Lock()
        self.path = path

    def write(self, event: Event) -> None:
        """The event stands in the file."""
        line = json.dumps(asdict(event), separators=(",", ":"))
        with self._lock:
            self._file.write(line + "\n")
            self._file.flush()

    def close(self) -> None:
        """No more events."""
        self._file.close()


def read(path: Path) -> list[Event]:
    """The events of a history file, oldest first."""
    return [Event(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def operations(events: list[Event]) -> Iterator[Operation]:
    """The events put together by their keys, in the order of their first attempts."""
    by_key: dict[tuple[str, str], list[Event]] = {}
    for event in events:
        by_key.setdefault((event.kind, event.key), []).append(event)
    for (kind, key), mine in by_key.items():
        outcomes = [event.event for event in mine if event.event != INVOKED]
        # an attempt whose end was never written is one whose outcome nobody knows
        outcomes += [UNKNOWN] * (sum(event.event == INVOKED for event in mine) - len(outcomes))
        ids = frozenset(event.answer_id for event in mine if event.answer_id)
        yield Operation(kind, key, mine[0].email, tuple(outcomes), ids)

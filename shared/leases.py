"""How a row of work is taken: for a while, by a token. A lease that ran out belongs to nobody; a settled row checks the token."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

LEASE_S = 60
HEARTBEAT_S = 20
POKE_AGAIN_S = 5
POKES_BEFORE_INLINE = 2
# After a restore nothing is taken until a person says so (`shared/holding.py`): in every statement that takes work.
NOT_HELD = "NOT EXISTS (SELECT FROM holding)"


class LeaseLost(Exception):
    """Somebody else holds the row now; whatever was not committed with the old token must be dropped."""


class Heartbeat:
    """While the block runs, `renew` is called every HEARTBEAT_S seconds; `is_lost` turns true when it returned False."""

    def __init__(self, renew: Callable[[], bool], *, every_s: float = HEARTBEAT_S) -> None:
        self._renew = renew
        self._every_s = every_s
        self._stop = threading.Event()
        self.is_lost = False
        self._thread = threading.Thread(target=self._beat, name="lease-heartbeat", daemon=True)

    def _beat(self) -> None:
        while not self._stop.wait(self._every_s):
            try:
                if not self._renew():
                    self.is_lost = True
                    return
            except Exception:  # noqa: S112 - the database is away: the lease will tell, when it is settled
                continue

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(timeout=1)

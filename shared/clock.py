"""The only place that reads a clock. What decides (leases, offers, deadlines) is the database's `now()`, not this one."""

import time
from datetime import UTC, datetime


def utc_now() -> datetime:
    """The current moment, aware and in UTC: for showing, and for tokens that carry their own time."""
    return datetime.now(UTC)


def monotonic_s() -> float:
    """Seconds that only ever grow: for measuring how long something took."""
    return time.monotonic()


def unix_ms() -> int:
    """Milliseconds since 1970: the time part of an id."""
    return time.time_ns() // 1_000_000

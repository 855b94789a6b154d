"""How often a network may write: counted together over processes in Redis, alone while Redis is away, and never more than is said."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.embedded.valkey import Valkey
from shared.errors import TooMany
from shared.limits import RateLimits

WINDOWS = "3/minute;5/hour"


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    """A Redis of this test's own."""
    valkey = Valkey(tmp_path / "redis")
    valkey.start()
    yield valkey
    valkey.stop()


def _allowed(limits: RateLimits, times: int, windows: str = WINDOWS, key: str = "192.0.2.0/24") -> int:
    """How many of so many requests come through."""
    through = 0
    for _ in range(times):
        try:
            limits.check("ask", key, windows)
        except TooMany:
            continue
        through += 1
    return through


def test_two_processes_count_together(valkey: Valkey) -> None:
    one, other = RateLimits(valkey.url), RateLimits(valkey.redis_url)
    assert _allowed(one, 2) + _allowed(other, 4) == 3
    assert _allowed(other, 4, key="198.51.100.0/24") == 3


def test_each_window_has_its_own_end(valkey: Valkey) -> None:
    limits = RateLimits(valkey.url)
    _allowed(limits, 3)
    _allowed(limits, 3, "5/minute;3/hour", key="198.51.100.0/24")
    with pytest.raises(TooMany) as soon:
        limits.check("ask", "192.0.2.0/24", WINDOWS)
    with pytest.raises(TooMany) as later:
        limits.check("ask", "198.51.100.0/24", "5/minute;3/hour")
    assert (soon.value.retry_after_s, later.value.retry_after_s) == (60, 3600)


def test_a_request_that_the_first_window_refuses_does_not_count_in_the_second(valkey: Valkey) -> None:
    limits = RateLimits(valkey.url)
    assert _allowed(limits, 10, "2/minute;3/hour") == 2
    assert _allowed(limits, 10, "99/second;3/hour") == 1


def test_counting_goes_on_while_redis_is_away(tmp_path: Path) -> None:
    limits = RateLimits(f"redis+socket://{tmp_path}/nobody.sock?virtual_host=0")
    assert _allowed(limits, 10) == 3


def test_what_redis_forgot_is_counted_anew_and_refuses_nobody_wrongly(valkey: Valkey) -> None:
    limits = RateLimits(valkey.url)
    assert _allowed(limits, 4) == 3
    valkey.stop()
    valkey.start()
    assert _allowed(limits, 4) == 3

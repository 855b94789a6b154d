"""How often an address may write: counted in Redis, and in this process while Redis is away. Loopback is not exempt.

The `limits` library is used without Flask-Limiter, whose module-wide object two services in one process would share.
"""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

import structlog
from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from redis import Redis
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.exceptions import RedisError
from redis.retry import Retry

from shared.clock import monotonic_s
from shared.errors import TooMany
from shared.phrases import phrase
from shared.redis_server import socket_url

log = structlog.get_logger()
TRY_REDIS_AGAIN_S = 10.0


def address_block(address: str) -> str:
    """The network that a visitor's address belongs to: /24 of IPv4, /56 of IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return str(ipaddress.ip_network(f"{parsed}/{24 if parsed.version == 4 else 56}", strict=False))


# All windows in one round trip. As with one after the other: a window that is full ends it, and later ones do not count.
_HIT = """
for number, key in ipairs(KEYS) do
    local count = redis.call('incr', key)
    if count == 1 then redis.call('expire', key, ARGV[number * 2]) end
    if count > tonumber(ARGV[number * 2 - 1]) then return number end
end
return 0
"""
_parsed = lru_cache(maxsize=64)(parse_many)  # a setting's few texts, read with every request


def _redis_script(redis_url: str) -> Script:
    client = Redis.from_url(
        socket_url(redis_url, "unix"),
        socket_timeout=0.15,
        socket_connect_timeout=0.15,
        retry=Retry(NoBackoff(), 0),
    )
    return client.register_script(_HIT)


class RateLimits:
    """Fixed windows per name and key."""

    def __init__(self, redis_url: str) -> None:
        self._local = FixedWindowRateLimiter(MemoryStorage())
        self._script = _redis_script(redis_url)  # it connects with the first request
        self._try_redis_at = 0.0

    def check(self, name: str, key: str, windows: str) -> None:
        """One more for `key` within `windows` (`"30/minute;300/hour"`). Raises TooMany."""
        parsed = _parsed(windows)
        full = self._first_full(parsed, name, key)
        if full is not None:
            raise TooMany(
                phrase("Too many requests from your network. Please wait a little."),
                retry_after_s=int(full.get_expiry()),
            )

    def _first_full(self, windows: Sequence[RateLimitItem], name: str, key: str) -> RateLimitItem | None:
        if monotonic_s() >= self._try_redis_at:
            keys = [f"LIMITS:{window.key_for(name, key)}" for window in windows]
            limits = [number for window in windows for number in (window.amount, window.get_expiry())]
            try:
                number = int(self._script(keys=keys, args=limits))
            except (RedisError, OSError) as error:
                log.warning("limits_without_redis", error=type(error).__name__)
                self._try_redis_at = monotonic_s() + TRY_REDIS_AGAIN_S
            else:
                return windows[number - 1] if number else None
        return next((window for window in windows if not self._local.hit(window, name, key)), None)

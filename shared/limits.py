"""How often an address may write: counted in Redis, and in this process while Redis is away. Loopback is not exempt.

The `limits` library is used without Flask-Limiter, whose module-wide object two services in one process would share.
"""

import ipaddress

import structlog
from limits import parse_many
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import FixedWindowRateLimiter
from redis.backoff import NoBackoff
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


def _redis_storage(redis_url: str) -> Storage:
    url = socket_url(redis_url, "redis+unix")
    return RedisStorage(url, socket_timeout=0.15, socket_connect_timeout=0.15, retry=Retry(NoBackoff(), 0))  # type: ignore[arg-type]


class RateLimits:
    """Fixed windows per name and key."""

    def __init__(self, redis_url: str) -> None:
        self._redis_url = redis_url
        self._local = FixedWindowRateLimiter(MemoryStorage())
        self._redis: FixedWindowRateLimiter | None = None
        self._try_redis_at = 0.0

    def check(self, name: str, key: str, windows: str) -> None:
        """One more for `key` within `windows` (`"30/minute;300/hour"`). Raises TooMany."""
        for window in parse_many(windows):
            limiter = self._limiter()
            try:
                is_allowed = limiter.hit(window, name, key)
            except (RedisError, OSError) as error:
                log.warning("limits_without_redis", error=type(error).__name__)
                self._redis, self._try_redis_at = None, monotonic_s() + TRY_REDIS_AGAIN_S
                is_allowed = self._local.hit(window, name, key)
            if not is_allowed:
                raise TooMany(
                    phrase("Too many requests from your network. Please wait a little."),
                    retry_after_s=int(window.get_expiry()),
                )

    def _limiter(self) -> FixedWindowRateLimiter:
        if self._redis is None and monotonic_s() >= self._try_redis_at:
            try:
                self._redis = FixedWindowRateLimiter(_redis_storage(self._redis_url))
            except (RedisError, OSError):
                self._try_redis_at = monotonic_s() + TRY_REDIS_AGAIN_S
        return self._redis or self._local

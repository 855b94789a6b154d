"""Redis asked once, whether it answers: the broker's doorbell and the limiter's memory. Away, it costs speed and no work."""

from urllib.parse import parse_qs, urlsplit

ANSWERS_WITHIN_S = 0.5


def socket_url(redis_url: str, scheme: str) -> str:
    """Celery's and redis-py's own words for a server behind a socket file, said in the scheme of another library."""
    parts = urlsplit(redis_url)
    if parts.scheme not in ("redis+socket", "unix"):
        return redis_url
    query = parse_qs(parts.query)
    database = query.get("virtual_host", query.get("db", ["0"]))[0]
    return f"{scheme}://{parts.path}?db={database}"


def redis_fault(redis_url: str, *, within_s: float = ANSWERS_WITHIN_S) -> str | None:
    """Why Redis is of no use now, in a word; nothing when it answers in time."""
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.exceptions import RedisError
    from redis.retry import Retry

    client = Redis.from_url(
        socket_url(redis_url, "unix"),
        socket_timeout=within_s,
        socket_connect_timeout=within_s,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        client.ping()
    except (RedisError, OSError) as error:
        return type(error).__name__
    finally:
        client.close()
    return None

"""A LISTEN_URL taken apart: where the listener takes mail, and in which of the two protocols."""

from dataclasses import dataclass
from urllib.parse import urlsplit

DEFAULT = "lmtp://127.0.0.1:8024"


@dataclass(frozen=True)
class ListenSettings:
    """`path` is a Unix socket's, in place of host and port. Port 0 is any that is free."""

    protocol: str
    host: str = ""
    port: int = 0
    path: str = ""


def parse_listen_url(url: str) -> ListenSettings:
    """`lmtp://127.0.0.1:8024`, `smtp://127.0.0.1:8025`, `lmtp:///run/frontdesk/lmtp.sock`. Raises ValueError."""
    parts = urlsplit(url or DEFAULT)
    if parts.scheme not in ("lmtp", "smtp"):
        raise ValueError("lmtp://host:port, smtp://host:port or lmtp:///a/socket")
    if parts.username or parts.password or parts.query:
        raise ValueError("it has a host and a port, or a path, and nothing else")
    if not parts.hostname and parts.path.startswith("/"):
        return ListenSettings(parts.scheme, path=parts.path)
    if not parts.hostname or parts.port is None or parts.path:
        raise ValueError("a host and a port are needed, or the absolute path of a socket")
    return ListenSettings(parts.scheme, parts.hostname, parts.port)

"""How the two services trust each other's requests: an HMAC over path, time and body with the one secret that they share."""

import hashlib
import hmac
from typing import Protocol

from shared.clock import unix_ms

VALID_S = 300
HEADER = "Frontdesk-Pair"
MAX_TIME_DIGITS = 12


class Headers(Protocol):
    """A request's headers, of whatever library."""

    def get(self, name: str, default: str, /) -> str:
        """The header, or the default."""


def _digest(secret: str, path: str, at_s: int, body: bytes) -> str:
    said = f"frontdesk-pair\n{path}\n{at_s}"
    if body:  # requests without one are signed as they always were: during an upgrade both versions talk
        said += f"\n{hashlib.sha256(body).hexdigest()}"
    return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()


def sign(secret: str, path: str, body: bytes = b"") -> dict[str, str]:
    """The header that lets the sibling believe a request for `path` (with its query) and that body came from us."""
    at_s = unix_ms() // 1000
    return {HEADER: f"{at_s}.{_digest(secret, path, at_s, body)}"}


def is_from_sibling(secret: str, path: str, headers: Headers, body: bytes = b"") -> bool:
    """Whether the header was made by the sibling for this path and body within five minutes."""
    at, _, digest = headers.get(HEADER, "").partition(".")
    # int() raises on thousands of digits
    if len(at) > MAX_TIME_DIGITS or not at.isascii() or not at.isdigit():
        return False
    if abs(unix_ms() // 1000 - int(at)) > VALID_S:
        return False
    return hmac.compare_digest(
        _digest(secret, path, int(at), body).encode(), digest.encode("utf-8", "replace")
    )

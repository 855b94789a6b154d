"""How the two services trust each other's requests: an HMAC over path and time with the one secret that they share."""

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


def _digest(secret: str, path: str, at_s: int) -> str:
    return hmac.new(secret.encode(), f"frontdesk-pair\n{path}\n{at_s}".encode(), hashlib.sha256).hexdigest()


def sign(secret: str, path: str) -> dict[str, str]:
    """The header that lets the sibling believe a request for `path` (with its query) came from us."""
    at_s = unix_ms() // 1000
    return {HEADER: f"{at_s}.{_digest(secret, path, at_s)}"}


def is_from_sibling(secret: str, path: str, headers: Headers) -> bool:
    """Whether the header was made by the sibling for this path within five minutes."""
    at, _, digest = headers.get(HEADER, "").partition(".")
    # int() raises on thousands of digits
    if len(at) > MAX_TIME_DIGITS or not at.isascii() or not at.isdigit():
        return False
    if abs(unix_ms() // 1000 - int(at)) > VALID_S:
        return False
    return hmac.compare_digest(_digest(secret, path, int(at)).encode(), digest.encode("utf-8", "replace"))

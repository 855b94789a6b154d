"""Passwords: argon2id, at most two at a time, and the same work for a name that nobody has."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 12
_AT_ONCE = threading.BoundedSemaphore(
    2
)  # each takes 64 MiB and a core: more at once is an easy way to stop the desk
_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash("nobody has this password")


def hash_password(password: str) -> str:
    """The argon2id hash with its own salt and parameters."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def is_right(password: str, stored_hash: str | None) -> bool:
    """Whether the password belongs to the hash; without one it takes as long, and is wrong."""
    with _AT_ONCE:
        try:
            return _HASHER.verify(stored_hash or _NOBODY, password) and stored_hash is not None
        except (VerificationError, InvalidHashError):
            return False

"""Ids, secrets and public references: made here, so that nobody invents a weaker kind elsewhere."""

import base64
import hashlib
import hmac
import secrets
from uuid import UUID

from shared.clock import unix_ms

REFERENCE_SYMBOLS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0 O 1 I L U: a reference is read aloud on the phone
REFERENCE_LENGTH = 6
_SPACE = len(REFERENCE_SYMBOLS) ** REFERENCE_LENGTH
_MULTIPLIER = 437_586_239  # coprime to 30, so that every number below _SPACE has exactly one picture
_OFFSET = 271_828_183


def new_id() -> UUID:
    """A version 7 UUID: sortable by the millisecond it was made in (RFC 9562 5.7)."""
    value = (unix_ms() & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def new_secret() -> str:
    """130 random bits as 26 lower-case base32 characters: for links, reply addresses, sessions."""
    return base64.b32encode(secrets.token_bytes(17)).decode("ascii").lower()[:26]


def hash_secret(secret: str) -> bytes:
    """What the database keeps of a secret. Plain SHA-256: the secrets are random, so there is nothing to guess."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def new_code() -> str:
    """Six random digits, sent to the address on file."""
    return f"{secrets.randbelow(1_000_000):06d}"


def hash_code(key: str, subject_id: UUID, code: str) -> bytes:
    """What the database keeps of a code: keyed, because a million codes are soon tried."""
    return hmac.new(key.encode(), f"{subject_id}:{code}".encode(), hashlib.sha256).digest()


def public_reference(prefix: str, number: int) -> str:
    """`number` (from a sequence) as `Q-7F3K9T`: identifies, grants nothing, never repeats below 729 million."""
    if not 0 <= number < _SPACE:
        raise ValueError(f"no reference for {number}")
    scrambled = (number * _MULTIPLIER + _OFFSET) % _SPACE
    symbols = []
    for _ in range(REFERENCE_LENGTH):
        scrambled, digit = divmod(scrambled, len(REFERENCE_SYMBOLS))
        symbols.append(REFERENCE_SYMBOLS[digit])
    return f"{prefix}-{''.join(symbols)}"

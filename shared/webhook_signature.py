"""Signatures of Standard Webhooks (https://www.standardwebhooks.com) over bytes of any kind; the library takes only JSON text."""

import base64
import binascii
import hashlib
import hmac

from shared.clock import unix_ms
from shared.pair import Headers

VALID_S = 300
WEAK_KEY_BYTES = 24
MAX_ID = 256
_PREFIX = "whsec_"


class WeakSecret(Exception):
    """The secret is not one, or too short to be one."""


def key_of(secret: str) -> bytes:
    """The key in `whsec_` and base64. Raises WeakSecret, which does not quote it."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(_PREFIX) or len(key) < WEAK_KEY_BYTES or len(set(key)) < 8:
        raise WeakSecret(
            f"{_PREFIX} and at least {WEAK_KEY_BYTES} random bytes in base64: `openssl rand -base64 32`"
        )
    return key


def signature(key: bytes, message_id: str, at_s: int, body: bytes) -> str:
    """What `webhook-signature` must hold for this body."""
    digest = hmac.new(key, f"{message_id}.{at_s}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def is_timely(headers: Headers) -> bool:
    """Whether there is a signature at all, made within five minutes: what can be said before the body is read."""
    at, message_id = headers.get("webhook-timestamp", ""), headers.get("webhook-id", "")
    if not headers.get("webhook-signature", "") or not 0 < len(message_id) <= MAX_ID:
        return False
    if len(at) > 12 or not at.isascii() or not at.isdigit():  # int() raises on thousands of digits
        return False
    return abs(unix_ms() // 1000 - int(at)) <= VALID_S


def is_signed(secret: str, headers: Headers, body: bytes) -> bool:
    """Whether one of the signatures was made with the secret, for this body, within five minutes. Never without a secret."""
    if not secret or not is_timely(headers):
        return False
    right = signature(
        key_of(secret), headers.get("webhook-id", ""), int(headers.get("webhook-timestamp", "")), body
    ).encode()
    given = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(right, one.encode("utf-8", "replace")) for one in given)

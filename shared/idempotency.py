"""The same key and body get the same stored answer; the same key with another body is refused. The key stands in the same commit as the facts."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.db import Database, first, rows
from shared.errors import Invalid, SameKeyOtherBody
from shared.phrases import phrase

MAX_KEY_LENGTH = 200
Answer = dict[str, Any]

_CLAIM = text("""
    INSERT INTO idempotency (scope, key, body_hash) VALUES (:scope, :key, :body_hash)
    ON CONFLICT (scope, key) DO NOTHING RETURNING key
""")
_FIND = text("SELECT body_hash, answer FROM idempotency WHERE scope = :scope AND key = :key")
_STORE = text("UPDATE idempotency SET answer = CAST(:answer AS jsonb) WHERE scope = :scope AND key = :key")
_SWEEP = text("DELETE FROM idempotency WHERE created_at < now() - interval '7 days'")


def fingerprint(body: bytes | Mapping[str, Any]) -> bytes:
    """SHA-256 of a request's body: of its bytes, or of its values in a fixed order."""
    data = body if isinstance(body, bytes) else json.dumps(body, sort_keys=True, default=str).encode()
    return hashlib.sha256(data).digest()


def checked_key(key: str | None) -> str | None:
    """The key as it may be stored, or none. Raises Invalid."""
    if key is None:
        return None
    if not 1 <= len(key) <= MAX_KEY_LENGTH or not key.isascii() or not key.isprintable():
        raise Invalid(
            phrase("The Idempotency-Key is not usable"),
            fields={"Idempotency-Key": [phrase("1 to 200 printable ASCII characters.")]},
        )
    return key


def same_body_or_raise(stored_hash: bytes, body_hash: bytes) -> None:
    """Raises SameKeyOtherBody unless both requests were the same."""
    if bytes(stored_hash) != body_hash:
        raise SameKeyOtherBody()


def once(
    database: Database, scope: str, key: str | None, body_hash: bytes, work: Callable[[Session], Answer]
) -> Answer:
    """The answer of `work`, done in one transaction with its key; for a key seen before, the stored answer and nothing else.

    A second request that comes while the first is at work waits for it. Raises SameKeyOtherBody, and whatever `work` raises.
    """
    with database.transaction() as session:
        if key is None:
            return work(session)
        claimed = first(session, _CLAIM, scope=scope, key=key, body_hash=body_hash)
        if claimed is None:
            stored = rows(session, _FIND, scope=scope, key=key)[0]
            same_body_or_raise(stored.body_hash, body_hash)
            return dict(stored.answer)
        answer = work(session)
        session.execute(_STORE, {"scope": scope, "key": key, "answer": json.dumps(answer, default=str)})
        return answer


def note(session: Session, scope: str, key: str) -> None:
    """Something was asked for. Writing that down costs the same whether or not anything follows, so that time tells nothing."""
    session.execute(_CLAIM, {"scope": scope, "key": key, "body_hash": b""})


def sweep(session: Session) -> None:
    """Keys older than seven days are gone."""
    session.execute(_SWEEP)

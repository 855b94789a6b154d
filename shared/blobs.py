"""Bytes by their SHA-256: raw mails, letters as sent, attachments. At most 25 MB each, stored once, never selected by a list."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.db import first, rows
from shared.errors import NotFound
from shared.phrases import phrase

_PUT = text("INSERT INTO blob (sha256, bytes) VALUES (:sha256, :bytes) ON CONFLICT (sha256) DO NOTHING")
_GET = text("SELECT bytes FROM blob WHERE sha256 = :sha256")
_GET_ALL = text("SELECT sha256, bytes FROM blob WHERE sha256 = ANY(CAST(:hashes AS bytea[]))")


def put(session: Session, data: bytes) -> bytes:
    """The bytes are stored; returns their SHA-256 (32 bytes)."""
    sha256 = hashlib.sha256(data).digest()
    session.execute(_PUT, {"sha256": sha256, "bytes": data})
    return sha256


def get(session: Session, sha256: bytes) -> bytes:
    """The bytes with that SHA-256. Raises NotFound."""
    row = first(session, _GET, sha256=sha256)
    if row is None:
        raise NotFound(phrase("No such bytes are kept"))
    return bytes(row.bytes)


def get_all(session: Session, hashes: Sequence[bytes]) -> list[bytes]:
    """The bytes of each, in one statement. Raises NotFound."""
    if not hashes:
        return []
    found = {bytes(row.sha256): bytes(row.bytes) for row in rows(session, _GET_ALL, hashes=list(hashes))}
    if not found.keys() >= set(hashes):
        raise NotFound(phrase("No such bytes are kept"))
    return [found[sha256] for sha256 in hashes]

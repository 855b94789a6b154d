"""Bytes by their SHA-256: raw mails, letters as sent, attachments. At most 25 MB each, stored once, never selected by a list."""

import hashlib

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.db import first
from shared.errors import NotFound
from shared.phrases import phrase

_PUT = text("INSERT INTO blob (sha256, bytes) VALUES (:sha256, :bytes) ON CONFLICT (sha256) DO NOTHING")
_GET = text("SELECT bytes FROM blob WHERE sha256 = :sha256")


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

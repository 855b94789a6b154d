"""The one intake behind every road: a mail's bytes are kept once, and its filing is owed in the same transaction."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared import jobs
from shared.db import Database, first, rows
from shared.logging import current_request_id
from shared.tokens import new_id

MOST_BYTES = 25_000_000  # of one mail, by whatever road
LMTP, SMTP, WEBHOOK = "lmtp", "smtp", "webhook"  # roads; a mail server's folder is called `imap:…`

# The bytes come as one value, taken apart here: PostgreSQL's arrays of bytea cost five times as much to write and to read.
# Sorted by hash: two that store the same mails wait for each other in one order. A conflict means: known already.
_STORE = text("""
    WITH given AS (
        SELECT id, substring(CAST(:hashes AS bytea) FROM 32 * CAST(number AS int) - 31 FOR 32) AS sha256,
               substring(CAST(:bytes AS bytea) FROM begins FOR size) AS bytes, uid, error
        FROM unnest(CAST(:ids AS uuid[]), CAST(:begins AS int[]), CAST(:sizes AS int[]), CAST(:uids AS bigint[]), CAST(:errors AS text[]))
             WITH ORDINALITY AS g (id, begins, size, uid, error, number)
    ), kept AS (
        INSERT INTO blob (sha256, bytes) SELECT sha256, bytes FROM given ORDER BY sha256 ON CONFLICT (sha256) DO NOTHING
    ), stored AS (
        INSERT INTO raw_mail (id, sha256, mailbox, uidvalidity, uid, envelope_to, status, error, filed_at)
        SELECT id, sha256, :mailbox, CAST(:uidvalidity AS bigint), uid, :envelope_to,
               CASE WHEN error IS NULL THEN 'stored' ELSE 'unreadable' END, error, CASE WHEN error IS NOT NULL THEN now() END
        FROM given ORDER BY sha256 ON CONFLICT DO NOTHING RETURNING id, status
    ), owed AS (
        INSERT INTO job (id, kind, dedupe_key, payload, request_id)
        SELECT id, 'file_mail', 'file_mail:' || id, jsonb_build_object('raw_mail_id', id), :request_id
        FROM stored WHERE status = 'stored'
    )
    SELECT id FROM stored
""")
_ALSO_TO = text("""
    UPDATE raw_mail SET envelope_to = concat_ws(' ', envelope_to, :envelope_to)
    WHERE sha256 = :sha256 AND status IN ('stored', 'unfiled')
      AND NOT string_to_array(coalesce(envelope_to, ''), ' ') @> string_to_array(:envelope_to, ' ')
    RETURNING id, envelope_to
""")


@dataclass(frozen=True)
class Arrival:
    """A mail's bytes. With a `fault` they are only what could be had of it, and a person looks at them; nothing reads them."""

    data: bytes
    uid: int | None = None
    fault: str | None = None


def store(
    session: Session,
    arrivals: Sequence[Arrival],
    *,
    mailbox: str,
    uidvalidity: int | None = None,
    envelope_to: str | None = None,
) -> list[UUID]:
    """All of them are kept, in one statement; returns the ids of those that are new. The same bytes are one mail."""
    values = _values(arrivals, mailbox, uidvalidity, envelope_to)
    return [row.id for row in rows(session, _STORE, **values)]


def store_at_once(database: Database, data: bytes, *, mailbox: str, envelope_to: str | None = None) -> bool:
    """The mail is kept and committed when this returns, in one round trip. False when these bytes came before."""
    found = database.run(_STORE, _values([Arrival(data)], mailbox, None, envelope_to))
    if not found and envelope_to:
        with database.transaction() as session:
            _note_another_recipient(session, data, envelope_to)
    return bool(found)


def store_raw(
    session: Session,
    data: bytes,
    *,
    mailbox: str,
    uidvalidity: int | None = None,
    uid: int | None = None,
    envelope_to: str | None = None,
) -> UUID | None:
    """The mail's bytes are kept and its filing is owed; None when these bytes came before.

    `envelope_to` are the recipients whom the road names, with spaces between them.
    """
    stored = store(
        session, [Arrival(data, uid)], mailbox=mailbox, uidvalidity=uidvalidity, envelope_to=envelope_to
    )
    if not stored and envelope_to:
        _note_another_recipient(session, data, envelope_to)
    return stored[0] if stored else None


def _values(
    arrivals: Sequence[Arrival], mailbox: str, uidvalidity: int | None, envelope_to: str | None
) -> dict[str, Any]:
    sizes = [len(arrival.data) for arrival in arrivals]
    return {
        "ids": [new_id() for _ in arrivals],
        "hashes": b"".join(hashlib.sha256(arrival.data).digest() for arrival in arrivals),
        "bytes": b"".join(arrival.data for arrival in arrivals) if len(arrivals) > 1 else arrivals[0].data,
        "begins": [1 + before for before in accumulate(sizes[:-1], initial=0)],
        "sizes": sizes,
        "uids": [arrival.uid for arrival in arrivals],
        "errors": [arrival.fault for arrival in arrivals],
        "mailbox": mailbox,
        "uidvalidity": uidvalidity,
        "envelope_to": envelope_to,
        "request_id": current_request_id(),
    }


def _note_another_recipient(session: Session, data: bytes, envelope_to: str) -> None:
    """Bytes that belong nowhere yet are looked at again when they come to another address: a blind copy names ours in no header."""
    known = first(session, _ALSO_TO, sha256=hashlib.sha256(data).digest(), envelope_to=envelope_to)
    if known is not None:
        key = f"file_mail:{known.id}:{hashlib.sha256(known.envelope_to.encode()).hexdigest()[:16]}"
        jobs.enqueue(session, "file_mail", {"raw_mail_id": str(known.id)}, dedupe_key=key)

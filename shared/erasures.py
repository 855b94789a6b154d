"""Who was erased, so that a restored backup does not bring them back: salted hashes, which say of nobody who they are.

Each service's database remembers its own part; the list also lies in a file beside the database and in every backup.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.audit import Actor
from shared.db import first, rows
from shared.errors import DomainError
from shared.people import normal_address
from shared.phrases import phrase
from shared.tokens import new_id

SALT_BYTES = 16
FILE_NAME = "erasures.jsonl"

_RECORD = text("""
    INSERT INTO erasure (id, salt, address_hash, person_id, person_name, reason, erased, kept)
    VALUES (:id, :salt, :address_hash, :person_id, :person_name, :reason, CAST(:erased AS jsonb), CAST(:kept AS jsonb))
    ON CONFLICT (id) DO UPDATE SET repeated_at = now() RETURNING id
""")
_ALL = text("SELECT id, salt, address_hash, erased_at FROM erasure ORDER BY erased_at, id")
_LOCK_LETTERS = text("SELECT status FROM letter WHERE id = ANY(:ids) ORDER BY id FOR UPDATE")
_CANCEL_LETTERS = text("""
    UPDATE letter SET status = 'cancelled', settled_at = now(), lease_token = NULL, lease_until = NULL
    WHERE id = ANY(:ids) AND status IN ('queued', 'ready', 'unknown', 'failed', 'bounced')
""")
_EMPTY_LETTERS = text("""
    UPDATE letter SET subject = NULL, message_id = NULL, last_error = NULL, smtp_reply = CASE WHEN smtp_reply IS NOT NULL THEN 'erased' END,
        recipient = CASE WHEN recipient = ANY(:addresses) THEN id || '@erased.invalid' ELSE recipient END
    WHERE id = ANY(:ids)
""")
_EMPTY_BYTES = text(
    "UPDATE blob SET bytes = '' WHERE sha256 IN (SELECT blob_sha256 FROM letter WHERE id = ANY(:ids))"
)
_SHUT = (
    text("DELETE FROM public_link WHERE subject_id = ANY(:subject_ids)"),
    text("DELETE FROM mailed_code WHERE subject_id = ANY(:subject_ids)"),
    text("DELETE FROM reply_address WHERE subject_id = ANY(:subject_ids) OR letter_id = ANY(:ids)"),
    text("DELETE FROM dead_address WHERE address = ANY(:addresses)"),
)
_LATEST = text("""
    SELECT id, erased_at, repeated_at, person_name, reason, erased, kept FROM erasure ORDER BY erased_at DESC, id DESC LIMIT :limit
""")


class LetterGoing(DomainError):
    """A letter to them is in the middle of its conversation with the mail server: its outcome decides what may be emptied."""

    code = "letter-going"
    title = phrase("A letter to them is going out right now. Try again in a minute.")


@dataclass(frozen=True)
class Erasure:
    """One person's, by the hash of their address."""

    id: UUID
    salt: bytes
    address_hash: bytes

    @classmethod
    def of(cls, address: str) -> "Erasure":
        """A new one."""
        salt = secrets.token_bytes(SALT_BYTES)
        return cls(new_id(), salt, _hash(salt, address))

    def is_of(self, address: str) -> bool:
        """Whether it is this address's."""
        return secrets.compare_digest(self.address_hash, _hash(self.salt, address))

    def line(self) -> str:
        """As it stands in a file: JSON."""
        return json.dumps(
            {"id": str(self.id), "salt": self.salt.hex(), "address_hash": self.address_hash.hex()}
        )

    @classmethod
    def of_line(cls, line: str) -> "Erasure":
        """The other way round. Raises ValueError."""
        found = json.loads(line)
        try:
            return cls(UUID(found["id"]), bytes.fromhex(found["salt"]), bytes.fromhex(found["address_hash"]))
        except (KeyError, TypeError) as error:
            raise ValueError("that line is no erasure") from error


def _hash(salt: bytes, address: str) -> bytes:
    return hashlib.sha256(salt + normal_address(address).encode()).digest()


def record(
    session: Session,
    erasure: Erasure,
    actor: Actor,
    *,
    reason: str,
    erased: Mapping[str, int],
    kept: Sequence[Mapping[str, str]] = (),
) -> None:
    """It is on record, with what was erased (numbers) and what stays (`reference`, `why`, `source`); a second time says when."""
    first(
        session,
        _RECORD,
        id=erasure.id,
        salt=erasure.salt,
        address_hash=erasure.address_hash,
        person_id=actor.id,
        person_name=actor.name,
        reason=reason,
        erased=json.dumps(dict(erased)),
        kept=json.dumps([dict(one) for one in kept]),
    )


def empty_letters(
    session: Session, letter_ids: Sequence[UUID], *, subject_ids: Sequence[UUID], addresses: Sequence[str]
) -> None:
    """The letters say nothing any more, what waited is cancelled, and no link or address of these subjects opens anything.

    Raises LetterGoing; nothing is changed then.
    """
    values = {"ids": list(letter_ids), "subject_ids": list(subject_ids), "addresses": list(addresses)}
    if any(row.status == "sending" for row in rows(session, _LOCK_LETTERS, ids=values["ids"])):
        raise LetterGoing()
    for statement in (_CANCEL_LETTERS, _EMPTY_BYTES, _EMPTY_LETTERS, *_SHUT):
        session.execute(statement, values)


def listed(session: Session) -> list[Erasure]:
    """Every one, the oldest first."""
    return [Erasure(row.id, bytes(row.salt), bytes(row.address_hash)) for row in rows(session, _ALL)]


def latest(session: Session, limit: int = 50) -> Sequence[Any]:
    """The record for people, the newest first."""
    return rows(session, _LATEST, limit=limit)


def write_down(folder: Path, erasures: Iterable[Erasure]) -> int:
    """The file beside the database has each of them, on disk; returns how many were new."""
    path = folder / FILE_NAME
    known = {erasure.id for erasure in read(path)} if path.exists() else set()
    new = [erasure for erasure in erasures if erasure.id not in known]
    if new:
        folder.mkdir(parents=True, exist_ok=True)
        with open(path, "a", encoding="utf-8", opener=_for_its_owner_alone) as file:
            file.writelines(erasure.line() + "\n" for erasure in new)
            file.flush()
            os.fsync(file.fileno())
    return len(new)


def _for_its_owner_alone(path: str | Path, flags: int) -> int:
    return os.open(path, flags, 0o600)


def read(path: Path) -> Iterator[Erasure]:
    """What a file lists; a last line that was cut off is left out. Raises ValueError for any other that is none."""
    lines = path.read_text().split("\n")
    for line in lines[:-1]:
        yield Erasure.of_line(line)


def addresses_erased(addresses: Iterable[str], erasures: Sequence[Erasure]) -> Iterator[tuple[str, Erasure]]:
    """Those of the addresses that were erased, with their erasure."""
    for address in addresses:
        for erasure in erasures:
            if erasure.is_of(address):
                yield address, erasure

"""Rendering: at `not_before` a letter reads the live facts once, and its bytes and Message-ID are frozen. Every attempt sends the same letter."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from shared.db import Database, first, rows
from shared.leases import NOT_HELD, LeaseLost
from shared.letter_bytes import Composed, MailIdentity, build_message
from shared.letter_rendering import LetterTemplates
from shared.letters import LetterRow, message_id_of
from shared.mailroom import (
    Bringer,
    Composer,
    Day,
    FactsReader,
    LetterLater,
    LetterPointless,
    Mailroom,
    Secrets,
)

log = structlog.get_logger()
TOGETHER = 50  # letters in one transaction: their rows are locked meanwhile, and whoever would undo one waits
TOGETHER_BYTES = 4_000_000

LETTER_COLUMNS = "id, kind, subject_id, recipient, person_id, status, created_at, attempts, message_id, envelope_from, resend_of"
# Locked rows are another's, and leased ones too; nobody is waited for. Letters to dead addresses are looked at alone.
_TAKE = text(f"""
    SELECT {LETTER_COLUMNS} FROM letter
    WHERE id = ANY(:ids) AND status = 'queued' AND due_at <= now() AND (lease_until IS NULL OR lease_until <= now())
      AND {NOT_HELD} AND NOT EXISTS (SELECT 1 FROM dead_address WHERE address = lower(recipient))
    FOR UPDATE SKIP LOCKED
""")
# One round trip for all of them. `token` is the lease of a letter that is frozen alone; rows locked by us need none.
_STORE = text("""
    WITH links AS (
        INSERT INTO public_link (secret_hash, subject_id, expires_at)
        SELECT * FROM unnest(CAST(:link_hash AS bytea[]), CAST(:link_subject_id AS uuid[]), CAST(:link_expires_at AS timestamptz[]))
    ), addresses AS (
        INSERT INTO reply_address (address_hash, purpose, subject_id, person_id, letter_id, expires_at)
        SELECT hash, purpose, subject_id, person_id, letter_id, now() + make_interval(days => days)
        FROM unnest(CAST(:address_hash AS bytea[]), CAST(:address_purpose AS text[]), CAST(:address_subject_id AS uuid[]),
                    CAST(:address_person_id AS uuid[]), CAST(:address_letter_id AS uuid[]), CAST(:address_days AS int[]))
             AS given(hash, purpose, subject_id, person_id, letter_id, days)
    ), codes AS (
        INSERT INTO mailed_code (id, subject_id, purpose, code_hash, expires_at)
        SELECT id, subject_id, purpose, hash, now() + make_interval(mins => minutes)
        FROM unnest(CAST(:code_id AS uuid[]), CAST(:code_subject_id AS uuid[]), CAST(:code_purpose AS text[]),
                    CAST(:code_hash AS bytea[]), CAST(:code_minutes AS int[])) AS given(id, subject_id, purpose, hash, minutes)
    ), bytes AS (
        INSERT INTO blob (sha256, bytes) SELECT * FROM unnest(CAST(:sha256 AS bytea[]), CAST(:bytes AS bytea[]))
        ON CONFLICT (sha256) DO NOTHING
    )
    UPDATE letter SET status = 'ready', frozen_at = now(), message_id = made.message_id, envelope_from = made.envelope_from,
                      subject = made.subject, blob_sha256 = made.sha256
    FROM unnest(CAST(:id AS uuid[]), CAST(:message_id AS text[]), CAST(:envelope_from AS text[]), CAST(:subject AS text[]),
                CAST(:sha256 AS bytea[])) AS made(id, message_id, envelope_from, subject, sha256)
    WHERE letter.id = made.id AND letter.status = 'queued' AND (CAST(:token AS uuid) IS NULL OR letter.lease_token = :token)
    RETURNING letter.id
""")
_POINTLESS = text("""
    UPDATE letter SET status = 'cancelled', settled_at = now(), last_error = :why, lease_token = NULL, lease_until = NULL
    WHERE id = :id AND lease_token = :token AND status = 'queued' RETURNING id
""")
_LATER = text("""
    UPDATE letter SET due_at = :due_at, lease_token = NULL, lease_until = NULL, poke_after = NULL, pokes = 0, attempts = 0
    WHERE id = :id AND lease_token = :token AND status = 'queued'
""")


@dataclass(frozen=True)
class Frozen:
    """What every attempt of a letter sends: its envelope's sender and its bytes."""

    envelope_from: str
    bytes: bytes


@dataclass(frozen=True)
class _Made:
    """A letter that was composed, and is not stored yet."""

    id: UUID
    message_id: str
    envelope_from: str
    subject: str
    bytes: bytes


def _everybody(session: Session, letter: LetterRow) -> bool:
    return True


@dataclass(frozen=True)
class Freezer:
    """Turns queued letters into ready ones. `facts` reads what a kind's composer needs, for many letters at once; `bringers` fetch
    what a single one needs from another service.
    """

    database: Database
    composers: Mapping[str, Composer]
    templates: LetterTemplates
    identity: MailIdentity
    service: Any
    may_receive: Callable[[Session, LetterRow], bool] = _everybody
    facts: Mapping[str, FactsReader] = field(default_factory=dict)
    bringers: Mapping[str, Bringer] = field(default_factory=dict)

    def freeze_all(self, letter_ids: Sequence[UUID]) -> None:
        """Those that are queued and free are `ready`, committed, a few in each transaction.

        What has no reason any more, must wait or cannot be composed stays queued: it is looked at alone, under its lease.
        """
        for start in range(0, len(letter_ids), TOGETHER):
            try:
                with self.database.transaction() as session:
                    self._freeze_some(session, letter_ids[start : start + TOGETHER])
            except SQLAlchemyError as error:
                # one of them broke the transaction of all; alone it shows which
                log.warning("letters_not_frozen_together", error=type(error).__name__)

    def freeze(self, letter: LetterRow, token: UUID) -> Frozen | None:
        """The letter is `ready` with these bytes, committed; or it was cancelled or put off (None). Raises LeaseLost."""
        bring = self.bringers.get(letter.kind)
        brought = bring(self.database, letter) if bring else None
        try:
            with self.database.transaction() as session:
                made, secrets = self._make(session, letter, Day(session, [letter]), brought)
                self._store(session, [made], secrets, token)
        except LetterPointless as why:
            self._cancel(letter, token, why)
            return None
        except LetterLater as later:
            self.database.run(_LATER, {"id": letter.id, "token": token, "due_at": later.due_at})
            return None
        return Frozen(made.envelope_from, made.bytes)

    def _cancel(self, letter: LetterRow, token: UUID, why: LetterPointless) -> None:
        """It does not go, and the business knows. Raises LeaseLost when it is somebody else's by now, and then nothing happened."""
        with self.database.transaction() as session:
            if why.then is not None:
                why.then(session)
            if first(session, _POINTLESS, id=letter.id, token=token, why=str(why)) is None:
                raise LeaseLost

    def _freeze_some(self, session: Session, letter_ids: Sequence[UUID]) -> None:
        letters = [LetterRow(**row._mapping) for row in rows(session, _TAKE, ids=list(letter_ids))]
        if not letters:
            return
        kinds = {letter.kind for letter in letters}
        held = [
            self.facts[kind](session, [one for one in letters if one.kind == kind])
            for kind in kinds & self.facts.keys()
        ]
        day, made, secrets = Day(session, letters), list[_Made](), Secrets()
        for letter in letters:
            try:
                one, its_secrets = self._make(session, letter, day)
            except SQLAlchemyError:
                raise
            except Exception as error:  # not this one's turn: the others do not wait for it
                log.info("letter_left_alone", letter_id=str(letter.id), why=type(error).__name__)
                continue
            made.append(one)
            secrets.add(its_secrets)
            day.note(letter)
            if sum(len(each.bytes) for each in made) > TOGETHER_BYTES:
                break
        if made:
            self._store(session, made, secrets, None)
        del held

    def _make(
        self, session: Session, letter: LetterRow, day: Day, brought: object | None = None
    ) -> tuple[_Made, Secrets]:
        if not self.may_receive(session, letter):
            raise LetterPointless("a sample school writes to its staff only")
        room = Mailroom(session, letter, self.templates, self.identity, self.service, day, brought)
        composed: Composed = self.composers[letter.kind](room, letter)
        message_id = message_id_of(letter.id, self.identity.mail_domain)
        data = build_message(composed, letter.recipient, message_id, self.identity)
        return _Made(letter.id, message_id, room.return_path(), composed.subject, data), room.secrets

    @staticmethod
    def _store(session: Session, made: Sequence[_Made], secrets: Secrets, token: UUID | None) -> None:
        """All of it or nothing. Raises LeaseLost when a letter was undone meanwhile, or is somebody else's."""
        values: dict[str, Any] = {
            "token": token,
            "sha256": [hashlib.sha256(one.bytes).digest() for one in made],
        }
        for name in ("id", "message_id", "envelope_from", "subject", "bytes"):
            values[name] = [getattr(one, name) for one in made]
        values |= _columns("link", secrets.links, "hash", "subject_id", "expires_at")
        values |= _columns(
            "address", secrets.addresses, "hash", "purpose", "subject_id", "person_id", "letter_id", "days"
        )
        values |= _columns("code", secrets.codes, "id", "subject_id", "purpose", "hash", "minutes")
        if len(rows(session, _STORE, **values)) < len(made):
            raise LeaseLost


def _columns(prefix: str, found: Sequence[Mapping[str, Any]], *names: str) -> dict[str, list[Any]]:
    return {f"{prefix}_{name}": [row[name] for row in found] for name in names}

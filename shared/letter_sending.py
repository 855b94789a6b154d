"""Sending: a batch is a list of hints; each letter is leased just before it goes, marked just before the dot, settled with the next mark."""

import queue
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID, uuid4

import structlog
from sqlalchemy import text

from shared.breaker import PROBE_EVERY_S, Breaker
from shared.db import Database
from shared.leases import LEASE_S, NOT_HELD, Heartbeat, LeaseLost
from shared.letter_freezing import LETTER_COLUMNS, Freezer, Frozen
from shared.letters import LetterRow
from shared.returned_letters import WAITS_FOR_A_PERSON
from shared.tokens import new_id
from shared.transports import DotNotAllowed, LetterDelayed, LetterInDoubt, LetterRefused, RelayHung, Transport

log = structlog.get_logger()
DOT_LEASE_S = 660  # the final answer is awaited for 600 s, and nobody may take the letter over meanwhile
RETRY_S = (30, 60, 120, 300, 600, 1800)  # then hourly
GIVE_UP_DAYS = 5
# a letter that cannot be rendered is a fault of ours: people must see it before five days are over
MAX_PREPARATIONS = 10
MAX_CONNECTIONS = 4

# The lease and the bytes in one round trip. The lease need not survive a crash of the server: without it somebody else
# takes the letter, and whoever held it finds out at the mark. So nobody waits for the disk; for the mark one does.
_LEASE = text(f"""
    WITH leased AS (
        UPDATE letter SET lease_token = :token, lease_until = now() + make_interval(secs => :lease_s), attempts = attempts + 1
        WHERE id = :id AND status IN ('queued', 'ready') AND due_at <= now() AND (lease_until IS NULL OR lease_until <= now())
          AND {NOT_HELD}
        RETURNING {LETTER_COLUMNS}, blob_sha256, request_id,
                  created_at < now() - make_interval(days => :give_up_days) AS is_too_old,
                  EXISTS (SELECT 1 FROM dead_address WHERE address = lower(recipient)) AS is_dead
    )
    SELECT leased.*, blob.bytes, set_config('synchronous_commit', 'off', true)
    FROM leased LEFT JOIN blob ON blob.sha256 = leased.blob_sha256
""")
_RENEW = text("""
    UPDATE letter SET lease_until = greatest(lease_until, now() + make_interval(secs => :lease_s))
    WHERE id = :id AND lease_token = :token RETURNING id
""")
# One statement, one commit: what became of the letter before, and the mark of this one.
_SETTLED = """
    settled AS (
        UPDATE letter SET status = 'sent', sent_at = now(), settled_at = now(), smtp_reply = :done_reply,
                          lease_token = NULL, lease_until = NULL, last_error = NULL
        WHERE id = :done_id AND lease_token = :done_token AND status = 'sending'
        RETURNING id, wants_outcome, request_id
    ), told AS (
        INSERT INTO job (id, kind, dedupe_key, payload, request_id)
        SELECT :job_id, 'letter_outcome', 'outcome/' || id || '/sent', jsonb_build_object('letter_id', id, 'status', 'sent'), request_id
        FROM settled WHERE wants_outcome ON CONFLICT (dedupe_key) DO NOTHING
    )"""
_MARK = """
    UPDATE letter SET status = 'sending', dot_intent_at = now(), lease_until = now() + make_interval(secs => :lease_s)
    WHERE id = :id AND lease_token = :token AND status = 'ready' AND lease_until > now() RETURNING id"""
_MARK_ONLY = text(_MARK)
_MARK_AND_SETTLE = text(f"WITH {_SETTLED} {_MARK}")
_SETTLE_ONLY = text(f"WITH {_SETTLED} SELECT id FROM settled")
_BACK = text("""
    UPDATE letter SET status = 'ready', dot_intent_at = NULL, lease_token = NULL, lease_until = NULL, poke_after = NULL, pokes = 0,
                      due_at = now() + make_interval(secs => :wait_s), last_error = :why
    WHERE id = :id AND lease_token = :token AND status IN ('ready', 'sending')
""")
_LET_GO = text("""
    UPDATE letter SET lease_token = NULL, lease_until = NULL, poke_after = NULL, pokes = 0,
                      due_at = now() + make_interval(secs => :wait_s), last_error = :why
    WHERE id = :id AND lease_token = :token AND status IN ('queued', 'ready')
""")
_PUT_OFF = text("""
    UPDATE letter SET due_at = now() + make_interval(secs => :wait_s), poke_after = NULL, pokes = 0, last_error = 'the relay is silent'
    WHERE id = ANY(:ids) AND status IN ('queued', 'ready') AND (lease_until IS NULL OR lease_until <= now()) AND due_at <= now()
""")
_END = text("""
    WITH ended AS (
        UPDATE letter SET status = :status, settled_at = now(), last_error = :why, lease_token = NULL, lease_until = NULL
        WHERE id = :id AND lease_token = :token AND status IN ('queued', 'ready', 'sending')
        RETURNING id, wants_outcome, request_id
    )
    INSERT INTO job (id, kind, dedupe_key, payload, request_id)
    SELECT :job_id, 'letter_outcome', 'outcome/' || id || '/' || :status,
           jsonb_build_object('letter_id', id, 'status', CAST(:status AS text)), request_id
    FROM ended WHERE wants_outcome ON CONFLICT (dedupe_key) DO NOTHING
""")
# A `sending` row without a lease: its sender died between the mark and the answer.
_ORPHANS = text("""
    SELECT id, kind, message_id, request_id FROM letter WHERE status = 'sending' AND lease_until <= now() ORDER BY lease_until LIMIT 50
""")
_SETTLE_ORPHAN = text("""
    WITH ended AS (
        UPDATE letter SET status = :status, settled_at = CASE WHEN :status = 'ready' THEN NULL ELSE now() END,
               sent_at = CASE WHEN :status = 'sent' THEN dot_intent_at END,
               smtp_reply = CASE WHEN :status = 'sent' THEN 'it was seen where sent letters lie' END,
               dot_intent_at = CASE WHEN :status = 'ready' THEN NULL ELSE dot_intent_at END,
               lease_token = NULL, lease_until = NULL, poke_after = NULL, pokes = 0,
               last_error = CASE WHEN :status = 'unknown' THEN 'its sender died before the answer came' END
        WHERE id = :id AND status = 'sending' AND lease_until <= now() RETURNING id, wants_outcome, request_id
    )
    INSERT INTO job (id, kind, dedupe_key, payload, request_id)
    SELECT :job_id, 'letter_outcome', 'outcome/' || id || '/' || :status,
           jsonb_build_object('letter_id', id, 'status', CAST(:status AS text)), request_id
    FROM ended WHERE wants_outcome AND :status <> 'ready' ON CONFLICT (dedupe_key) DO NOTHING
""")


class Connections:
    """At most `limit` kept connections to the relay, handed to one sender at a time."""

    def __init__(self, make: Callable[[], Transport], limit: int = MAX_CONNECTIONS) -> None:
        self._free: queue.LifoQueue[Transport] = queue.LifoQueue()
        for _ in range(limit):
            self._free.put(make())

    @contextmanager
    def one(self) -> Iterator[Transport]:
        """A connection that nobody else uses; waits for one."""
        transport = self._free.get()
        try:
            yield transport
        finally:
            self._free.put(transport)


@dataclass
class _Batch:
    """What one run of the sender carries from letter to letter: the lease it holds, and the one that was accepted and is not yet settled."""

    held: tuple[UUID, UUID] | None = None
    done: tuple[UUID, UUID, str] | None = None
    marked_id: UUID | None = None
    sent: int = 0


class LetterSender:
    """Sends letters by their ids; safe to run anywhere, any number of times, at once."""

    def __init__(
        self, database: Database, freezer: Freezer, connections: Connections, breaker: Breaker | None = None
    ) -> None:
        self._database = database
        self._freezer = freezer
        self._connections = connections
        self._breaker = breaker or Breaker()

    def send(self, letter_ids: Sequence[UUID]) -> int:
        """Each letter that was due and free has been tried once. Returns how many were accepted."""
        batch = _Batch()
        with self._connections.one() as transport, Heartbeat(lambda: self._renew(batch)):
            if self._breaker.is_closed:
                self._freezer.freeze_all(letter_ids)
            try:
                for number, letter_id in enumerate(letter_ids):
                    if not self._breaker.lets_through():
                        self._database.run(
                            _PUT_OFF, {"ids": list(letter_ids[number:]), "wait_s": PROBE_EVERY_S}
                        )
                        break
                    self._send_one(letter_id, transport, batch)
            finally:
                self._settle(batch)
        return batch.sent

    def _send_one(self, letter_id: UUID, transport: Transport, batch: _Batch) -> None:
        token = uuid4()
        leased = self._database.run(
            _LEASE, {"id": letter_id, "token": token, "lease_s": LEASE_S, "give_up_days": GIVE_UP_DAYS}
        )
        if not leased:
            return
        row = leased[0]
        letter = LetterRow(*row[: len(fields(LetterRow))])
        batch.held = letter_id, token
        with structlog.contextvars.bound_contextvars(
            letter_id=str(letter_id), letter_kind=letter.kind, request_id=row.request_id
        ):
            if row.is_dead and letter.status == "queued":
                log.info("letter_to_dead_address")
                self._end(letter.id, token, "failed", WAITS_FOR_A_PERSON)
            else:
                self._try(letter, token, row, transport, batch)
        batch.held = None
        # no mark of this letter settled the one before, and its lease does not wait for ever
        if batch.done is not None and batch.done[0] != letter_id:
            self._settle(batch)

    def _renew(self, batch: _Batch) -> bool:
        if batch.held is not None:
            letter_id, token = batch.held
            self._database.run(_RENEW, {"id": letter_id, "token": token, "lease_s": LEASE_S})
        return True  # the next letter has a lease of its own

    def _try(self, letter: LetterRow, token: UUID, row: Any, transport: Transport, batch: _Batch) -> None:
        is_too_old: bool = row.is_too_old
        try:
            frozen = self._frozen(letter, token, row.bytes)
            if frozen is None:
                # there is no reason for it any more, or it waits for its time
                log.info("letter_not_sent_now")
                return
            sent = transport.send(
                frozen.envelope_from,
                letter.recipient,
                frozen.bytes,
                lambda: self._mark(letter.id, token, batch),
            )
        except (LeaseLost, DotNotAllowed):
            log.warning("letter_lease_lost")
        except LetterRefused as refusal:
            log.info("letter_refused")
            self._breaker.saw(hung=False)
            self._end(letter.id, token, "failed", str(refusal))
        except LetterDelayed as delay:
            log.info("letter_delayed", attempt=letter.attempts, is_hung=isinstance(delay, RelayHung))
            self._breaker.saw(hung=isinstance(delay, RelayHung))
            if is_too_old:
                self._end(letter.id, token, "failed", f"given up after {GIVE_UP_DAYS} days: {delay}")
            else:
                self._again(_BACK, letter, token, str(delay))
        except LetterInDoubt as doubt:
            log.warning("letter_in_doubt")
            self._breaker.saw(hung=True)  # each more would be in doubt as well, after its ten minutes
            self._end(letter.id, token, "unknown", str(doubt))
        except Exception as error:
            log.exception("letter_broken")
            self._write_fault(letter, token, is_too_old, batch, type(error).__name__)
        else:
            log.info("letter_sent")
            self._breaker.saw(hung=False)
            batch.done = (letter.id, token, sent.reply)
            batch.sent += 1

    def _frozen(self, letter: LetterRow, token: UUID, stored: bytes | None) -> Frozen | None:
        """The letter's one set of bytes: made before, or now. None when it is not to be sent now."""
        if stored is None:
            return self._freezer.freeze(letter, token)
        return Frozen(str(letter.envelope_from), bytes(stored))

    def _write_fault(
        self, letter: LetterRow, token: UUID, is_too_old: bool, batch: _Batch, error: str
    ) -> None:
        """A template, a fact or our own code is broken: the letter waits or is given up where people see it, and delays nobody."""
        if batch.marked_id == letter.id:
            self._end(letter.id, token, "unknown", f"a fault after the end of the letter: {error}")
        elif is_too_old or letter.attempts >= MAX_PREPARATIONS:
            self._end(letter.id, token, "failed", f"could not be prepared: {error}")
        else:
            self._again(_LET_GO, letter, token, f"could not be prepared: {error}")

    def _mark(self, letter_id: UUID, token: UUID, batch: _Batch) -> bool:
        """Just before the dot: the mark is committed, and the letter before is settled in the same statement."""
        mark = {"id": letter_id, "token": token, "lease_s": DOT_LEASE_S}
        batch.marked_id = letter_id
        if batch.done is None:
            return bool(self._database.run(_MARK_ONLY, mark))
        marked = self._database.run(_MARK_AND_SETTLE, mark | self._done_values(batch))
        batch.done = None
        return bool(marked)

    def _settle(self, batch: _Batch) -> None:
        if batch.done is not None:
            self._database.run(_SETTLE_ONLY, self._done_values(batch))
            batch.done = None

    @staticmethod
    def _done_values(batch: _Batch) -> dict[str, Any]:
        assert batch.done is not None
        done_id, done_token, reply = batch.done
        return {"done_id": done_id, "done_token": done_token, "done_reply": reply, "job_id": new_id()}

    def _again(self, statement: Any, letter: LetterRow, token: UUID, why: str) -> None:
        wait_s = RETRY_S[letter.attempts - 1] if 0 < letter.attempts <= len(RETRY_S) else 3600
        self._database.run(statement, {"id": letter.id, "token": token, "wait_s": wait_s, "why": why})

    def _end(self, letter_id: UUID, token: UUID, status: str, why: str) -> None:
        self._database.run(
            _END, {"id": letter_id, "token": token, "status": status, "why": why, "job_id": new_id()}
        )

    def settle_orphans(self) -> int:
        """Letters whose sender died after the mark are settled by proof where there is one, and unknown where there is none."""
        orphans = self._database.run(_ORPHANS)
        for orphan in orphans:
            with self._connections.one() as transport:
                proof = transport.proof(orphan.message_id)
            status = {True: "sent", False: "ready", None: "unknown"}[proof]
            log.warning(
                "letter_orphaned",
                letter_id=str(orphan.id),
                letter_kind=orphan.kind,
                request_id=orphan.request_id,
                settled_as=status,
            )
            self._database.run(_SETTLE_ORPHAN, {"id": orphan.id, "status": status, "job_id": new_id()})
        return len(orphans)

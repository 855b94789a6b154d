"""The letter's state machine: an outgoing mail is a row, from the request that owes it to its settled fate.

`queued → ready → sending → sent → delivered | bounced`; sideways `cancelled`, `failed`, `unknown`.
`sending` means that the final dot may have been written: whoever finds such a row without a lease may not send it again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared import audit
from shared.audit import Actor
from shared.db import first, rows
from shared.errors import DomainError, NotFound
from shared.logging import current_request_id
from shared.phrases import phrase
from shared.tokens import new_id


class LetterOnItsWay(DomainError):
    """Too late to undo."""

    code = "already-on-its-way"
    title = phrase("The letter is already on its way")


class LetterNotInDoubt(DomainError):
    """Only a letter whose outcome is unknown, failed or bounced can be settled by a person."""

    code = "letter-not-in-doubt"
    title = phrase("This letter is not waiting for a decision")


@dataclass(frozen=True)
class LetterRow:
    """A letter as its composer and its sender see it."""

    id: UUID
    kind: str
    subject_id: UUID
    recipient: str
    person_id: UUID | None
    status: str
    created_at: datetime
    attempts: int = 0
    message_id: str | None = None
    envelope_from: str | None = None
    resend_of: UUID | None = None


_WRITE = text("""
    INSERT INTO letter (id, kind, subject_id, recipient, dedupe_key, wants_outcome, person_id, not_before, due_at, request_id)
    VALUES (:id, :kind, :subject_id, :recipient, :dedupe_key, :wants_outcome, :person_id,
            coalesce(:not_before, now()) + make_interval(secs => :delay_s),
            coalesce(:not_before, now()) + make_interval(secs => :delay_s), :request_id)
    ON CONFLICT (dedupe_key) DO NOTHING RETURNING id
""")
_BY_KEY = text("SELECT id FROM letter WHERE dedupe_key = :dedupe_key")
_CANCEL = text("""
    UPDATE letter SET status = 'cancelled', settled_at = now(), last_error = :why
    WHERE id = :id AND status = 'queued' RETURNING id
""")
_RESEND = text("""
    INSERT INTO letter (id, kind, subject_id, recipient, dedupe_key, wants_outcome, person_id, resend_of, request_id)
    SELECT :new_id, kind, subject_id, recipient, 'resend:' || id, wants_outcome, person_id, id, coalesce(CAST(:request_id AS text), request_id)
    FROM letter
    WHERE id = :id ON CONFLICT (dedupe_key) DO NOTHING RETURNING id
""")
_SETTLE_BY_PERSON = text("""
    UPDATE letter SET status = :status, settled_at = now(), settled_by = :person_id,
           sent_at = CASE WHEN :status = 'sent' THEN coalesce(dot_intent_at, now()) ELSE sent_at END,
           smtp_reply = CASE WHEN :status = 'sent' THEN coalesce(smtp_reply, 'a person marked it as sent') ELSE smtp_reply END
    WHERE id = :id AND status IN ('unknown', 'failed', 'bounced') RETURNING id, kind, wants_outcome, status
""")
_PROVEN = text("""
    UPDATE letter SET status = 'sent', sent_at = coalesce(dot_intent_at, not_before), settled_at = now(), message_id = :message_id,
                      smtp_reply = :proof, last_error = NULL
    WHERE id = :id AND status = 'unknown' RETURNING wants_outcome
""")
_NEWEST_DOUBT = text("""
    SELECT max(settled_at) FROM letter WHERE status IN ('unknown', 'failed', 'bounced') AND status = 'unknown'
""")
_OUTCOME = text("""
    INSERT INTO job (id, kind, dedupe_key, payload, request_id)
    VALUES (:job_id, 'letter_outcome', :dedupe_key,
            jsonb_build_object('letter_id', CAST(:letter_id AS text), 'status', CAST(:status AS text)), :request_id)
    ON CONFLICT (dedupe_key) DO NOTHING
""")
_OPEN_ADDRESS = text(
    "DELETE FROM dead_address USING letter WHERE letter.id = :id AND dead_address.address = lower(letter.recipient)"
)
SUMMARY = """id, kind, subject_id, recipient, status, not_before, due_at, attempts, last_error, smtp_reply, subject, message_id,
    created_at, frozen_at, dot_intent_at, sent_at, settled_at, settled_by, resend_of, person_id,
    delayed_at, returned_mail_id"""
_LIST = text(f"""
    SELECT {SUMMARY} FROM letter
    WHERE (CAST(:status AS text) IS NULL OR status = :status)
      AND (CAST(:before_at AS timestamptz) IS NULL OR (created_at, id) < (CAST(:before_at AS timestamptz), CAST(:before_id AS uuid)))
    ORDER BY created_at DESC, id DESC LIMIT :limit
""")
_OF_SUBJECTS = text(
    f"SELECT {SUMMARY} FROM letter WHERE subject_id = ANY(:subject_ids) ORDER BY created_at, id"
)
_SHOW = text(f"SELECT {SUMMARY}, blob_sha256 FROM letter WHERE id = :id")
_SHOW_LOCKED = text(f"SELECT {SUMMARY}, blob_sha256 FROM letter WHERE id = :id FOR UPDATE")


def message_id_of(letter_id: UUID, mail_domain: str) -> str:
    """The Message-ID that the letter has or will have: known before it is rendered, so a lost row can still be proven."""
    return f"<{letter_id.hex}@{mail_domain}>"


def write(
    session: Session,
    kind: str,
    *,
    subject_id: UUID,
    recipient: str,
    dedupe_key: str,
    not_before: datetime | None = None,
    delay_s: float = 0,
    wants_outcome: bool = False,
    person_id: UUID | None = None,
) -> UUID:
    """The letter is owed, once for its `dedupe_key`; it is rendered at `not_before` (+ `delay_s`). Returns its id, or the earlier one's."""
    letter_id = new_id()
    written = first(
        session,
        _WRITE,
        id=letter_id,
        kind=kind,
        subject_id=subject_id,
        recipient=recipient,
        dedupe_key=dedupe_key,
        wants_outcome=wants_outcome,
        person_id=person_id,
        not_before=not_before,
        delay_s=delay_s,
        request_id=current_request_id(),
    )
    if written is None:
        return UUID(str(session.execute(_BY_KEY, {"dedupe_key": dedupe_key}).scalar_one()))
    return letter_id


def cancel(session: Session, letter_id: UUID, why: str = "undone") -> bool:
    """The letter will not be sent. False when it is past `queued`: it is on its way, or settled."""
    return first(session, _CANCEL, id=letter_id, why=why) is not None


def list_letters(
    session: Session, *, status: str | None = None, before: tuple[str, str] | None = None, limit: int = 50
) -> Sequence[Any]:
    """Letters, newest first, at most `limit`; `before` is the (created_at, id) of the last one shown."""
    before_at, before_id = before or (None, None)
    return rows(session, _LIST, status=status, before_at=before_at, before_id=before_id, limit=limit)


def letters_of(session: Session, subject_ids: Sequence[UUID]) -> Sequence[Any]:
    """All letters about these subjects, oldest first."""
    return rows(session, _OF_SUBJECTS, subject_ids=list(subject_ids))


def show(session: Session, letter_id: UUID, *, lock: bool = False) -> Any:
    """One letter with the SHA-256 of its bytes; with `lock`, nobody else decides about it meanwhile. Raises NotFound."""
    letter = first(session, _SHOW_LOCKED if lock else _SHOW, id=letter_id)
    if letter is None:
        raise NotFound(phrase("No letter has this id"))
    return letter


def resend(session: Session, letter_id: UUID, actor: Actor) -> UUID:
    """A person decided that it goes again: a new letter of the same kind stands, the old one is settled as failed, and its address
    is open again, whatever came back from it.

    Raises NotFound, LetterNotInDoubt. A second click finds the letter no longer in doubt.
    """
    letter = show(session, letter_id, lock=True)
    if letter.status not in ("unknown", "failed", "bounced"):
        raise LetterNotInDoubt()
    new_letter_id = new_id()
    if first(session, _RESEND, id=letter_id, new_id=new_letter_id, request_id=current_request_id()) is None:
        raise LetterNotInDoubt(phrase("This letter was already sent again"))
    if letter.status == "unknown":
        first(session, _SETTLE_BY_PERSON, id=letter_id, status="failed", person_id=actor.id)
    session.execute(_OPEN_ADDRESS, {"id": letter_id})
    audit.write(session, actor, "letter_resent", letter_id, as_letter=str(new_letter_id))
    return new_letter_id


def mark_sent(session: Session, letter_id: UUID, actor: Actor) -> None:
    """A person knows that it arrived: the letter counts as sent. Raises NotFound, LetterNotInDoubt."""
    show(session, letter_id)
    settled = first(session, _SETTLE_BY_PERSON, id=letter_id, status="sent", person_id=actor.id)
    if settled is None:
        raise LetterNotInDoubt()
    session.execute(_OPEN_ADDRESS, {"id": letter_id})
    if settled.wants_outcome:
        owe_outcome(session, letter_id, "sent", nonce="person")
    audit.write(session, actor, "letter_marked_sent", letter_id)


def prove_sent(session: Session, letter_id: UUID, message_id: str, *, proof: str) -> bool:
    """A letter in doubt is sent, by what was seen of it; `proof` says where. False when it is not in doubt any more."""
    proven = first(session, _PROVEN, id=letter_id, message_id=message_id, proof=proof)
    if proven is None:
        return False
    if proven.wants_outcome:
        owe_outcome(session, letter_id, "sent", nonce="proof")
    return True


def newest_doubt(session: Session) -> datetime | None:
    """Since when the newest of the letters in doubt is so; None when there is none."""
    newest: datetime | None = session.execute(_NEWEST_DOUBT).scalar_one()
    return newest


def owe_outcome(session: Session, letter_id: UUID, status: str, *, nonce: str) -> None:
    """The business hears of the letter's fate, in a job of its own."""
    session.execute(
        _OUTCOME,
        {
            "job_id": new_id(),
            "letter_id": str(letter_id),
            "status": status,
            "dedupe_key": f"outcome/{letter_id}/{status}/{nonce}",
            "request_id": current_request_id(),
        },
    )

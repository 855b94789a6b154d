"""Letters that came back: one that was given up is settled and closes its address until a person decides; a delay is noted."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.db import first
from shared.letters import owe_outcome
from shared.phrases import phrase

RETURN_PATH = "bounce"  # the purpose of an address that a letter comes back to
WAITS_FOR_A_PERSON = phrase("earlier mail to this address came back, so this waits for a person")

_LETTER = """
    SELECT letter.id, letter.kind, letter.subject_id, letter.recipient, letter.status FROM letter
"""
_OF_ADDRESS = text(f"""
    {_LETTER} JOIN reply_address ON reply_address.letter_id = letter.id
    WHERE address_hash = :address_hash AND (purpose = '{RETURN_PATH}') = :is_return_path AND revoked_at IS NULL
""")
_OF_MESSAGE_IDS = text(f"{_LETTER} WHERE message_id = ANY(:message_ids) ORDER BY created_at DESC LIMIT 1")
_BOUNCED = text("""
    UPDATE letter SET status = 'bounced', settled_at = now(), last_error = :why, returned_mail_id = CAST(:mail_id AS uuid)
    WHERE id = :id AND status IN ('sent', 'delivered', 'unknown') RETURNING wants_outcome
""")
_DELAYED = text("""
    UPDATE letter SET delayed_at = now(), last_error = :why, returned_mail_id = CAST(:mail_id AS uuid)
    WHERE id = :id AND status IN ('sent', 'unknown')
""")
_CLOSE_ADDRESS = text("""
    INSERT INTO dead_address (address, letter_id) SELECT lower(recipient), id FROM letter WHERE id = :id
    ON CONFLICT (address) DO UPDATE SET letter_id = excluded.letter_id, since = now()
""")

_SWEEP = text(f"DELETE FROM reply_address WHERE purpose = '{RETURN_PATH}' AND expires_at < now()")

_IT_LIVES = text("DELETE FROM dead_address WHERE address = lower(:address)")


class LetterStillGoing(Exception):
    """What came back is faster than our own record of having sent it: whoever noticed tries again."""


@dataclass(frozen=True)
class ReturnedLetter:
    """The letter that a mail says something about."""

    id: UUID
    kind: str
    subject_id: UUID
    recipient: str
    status: str


def letter_of_return_path(session: Session, address_hash: bytes) -> ReturnedLetter | None:
    """The letter that comes back to this address; None when the address is none of ours."""
    return _letter(first(session, _OF_ADDRESS, address_hash=address_hash, is_return_path=True))


def letter_of_reply_address(session: Session, address_hash: bytes) -> ReturnedLetter | None:
    """The letter that had this reply address: some servers return mail to where its answers go."""
    return _letter(first(session, _OF_ADDRESS, address_hash=address_hash, is_return_path=False))


def letter_of_message_ids(session: Session, message_ids: list[str]) -> ReturnedLetter | None:
    """The latest of our letters among them."""
    return _letter(first(session, _OF_MESSAGE_IDS, message_ids=message_ids))


def _letter(row: Any) -> ReturnedLetter | None:
    return (
        None if row is None else ReturnedLetter(row.id, row.kind, row.subject_id, row.recipient, row.status)
    )


def came_back(
    session: Session, letter: ReturnedLetter, *, is_permanent: bool, why: str, mail_id: UUID | None = None
) -> bool:
    """The letter bounced, and its address waits for a person; or it is only late. False when nothing changed by it.

    Raises LetterStillGoing while the letter is being sent.
    """
    if letter.status in ("queued", "ready", "sending"):
        raise LetterStillGoing
    values = {"id": letter.id, "why": why, "mail_id": mail_id}
    if not is_permanent:
        session.execute(_DELAYED, values)
        return True
    bounced = first(session, _BOUNCED, **values)
    if bounced is None:
        return False
    session.execute(_CLOSE_ADDRESS, {"id": letter.id})
    if bounced.wants_outcome:
        owe_outcome(session, letter.id, "bounced", nonce="returned")
    return True


def sweep(session: Session) -> None:
    """Return paths that nothing can come back to any more are gone."""
    session.execute(_SWEEP)


def somebody_wrote_from(session: Session, address: str) -> None:
    """Whoever got a letter there answered it: the address takes letters again."""
    session.execute(_IT_LIVES, {"address": address})

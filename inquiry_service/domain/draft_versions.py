"""The texts that a draft had: one is kept whenever a good part of it goes away, the newest twenty."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from inquiry_service.db.models import DraftVersion
from inquiry_service.domain.errors import NoSuchVersion

MOST_KEPT = 20
MATERIAL = 20  # characters that a person would miss

_KEEP = text("""
    INSERT INTO draft_version (reply_id, number, body) VALUES (:reply_id, :number, :body) ON CONFLICT DO NOTHING
""")
_FORGET = text("""
    DELETE FROM draft_version WHERE reply_id = :reply_id AND number NOT IN (
        SELECT number FROM draft_version WHERE reply_id = :reply_id ORDER BY number DESC LIMIT :most)
""")


def lost(before: str, after: str) -> int:
    """How many characters of `before` are not at their place in `after`: what stands between the common beginning and end."""
    most = min(len(before), len(after))
    start = next((at for at in range(most) if before[at] != after[at]), most)
    left = most - start
    end = next((at for at in range(left) if before[-1 - at] != after[-1 - at]), left)
    return len(before) - start - end


def is_material(before: str, after: str) -> bool:
    """Whether a person would miss what the new text no longer has. Typing on takes nothing away."""
    return bool(before.strip()) and lost(before, after) >= min(MATERIAL, len(before))


def keep(session: Session, reply_id: UUID, number: int, body: str) -> None:
    """The text can be had again."""
    if body.strip():
        session.execute(_KEEP, {"reply_id": reply_id, "number": number, "body": body})
        session.execute(_FORGET, {"reply_id": reply_id, "most": MOST_KEPT})


def listed(session: Session, reply_id: UUID) -> Sequence[DraftVersion]:
    """The kept texts, the newest first."""
    newest = (
        select(DraftVersion).where(DraftVersion.reply_id == reply_id).order_by(DraftVersion.number.desc())
    )
    return session.scalars(newest).all()


def find(session: Session, reply_id: UUID, number: int) -> DraftVersion:
    """One of them. Raises NoSuchVersion."""
    found = session.get(DraftVersion, (reply_id, number)) if number < 2**31 else None
    if found is None:
        raise NoSuchVersion()
    return found

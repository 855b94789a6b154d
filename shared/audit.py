"""Who did what, when and why. Rows are only ever added: the service's role has no right to change them."""

import json
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.logging import current_request_id

_WRITE = text("""
    INSERT INTO audit (person_id, person_name, action, subject_id, reason, details, request_id)
    VALUES (:person_id, :person_name, :action, :subject_id, :reason, CAST(:details AS jsonb), :request_id)
""")


@dataclass(frozen=True)
class Actor:
    """Who acts: a person of the staff, or (without an id) the service itself."""

    id: UUID | None
    name: str


THE_SERVICE = Actor(None, "Frontdesk")


def write(
    session: Session,
    actor: Actor,
    action: str,
    subject_id: UUID,
    *,
    reason: str | None = None,
    **details: str | int | bool | None,
) -> None:
    """The action is on record with the change it belongs to. `details` are ids and plain figures, never personal values."""
    session.execute(
        _WRITE,
        {
            "person_id": actor.id,
            "person_name": actor.name,
            "action": action,
            "subject_id": subject_id,
            "reason": reason,
            "details": json.dumps(details),
            "request_id": current_request_id(),
        },
    )

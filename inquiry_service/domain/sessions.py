"""A person's open sessions, as far as they may decide about them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from inquiry_service.db.queries import staff as statements
from inquiry_service.domain.errors import NoSuchSession
from shared import audit
from shared.db import first, rows
from shared.people import Person
from shared.tokens import hash_secret


def of_person(session: Session, person: Person, current_secret: str) -> Sequence[Any]:
    """Where the person is signed in, the last used first; `is_this` is the one with that secret."""
    values = {"staff_id": person.id, "current": hash_secret(current_secret)}
    return rows(session, statements.SESSIONS, **values)


def sign_out_of(session: Session, person: Person, session_id: UUID) -> None:
    """That browser opens nothing any more. Raises NoSuchSession for one that is not theirs."""
    if first(session, statements.END_ONE_SESSION, id=session_id, staff_id=person.id) is None:
        raise NoSuchSession()
    audit.write(session, person.actor, "signed_out", person.id)


def sign_out_everywhere(session: Session, person: Person) -> None:
    """All browsers that the person signed in with open nothing any more."""
    session.execute(statements.END_ALL_SESSIONS, {"staff_id": person.id})
    audit.write(session, person.actor, "signed_out_everywhere", person.id)

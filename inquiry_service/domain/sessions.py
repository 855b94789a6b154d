"""A person's open sessions, as far as they may decide about them."""

from sqlalchemy.orm import Session

from inquiry_service.db.queries import staff as statements
from shared import audit
from shared.people import Person


def sign_out_everywhere(session: Session, person: Person) -> None:
    """All browsers that the person signed in with open nothing any more."""
    session.execute(statements.END_ALL_SESSIONS, {"staff_id": person.id})
    audit.write(session, person.actor, "signed_out_everywhere", person.id)

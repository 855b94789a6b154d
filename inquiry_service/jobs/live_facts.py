"""What answers say of classes, fetched before their letters are frozen."""

from sqlalchemy.orm import Session

from inquiry_service.clients.enrollment import EnrollmentClient
from inquiry_service.db.models import Message, Reply
from inquiry_service.domain import live_facts
from inquiry_service.mail.letters.replies import Brought
from shared.db import Database
from shared.letters import LetterRow
from shared.mailroom import Bringer


def bringer_of(enrollment: EnrollmentClient) -> Bringer:
    """Asks for the sections that a reply names; for a reply that names none nobody is asked."""

    def bring(database: Database, letter: LetterRow) -> Brought:
        with database.reading() as session:
            named = _named(session, letter)
        return Brought(enrollment.sections_now(sorted(named)) if named else {})

    return bring


def _named(session: Session, letter: LetterRow) -> set[str]:
    reply, message = session.get(Reply, letter.subject_id), session.get(Message, letter.subject_id)
    if reply is None or message is None:
        return set()
    return {fact.section_id for fact in live_facts.said_in(message.body, reply.facts)}

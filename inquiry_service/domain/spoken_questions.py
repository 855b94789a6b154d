"""Questions that came by telephone or in person: staff write down who asked what. Nobody can be written to where no address was given."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from inquiry_service.db.models import Inquiry, Message
from inquiry_service.domain import inquiries, notes
from inquiry_service.terms import SPOKEN, InquiryStatus, MessageKind, Via
from shared import audit
from shared.errors import Invalid
from shared.people import Person, normal_address
from shared.phrases import phrase
from shared.references import References
from shared.tokens import new_id


@dataclass(frozen=True)
class SpokenQuestion:
    """What staff wrote down. `due_at` is aware; `is_acknowledged`: a letter says that the question came in."""

    name: str
    question: str
    due_at: datetime
    via: Via
    email: str = ""
    phone: str | None = None
    program: str | None = None
    note: str | None = None
    is_acknowledged: bool = False
    is_mine: bool = False


def take_down(session: Session, references: References, person: Person, spoken: SpokenQuestion) -> Inquiry:
    """The question waits for us as any other, and who answers for its program is told. Raises Invalid."""
    if spoken.via not in SPOKEN:
        raise Invalid(fields={"via": [phrase("Say whether it came by telephone or in person.")]})
    if spoken.is_acknowledged and not spoken.email:
        raise Invalid(fields={"email": [phrase("An acknowledgement needs an address to go to.")]})
    inquiry = Inquiry(
        id=new_id(),
        reference=references.next(),
        status=InquiryStatus.NEW,
        asker_name=spoken.name,
        asker_email=spoken.email,
        asker_email_normal=normal_address(spoken.email),
        asker_phone=spoken.phone,
        program=spoken.program,
        opening=spoken.question[: inquiries.OPENING_LENGTH],
        due_at=spoken.due_at,
        assignee_id=person.id if spoken.is_mine else None,
        opened_by_id=person.id,
    )
    session.add(inquiry)
    session.flush()
    question = _question(session, inquiry.id, spoken)
    audit.write(session, person.actor, "question_taken_down", inquiry.id, via=spoken.via)
    if spoken.is_acknowledged:
        inquiries.acknowledge(session, inquiry)
    inquiries.notify(session, inquiry.id, question, but=person.id)
    if spoken.note:
        notes.write(session, inquiry.id, person, spoken.note)
    return inquiry


def _question(session: Session, inquiry_id: UUID, spoken: SpokenQuestion) -> UUID:
    message = Message(
        id=new_id(),
        inquiry_id=inquiry_id,
        position=1,
        kind=MessageKind.QUESTION,
        via=spoken.via,
        body=spoken.question,
    )
    session.add(message)
    session.flush()
    if len(spoken.question) > inquiries.OPENING_LENGTH:
        inquiries.hear_again(session, inquiry_id)
    return message.id

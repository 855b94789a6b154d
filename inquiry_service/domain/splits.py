"""What the asker said about another matter gets a thread of its own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from inquiry_service.db.models import Inquiry, Message, RawMail
from inquiry_service.db.queries.merges import TAKEN_BY_MERGES
from inquiry_service.domain import inquiries, threads
from inquiry_service.domain.errors import WrongMove
from inquiry_service.terms import FOR_US, InquiryStatus, MessageKind, ThreadEvent, Via
from shared import audit
from shared.db import rows
from shared.errors import Invalid
from shared.people import Person
from shared.phrases import phrase
from shared.references import References
from shared.tokens import new_id

SPLITTABLE = (*FOR_US, InquiryStatus.WAITING, InquiryStatus.CLOSED)


def can_go(entry: threads.Entry) -> bool:
    """Whether the entry can be in a thread of its own: what the asker wrote after the question."""
    return entry.message.kind == MessageKind.FOLLOW_UP and entry.message.is_verified


def split(
    session: Session,
    references: References,
    person: Person,
    inquiry_id: UUID,
    message_ids: Sequence[UUID],
    *,
    due_at: datetime,
) -> Inquiry:
    """Those entries are a new inquiry of the same person, which waits for us; both threads say so. Merging undoes it.

    Raises Invalid about `message_ids`, WrongMove.
    """
    inquiry = inquiries.find(session, inquiry_id, lock=True)
    if inquiry.status not in SPLITTABLE:
        raise WrongMove(state=inquiry.status)
    chosen = _chosen(session, inquiry, message_ids)
    new = _new_inquiry(inquiry, chosen, references.next(), person, due_at)
    session.add(new)
    session.flush()
    for position, message in enumerate(chosen, start=1):
        message.inquiry_id, message.position, message.place, message.origin_id = new.id, position, None, None
    chosen[0].kind = MessageKind.QUESTION
    session.flush()
    mails = [message.raw_mail_id for message in chosen if message.raw_mail_id]
    session.execute(update(RawMail).where(RawMail.id.in_(mails)).values(inquiry_id=new.id))
    for one in (inquiry, new):
        inquiries.hear_again(session, one.id)
        session.refresh(one)
    _say_so(session, inquiry, new, person)
    audit.write(session, person.actor, "inquiry_split", inquiry.id, other=str(new.id), entries=len(chosen))
    audit.write(
        session, person.actor, "inquiry_split_from", new.id, other=str(inquiry.id), entries=len(chosen)
    )
    session.flush()
    return new


def entries_from(session: Session, inquiry_id: UUID, position: int) -> list[UUID]:
    """The asker's entries that came in from that position on."""
    return [
        entry.message.id
        for entry in threads.thread(session, inquiry_id)
        if can_go(entry) and (entry.message.position or 0) >= position
    ]


def _chosen(session: Session, inquiry: Inquiry, message_ids: Sequence[UUID]) -> list[Message]:
    entries = [entry for entry in threads.thread(session, inquiry.id) if entry.message.id in set(message_ids)]
    if not entries or len(entries) != len(set(message_ids)):
        raise _no(phrase("Choose what the asker wrote in this thread."))
    if not all(can_go(entry) for entry in entries):
        raise _no(phrase("Only what the asker wrote after the question can get a thread of its own."))
    merged = {UUID(row.id) for row in rows(session, TAKEN_BY_MERGES, id=inquiry.id)}
    if any(entry.message.id in merged for entry in entries):
        raise _no(phrase("Some of it came by a merge: take that apart instead."))
    return [entry.message for entry in entries]


def _no(sentence: str) -> Invalid:
    return Invalid(fields={"message_ids": [sentence]})


def _new_inquiry(
    inquiry: Inquiry, chosen: Sequence[Message], reference: str, person: Person, due_at: datetime
) -> Inquiry:
    same: dict[str, Any] = {
        name: getattr(inquiry, name)
        for name in (
            "asker_name",
            "asker_email",
            "asker_email_normal",
            "asker_phone",
            "program",
            "source",
            "consent_text",
            "is_address_proven",
            "assignee_id",
        )
    }
    is_due_sooner = inquiry.status in FOR_US and inquiry.due_at is not None and inquiry.due_at < due_at
    return Inquiry(
        id=new_id(),
        reference=reference,
        status=InquiryStatus.OPEN,
        opening=chosen[0].body[: inquiries.OPENING_LENGTH],
        due_at=inquiry.due_at if is_due_sooner else due_at,
        messages=len(chosen),
        opened_by_id=person.id,
        **same,
    )


def _say_so(session: Session, inquiry: Inquiry, new: Inquiry, person: Person) -> None:
    said = (
        (
            inquiry,
            ThreadEvent.SPLIT_OFF,
            new,
            f"Some of this went into a thread of its own, {new.reference}.",
        ),
        (new, ThreadEvent.SPLIT_FROM, inquiry, f"This was part of {inquiry.reference}."),
    )
    for one, event, other, words in said:
        inquiries.add_message(
            session, one, MessageKind.NOTE, words, via=Via.DESK, staff_id=person.id, event=(event, other.id)
        )
        one.last_message_at = (
            session.scalar(
                select(func.max(Message.created_at)).where(
                    Message.inquiry_id == one.id, Message.event.is_(None), Message.position.is_not(None)
                )
            )
            or one.last_message_at
        )

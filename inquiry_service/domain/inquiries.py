"""Inquiries: taken in with one statement, then moved by people. Every change of a thread locks its inquiry first."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from inquiry_service.db.models import Inquiry, Message, Staff
from inquiry_service.db.queries import inquiries as statements
from inquiry_service.domain import response_times, service_levels, survivors, threads
from inquiry_service.domain.errors import NoSuchInquiry, TakenBySomebodyElse, WrongMove
from inquiry_service.domain.spam import NO_SUSPICION, SpamScore
from inquiry_service.terms import (
    FROM_ASKER,
    BackBecause,
    InquiryStatus,
    MessageKind,
    ThreadEvent,
    Via,
)
from shared import audit, idempotency, letters
from shared.audit import Actor
from shared.db import Database, first, rows
from shared.errors import Invalid
from shared.logging import current_request_id
from shared.people import Person, normal_address
from shared.phrases import phrase
from shared.references import References
from shared.tokens import new_id

OPENING_LENGTH = 2000  # what lists show; the whole question is the first message
HEARD_LENGTH = 20_000  # what a search reads of an entry


@dataclass(frozen=True)
class NewInquiry:
    """A question as it came in, checked and stripped. `due_at` is aware."""

    name: str
    email: str
    question: str
    due_at: datetime
    phone: str | None = None
    program: str | None = None
    source: str | None = None
    consent_text: str | None = None
    via: Via = Via.FORM
    spam: SpamScore = NO_SUSPICION
    registration_id: UUID | None = None
    registration_reference: str | None = None
    raw_mail_id: UUID | None = None
    id: UUID = field(default_factory=new_id)


@dataclass(frozen=True)
class Receipt:
    """What the asker is told: the same for everyone, and the same again for the same submission."""

    id: UUID
    reference: str
    is_fresh: bool


def submit(
    database: Database,
    references: References,
    new: NewInquiry,
    *,
    key: str | None = None,
    body_hash: bytes = b"",
) -> Receipt:
    """The inquiry, its question, the acknowledgement and the directors' notices stand, committed; or an earlier one of the same key.

    Raises SameKeyOtherBody.
    """
    values = _values(new, references, key, body_hash)
    answered = database.run(statements.SUBMIT, values) or database.run(statements.REPLAY, values)
    return _receipt(answered[0], body_hash)


def submit_within(session: Session, references: References, new: NewInquiry, *, key: str) -> Receipt:
    """The same inside a transaction that also files the mail it came by."""
    if new.program:
        level = service_levels.read(session)
        new = replace(new, due_at=service_levels.due_now(level, new.program, otherwise=new.due_at))
    values = _values(new, references, key, b"")
    answered = (
        session.execute(statements.SUBMIT, values).all() or session.execute(statements.REPLAY, values).all()
    )
    if new.raw_mail_id is not None:
        session.execute(statements.HAS_FILES, {"id": new.id, "raw_mail_id": new.raw_mail_id})
    return _receipt(answered[0], b"")


def _receipt(row: Row[Any], body_hash: bytes) -> Receipt:
    if not row.is_fresh:
        idempotency.same_body_or_raise(row.body_hash, body_hash)
    return Receipt(UUID(row.answer["id"]), row.answer["reference"], row.is_fresh)


def _values(new: NewInquiry, references: References, key: str | None, body_hash: bytes) -> dict[str, object]:
    return {
        "key": key or str(new.id),
        "body_hash": body_hash,
        "id": new.id,
        "reference": references.next(),
        "status": InquiryStatus.QUARANTINED if new.spam.is_suspect else InquiryStatus.NEW,
        "name": new.name,
        "email": new.email,
        "email_normal": normal_address(new.email),
        "phone": new.phone,
        "program": new.program,
        "source": new.source,
        "consent_text": new.consent_text,
        "registration_id": new.registration_id,
        "registration_reference": new.registration_reference,
        "opening": new.question[:OPENING_LENGTH],
        "beyond_opening": new.question[OPENING_LENGTH:],
        "spam_score": new.spam.points,
        "spam_reasons": list(new.spam.reasons),
        "due_at": new.due_at,
        "message_id": new_id(),
        "via": new.via,
        "body": new.question,
        "raw_mail_id": new.raw_mail_id,
        "ack_id": new_id(),
        "request_id": current_request_id(),
    }


def find(session: Session, inquiry_id: UUID, *, lock: bool = False) -> Inquiry:
    """The inquiry; with `lock`, nobody else changes its thread until this transaction ends. Raises NoSuchInquiry."""
    if lock and first(session, statements.LOCK, id=inquiry_id) is None:
        raise NoSuchInquiry()
    inquiry = session.get(Inquiry, inquiry_id, populate_existing=lock)
    if inquiry is None:
        raise NoSuchInquiry()
    return inquiry


def add_message(
    session: Session,
    inquiry: Inquiry,
    kind: MessageKind,
    body: str,
    *,
    via: Via,
    staff_id: UUID | None = None,
    sender_address: str | None = None,
    is_verified: bool = True,
    is_automatic: bool = False,
    raw_mail_id: UUID | None = None,
    came_to: UUID | None = None,
    event: tuple[ThreadEvent, UUID] | None = None,
) -> Message:
    """The entry stands at the end of the thread. The inquiry must be locked. `came_to`: the inquiry it was meant for."""
    message = Message(
        id=new_id(),
        inquiry_id=inquiry.id,
        position=next_position(session, inquiry, body, raw_mail_id),
        kind=kind,
        via=via,
        body=body,
        staff_id=staff_id,
        sender_address=sender_address,
        is_verified=is_verified,
        is_automatic=is_automatic,
        raw_mail_id=raw_mail_id,
        origin_id=came_to if came_to != inquiry.id else None,
        event=event[0] if event else None,
        about_id=event[1] if event else None,
    )
    session.add(message)
    session.flush()
    return message


def next_position(session: Session, inquiry: Inquiry, body: str, raw_mail_id: UUID | None = None) -> int:
    """The place at the end of the thread, for an entry of that text, which a search finds from now on."""
    values = {"id": inquiry.id, "body": body[:HEARD_LENGTH], "raw_mail_id": raw_mail_id}
    position = int(session.execute(statements.NEXT_POSITION, values).scalar_one())
    session.refresh(inquiry, ["messages", "last_message_at"])
    return position


def hear_again(session: Session, inquiry_id: UUID) -> None:
    """A search finds just what is in the thread, after entries went elsewhere; its counts are right."""
    lengths = {"opening": OPENING_LENGTH, "heard": HEARD_LENGTH}
    session.execute(statements.HEAR_AGAIN, {"id": inquiry_id, **lengths})


def follow_up(
    session: Session,
    inquiry_id: UUID,
    body: str,
    *,
    via: Via,
    due_at: datetime,
    sender_address: str | None = None,
    is_verified: bool = True,
    is_automatic: bool = False,
    raw_mail_id: UUID | None = None,
) -> Message:
    """The asker wrote again: the inquiry is open, due anew, and who is responsible is told. An automatic mail changes no clock.

    What comes to a merged one is in the thread that it went into, and remembers where it came to.
    """
    inquiry = survivors.lock(session, inquiry_id)
    if via == Via.LINK and inquiry.id != inquiry_id:
        asked = find(
            session, inquiry_id
        )  # its link proves its own asker, who is not the thread's where the address is another
        is_verified = asked.asker_email_normal == inquiry.asker_email_normal
        sender_address = None if is_verified else asked.asker_email
    message = add_message(
        session,
        inquiry,
        MessageKind.FOLLOW_UP,
        body,
        via=via,
        sender_address=sender_address,
        is_verified=is_verified,
        is_automatic=is_automatic,
        raw_mail_id=raw_mail_id,
        came_to=inquiry_id,
    )
    if is_automatic:
        return message
    if inquiry.status in (InquiryStatus.WAITING, InquiryStatus.CLOSED):
        inquiry.status = InquiryStatus.OPEN
        service_levels.renew(inquiry, due_at)
    if inquiry.snoozed_until is not None:  # somebody waited for this: it is at the top
        inquiry.due_at = session.scalar(select(func.now()))
        inquiry.back_because = BackBecause.ANSWER
    inquiry.snoozed_until, inquiry.is_snoozed_for_answer = None, False
    if inquiry.status in (InquiryStatus.NEW, InquiryStatus.OPEN):
        notify(session, inquiry.id, message.id)
    return message


def assign(session: Session, inquiry_id: UUID, actor: Actor, staff_id: UUID | None) -> Inquiry:
    """The inquiry is that person's, or nobody's. Raises Invalid, WrongMove."""
    inquiry = find(session, inquiry_id, lock=True)
    if inquiry.status == InquiryStatus.MERGED:
        raise WrongMove(state=inquiry.status)
    if staff_id is not None:
        person = session.get(Staff, staff_id)
        if person is None or person.disabled_at is not None:
            raise Invalid(
                phrase("There is no such colleague"),
                fields={"staff_id": [phrase("Choose a colleague with an open account.")]},
            )
    inquiry.assignee_id = staff_id
    audit.write(session, actor, "inquiry_assigned", inquiry.id, to=str(staff_id) if staff_id else None)
    return inquiry


def release(session: Session, inquiry_id: UUID, actor: Actor) -> Inquiry:
    """Nobody has the inquiry; whoever takes next may get it. Raises TakenBySomebodyElse."""
    inquiry = find(session, inquiry_id, lock=True)
    if inquiry.assignee_id not in (None, actor.id):
        raise TakenBySomebodyElse()
    return assign(session, inquiry_id, actor, None)


_MOVES: dict[str, tuple[frozenset[InquiryStatus], InquiryStatus]] = {
    "close": (
        frozenset({InquiryStatus.NEW, InquiryStatus.OPEN, InquiryStatus.WAITING, InquiryStatus.CLOSED}),
        InquiryStatus.CLOSED,
    ),
    "reopen": (
        frozenset({InquiryStatus.CLOSED, InquiryStatus.WAITING, InquiryStatus.OPEN}),
        InquiryStatus.OPEN,
    ),
    "spam": (frozenset(InquiryStatus) - {InquiryStatus.MERGED}, InquiryStatus.SPAM),
    "not_spam": (frozenset({InquiryStatus.QUARANTINED, InquiryStatus.SPAM}), InquiryStatus.NEW),
}


def move(session: Session, inquiry_id: UUID, actor: Actor, name: str, *, due_at: datetime) -> Inquiry:
    """The inquiry is closed, reopened, marked as spam, or released from quarantine. Raises WrongMove."""
    inquiry = find(session, inquiry_id, lock=True)
    allowed, target = _MOVES[name]
    if inquiry.status not in allowed:
        raise WrongMove(state=inquiry.status)
    was_suspect = inquiry.status in (InquiryStatus.QUARANTINED, InquiryStatus.SPAM)
    if inquiry.status != target:
        inquiry.status = target
        inquiry.closed_at = inquiry.snoozed_until = inquiry.back_because = None
        inquiry.is_snoozed_for_answer = False
        if target == InquiryStatus.CLOSED:
            _close(session, inquiry)
        if target in (InquiryStatus.OPEN, InquiryStatus.NEW):
            service_levels.renew(inquiry, due_at)
        audit.write(session, actor, f"inquiry_{name}", inquiry.id)
    if name == "not_spam" and was_suspect:
        _greet(session, inquiry)
    session.flush()
    return inquiry


def _close(session: Session, inquiry: Inquiry) -> None:
    response_times.closed(session, inquiry, session.execute(select(func.now())).scalar_one())
    inquiry.is_never_reached = False


def _greet(session: Session, inquiry: Inquiry) -> None:
    """What an inquiry that was never suspected would have had from the start."""
    if inquiry.asker_email:
        acknowledge(session, inquiry)
    question = session.scalars(
        select(Message).where(Message.inquiry_id == inquiry.id, Message.position == 1)
    ).one()
    session.flush()
    notify(session, inquiry.id, question.id)


def acknowledge(session: Session, inquiry: Inquiry) -> None:
    """The asker is owed word that the question came in, once."""
    letters.write(
        session,
        "acknowledgement",
        subject_id=inquiry.id,
        recipient=inquiry.asker_email,
        dedupe_key=f"ack:{inquiry.id}",
    )


def notify(session: Session, inquiry_id: UUID, message_id: UUID, *, but: UUID | None = None) -> None:
    """Each director who answers for the inquiry, `but` the one who knows, is owed a notice of the message, once."""
    ids = {"inquiry_id": inquiry_id, "message_id": message_id, "request_id": current_request_id()}
    session.execute(statements.NOTIFY_RESPONSIBLE, {**ids, "but": but})


def change_program(session: Session, inquiry_id: UUID, actor: Actor, program: str | None) -> Inquiry:
    """The inquiry is about that program; whoever answers for it is told, while it waits for us. Raises WrongMove."""
    inquiry = find(session, inquiry_id, lock=True)
    if inquiry.status == InquiryStatus.MERGED:
        raise WrongMove(state=inquiry.status)
    if inquiry.program == program:
        return inquiry
    before, inquiry.program = inquiry.program, program
    audit.write(session, actor, "program_changed", inquiry.id, before=before, after=program)
    session.flush()
    if inquiry.status in (InquiryStatus.NEW, InquiryStatus.OPEN):
        notify(session, inquiry.id, last_of_asker(session, inquiry.id).id, but=actor.id)
    return inquiry


def last_of_asker(session: Session, inquiry_id: UUID) -> Message:
    """What the asker wrote last."""
    query = select(Message).where(Message.inquiry_id == inquiry_id, Message.kind.in_(FROM_ASKER))
    return session.scalars(query.order_by(threads.in_sight.desc()).limit(1)).one()


def add_note(
    session: Session, inquiry_id: UUID, author: Person, body: str, *, via: Via = Via.DESK
) -> Message:
    """A note for colleagues; it never reaches a letter to the asker. `domain/notes.py` also tells those who are named in it."""
    inquiry = survivors.lock(session, inquiry_id)
    return add_message(session, inquiry, MessageKind.NOTE, body, via=via, staff_id=author.id)


def log_call(
    session: Session, inquiry_id: UUID, author: Person, body: str, *, is_answered: bool, via: Via = Via.DESK
) -> Message:
    """A call is on record; one that answered the question leaves the inquiry waiting for the asker."""
    inquiry = survivors.lock(session, inquiry_id)
    message = add_message(session, inquiry, MessageKind.CALL, body, via=via, staff_id=author.id)
    if is_answered and inquiry.status in (InquiryStatus.NEW, InquiryStatus.OPEN):
        inquiry.status = InquiryStatus.WAITING
        inquiry.is_never_reached = False
        response_times.answered(session, inquiry, message.created_at, author.id)
    return message


def newer_than(
    session: Session, inquiry_id: UUID, position: int, author_id: UUID
) -> Sequence[dict[str, object]]:
    """What came into the thread after that position, from anybody but the author."""
    found = rows(
        session, statements.NEWER_THAN, inquiry_id=inquiry_id, position=position, author_id=author_id
    )
    return [
        {"id": str(m.id), "kind": m.kind, "body": m.body, "created_at": m.created_at.isoformat()}
        for m in found
    ]

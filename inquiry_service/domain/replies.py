"""Our answers: drafted, queued with their letter, undone, held, sent. One function answers, whoever asks for it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from inquiry_service.db.models import Inquiry, Message, Reply
from inquiry_service.domain import (
    drafts,
    inquiries,
    merge_fields,
    presences,
    response_times,
    service_levels,
    survivors,
)
from inquiry_service.domain.errors import (
    AlreadyOnItsWay,
    NoAddress,
    NoSuchReply,
    NotHeld,
    ThreadChanged,
    WrongMove,
)
from inquiry_service.domain.mail_commands import LONGEST
from inquiry_service.terms import UNDO_HELD_S, BackBecause, InquiryStatus, ReplyStatus, Via
from shared import audit, letters
from shared.clock import utc_now
from shared.db import first
from shared.errors import Invalid
from shared.people import Person
from shared.phrases import phrase

_TO_DRAFT = text(
    "UPDATE reply SET status = 'draft', letter_id = NULL, scheduled_at = NULL, changed_at = now()"
    " WHERE id = :id AND status = 'queued' RETURNING id"
)
_ON_ITS_WAY = text(
    "SELECT 1 FROM letter WHERE subject_id = :id AND status IN ('queued', 'ready', 'sending') LIMIT 1"
)
_OVERTAKEN = text("""
    SELECT 1 FROM message LEFT JOIN reply ON reply.id = message.id
    WHERE message.inquiry_id = :inquiry_id AND message.position > :position AND NOT message.is_automatic
      AND message.kind IN ('question', 'follow_up', 'answer') AND (reply.id IS NULL OR reply.status IN ('queued', 'sent', 'in_doubt', 'failed'))
    LIMIT 1
""")
_ANSWERABLE = (InquiryStatus.NEW, InquiryStatus.OPEN, InquiryStatus.WAITING, InquiryStatus.CLOSED)


def answer(
    session: Session,
    inquiry_id: UUID,
    author: Person,
    body: str,
    *,
    is_closing: bool = False,
    based_on: UUID | None = None,
    via: Via = Via.DESK,
    undo_s: float = UNDO_HELD_S,
    scheduled_at: datetime | None = None,
) -> Reply:
    """The answer is in the thread and its letter is owed, `undo_s` from now, or at `scheduled_at`.

    `based_on` is the last message that the author had seen; without it nothing is compared.
    Raises ThreadChanged with the newer messages, WrongMove for what nobody should answer, NoAddress, Invalid for a merge field that
    is not filled in, or a time that has passed.
    """
    if via != Via.MAIL:
        _check_fields(body)
    _check_time(scheduled_at)
    inquiry = survivors.lock(session, inquiry_id)
    _check_answerable(inquiry)
    if same := _same_answer(session, inquiry, author, body):
        return same
    seen = _position_of(session, inquiry, based_on)
    if newer := inquiries.newer_than(session, inquiry.id, seen, author.id):
        raise ThreadChanged(newer=newer)
    # a draft belongs to the desk's text box: an answer by another road leaves it alone
    draft = drafts.own_draft(session, inquiry, author) if via == Via.DESK else None
    reply = draft or drafts.new_reply(session, inquiry, author, via)
    reply.based_on, reply.is_closing, reply.scheduled_at = seen, is_closing, scheduled_at
    drafts.write(session, reply, body)
    queue(session, inquiry, reply, undo_s=undo_s)
    presences.is_done(session, inquiry.id, author)
    return reply


def _check_fields(body: str) -> None:
    """A field that is still in braces is for a person to fill in. Raises Invalid."""
    if left := merge_fields.fields_in(body):
        names = ", ".join(f"{{{name}}}" for name in left)
        raise Invalid(
            phrase("The answer is not ready"),
            fields={"body": [phrase("Fill in %(names)s first, or take it out.", names=names)]},
        )


def _check_time(scheduled_at: datetime | None) -> None:
    if scheduled_at is not None and not utc_now() < scheduled_at <= utc_now() + LONGEST:
        raise Invalid(
            phrase("That is no time to send it at"),
            fields={"send_at": [phrase("Choose a time to come, within a year.")]},
        )


def _check_answerable(inquiry: Inquiry) -> None:
    if inquiry.erased_at is not None:
        raise WrongMove(phrase("Whoever asked was erased: there is nobody to answer."), state=inquiry.status)
    if inquiry.status not in _ANSWERABLE:
        raise WrongMove(phrase("Release it from quarantine before you answer."), state=inquiry.status)
    if not inquiry.asker_email:
        raise NoAddress()


def _same_answer(session: Session, inquiry: Inquiry, author: Person, body: str) -> Reply | None:
    """The author's own answer of the same words at the end of the thread: a second click, or a request sent again."""
    found = session.execute(
        select(Reply)
        .join(Message, Message.id == Reply.id)
        .where(
            Message.inquiry_id == inquiry.id,
            Message.position == inquiry.messages,
            Message.staff_id == author.id,
            Message.body == body,
            Reply.status.in_([ReplyStatus.QUEUED, ReplyStatus.SENT, ReplyStatus.IN_DOUBT]),
        )
    )
    return found.scalars().first()


def queue(session: Session, inquiry: Inquiry, reply: Reply, *, undo_s: float) -> None:
    """The reply's letter is owed; the inquiry waits for the asker. The inquiry must be locked."""
    message = drafts.message_of(session, reply)
    message.position = inquiries.next_position(session, inquiry, message.body)
    reply.status = ReplyStatus.QUEUED
    reply.sendings += 1
    reply.status_before = (
        inquiry.status if inquiry.status != InquiryStatus.WAITING else reply.status_before or inquiry.status
    )
    reply.held_because = None
    reply.letter_id = letters.write(
        session,
        "answer",
        subject_id=reply.id,
        recipient=inquiry.asker_email,
        dedupe_key=f"answer:{reply.id}:{reply.sendings}",
        not_before=reply.scheduled_at,
        delay_s=0 if reply.scheduled_at else undo_s,
        wants_outcome=True,
        person_id=reply.author_id,
    )
    inquiry.status = InquiryStatus.WAITING
    inquiry.is_never_reached, inquiry.back_because = False, None
    if inquiry.assignee_id is None:
        inquiry.assignee_id = reply.author_id
    session.flush()


def _position_of(session: Session, inquiry: Inquiry, message_id: UUID | None) -> int:
    if message_id is None:
        return inquiry.messages
    message = session.get(Message, message_id, populate_existing=True)
    if message is None or message.inquiry_id != inquiry.id or message.position is None:
        raise ThreadChanged(
            phrase("The message this reply was based on is no longer in the thread"), newer=[]
        )
    return message.position


def find(session: Session, inquiry_id: UUID, reply_id: UUID) -> Reply:
    """The reply in that inquiry. Raises NoSuchReply."""
    reply = session.get(Reply, reply_id, populate_existing=True)
    if reply is None or reply.inquiry_id != inquiry_id:
        raise NoSuchReply()
    return reply


def undo(session: Session, inquiry_id: UUID, reply_id: UUID, person: Person) -> Reply:
    """The answer is a draft again, word for word, and its letter is cancelled; also from the page of a thread that it was part of
    when the page was opened. Raises AlreadyOnItsWay, NoSuchReply.
    """
    if session.get(Reply, reply_id) is None:
        raise NoSuchReply()
    inquiry = survivors.lock_thread_of(session, reply_id)
    if not survivors.were_one(session, inquiry_id, inquiry.id):
        raise NoSuchReply()
    reply = find(session, inquiry.id, reply_id)
    if (
        reply.status != ReplyStatus.QUEUED
        or reply.letter_id is None
        or not letters.cancel(session, reply.letter_id)
    ):
        raise AlreadyOnItsWay()
    if first(session, _TO_DRAFT, id=reply.id) is None:
        raise AlreadyOnItsWay()
    session.refresh(reply)
    drafts.message_of(session, reply).position = None
    if inquiry.status == InquiryStatus.WAITING:  # else something newer happened, and has the last word
        inquiry.status = reply.status_before or InquiryStatus.OPEN
    audit.write(session, person.actor, "answer_undone", inquiry.id, reply=str(reply.id))
    session.flush()
    return reply


def hold(
    session: Session, inquiry_id: UUID, author: Person, body: str, why: str, *, based_on: int, via: Via
) -> Reply:
    """The answer is kept and not sent, with the reason; one click sends or discards it."""
    inquiry = survivors.lock(session, inquiry_id)
    reply = drafts.new_reply(session, inquiry, author, via, body)
    reply.status, reply.held_because, reply.based_on = ReplyStatus.HELD, why, based_on
    return reply


def send_held(session: Session, inquiry_id: UUID, reply_id: UUID, person: Person) -> Reply:
    """A held (or failed) reply is owed to the asker after all. Raises NotHeld, WrongMove, NoAddress."""
    inquiry = survivors.lock(session, inquiry_id)
    reply = find(session, inquiry.id, reply_id)
    if reply.status not in (ReplyStatus.HELD, ReplyStatus.FAILED):
        raise NotHeld(state=reply.status)
    _check_answerable(inquiry)
    if first(session, _ON_ITS_WAY, id=reply.id) is not None:
        raise AlreadyOnItsWay()
    reply.facts, reply.scheduled_at = [], None  # somebody read why it was held, and sends it as it is
    queue(session, inquiry, reply, undo_s=UNDO_HELD_S)
    audit.write(session, person.actor, "held_answer_sent", inquiry.id, reply=str(reply.id))
    return reply


def discard(session: Session, inquiry_id: UUID, reply_id: UUID, person: Person) -> Reply:
    """A held reply or a draft will not be sent; its text stays on record. Raises NotHeld."""
    inquiry = survivors.lock(session, inquiry_id)
    reply = find(session, inquiry.id, reply_id)
    if reply.status not in (ReplyStatus.HELD, ReplyStatus.DRAFT):
        raise NotHeld(state=reply.status)
    reply.status = ReplyStatus.DISCARDED
    audit.write(session, person.actor, "answer_discarded", inquiry.id, reply=str(reply.id))
    return reply


def edit_held(session: Session, inquiry_id: UUID, reply_id: UUID, person: Person) -> Reply:
    """A held (or failed) reply, or a draft that lay below another one, is the person's draft, in the box. Raises NotHeld."""
    inquiry = survivors.lock(session, inquiry_id)
    reply = find(session, inquiry.id, reply_id)
    if reply.status != ReplyStatus.HELD and not (
        reply.status == ReplyStatus.DRAFT and reply.author_id == person.id
    ):
        raise NotHeld(state=reply.status)
    reply.status, reply.author_id, reply.scheduled_at = ReplyStatus.DRAFT, person.id, None
    drafts.message_of(session, reply).staff_id = person.id
    reply.changed_at = session.scalar(select(func.clock_timestamp()))  # type: ignore[assignment]
    audit.write(session, person.actor, "held_answer_taken_up", inquiry.id, reply=str(reply.id))
    session.flush()
    return reply


def is_overtaken(session: Session, reply: Reply) -> bool:
    """Whether something came into the thread between the moment when a scheduled reply was written and now."""
    position = drafts.message_of(session, reply).position
    ids = {"inquiry_id": reply.inquiry_id, "position": position}
    return reply.scheduled_at is not None and first(session, _OVERTAKEN, **ids) is not None


def hold_back(session: Session, reply_id: UUID, letter_id: UUID, why: str) -> None:
    """A reply whose time has come is held instead of sent, and its inquiry is at the top of the queue. Not if somebody undid it."""
    inquiry = survivors.lock_thread_of(session, reply_id)
    reply = find(session, inquiry.id, reply_id)
    if reply.status != ReplyStatus.QUEUED or reply.letter_id != letter_id:
        return
    message = drafts.message_of(session, reply)
    reply.status, reply.held_because, reply.letter_id, reply.scheduled_at = ReplyStatus.HELD, why, None, None
    reply.based_on, message.position = message.position or reply.based_on, None
    now = session.scalar(select(func.now()))
    assert now is not None
    reply.changed_at = now
    _back_to_the_top(inquiry, now, is_never_reached=False)
    inquiry.back_because = BackBecause.HELD
    session.flush()


def held_replies(session: Session, inquiry_id: UUID) -> list[tuple[Reply, str]]:
    """Held replies of the thread with their texts."""
    found = session.execute(
        select(Reply, Message.body)
        .join(Message, Message.id == Reply.id)
        .where(Reply.inquiry_id == inquiry_id, Reply.status == ReplyStatus.HELD)
        .order_by(Reply.changed_at)
    )
    return [(reply, body) for reply, body in found]


def letter_settled(session: Session, letter_id: UUID, status: str, *, due_at: datetime) -> None:
    """What the letter's fate means: an answered inquiry waits or is closed, an unreached asker is back at the top of the queue.

    Does nothing the second time, and nothing for a letter that a later one replaced.
    """
    reply = session.scalars(select(Reply).where(Reply.letter_id == root_letter(session, letter_id))).first()
    if reply is None:
        return
    inquiry = survivors.lock_thread_of(session, reply.id)
    session.refresh(reply)
    if status == "sent":
        _sent(session, inquiry, reply)
    elif status in ("failed", "bounced") and reply.status != ReplyStatus.FAILED:
        reply.status = ReplyStatus.FAILED
        _back_to_the_top(inquiry, due_at, is_never_reached=True)
    elif status == "unknown" and reply.status == ReplyStatus.QUEUED:
        reply.status = ReplyStatus.IN_DOUBT
        _back_to_the_top(inquiry, due_at, is_never_reached=False)


def never_reached(inquiry: Inquiry, *, due_at: datetime) -> None:
    """A letter came back from the asker's address: the inquiry is at the top of the queue, and says so. It must be locked."""
    _back_to_the_top(inquiry, due_at, is_never_reached=True)


def root_letter(session: Session, letter_id: UUID) -> UUID:
    """The letter that the reply knows: a resent one stands for its original."""
    row = letters.show(session, letter_id)
    while row.resend_of is not None:
        row = letters.show(session, row.resend_of)
    return UUID(str(row.id))


def _sent(session: Session, inquiry: Inquiry, reply: Reply) -> None:
    if reply.status == ReplyStatus.SENT:
        return
    was_lost = reply.status in (ReplyStatus.FAILED, ReplyStatus.IN_DOUBT)
    now = session.execute(select(func.now())).scalar_one()
    reply.status, reply.sent_at = ReplyStatus.SENT, now
    response_times.answered(session, inquiry, now, reply.author_id)
    if was_lost and inquiry.status == InquiryStatus.OPEN:
        inquiry.status, inquiry.is_never_reached = InquiryStatus.WAITING, False
    if reply.is_closing and inquiry.status == InquiryStatus.WAITING:
        inquiry.status = InquiryStatus.CLOSED
        response_times.closed(session, inquiry, now)


def _back_to_the_top(inquiry: Inquiry, due_at: datetime, *, is_never_reached: bool) -> None:
    if inquiry.status in (InquiryStatus.WAITING, InquiryStatus.OPEN, InquiryStatus.CLOSED):
        inquiry.status = InquiryStatus.OPEN
        service_levels.renew(inquiry, due_at)
    inquiry.is_never_reached = is_never_reached

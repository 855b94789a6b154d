"""Our answers: drafted, queued with their letter, undone, held, sent. One function answers, whoever asks for it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from inquiry_service.db.models import Inquiry, Message, Reply
from inquiry_service.domain import inquiries, survivors
from inquiry_service.domain.errors import (
    AlreadyOnItsWay,
    NoAddress,
    NoSuchReply,
    NotHeld,
    ThreadChanged,
    WrongMove,
)
from inquiry_service.terms import UNDO_HELD_S, InquiryStatus, MessageKind, ReplyStatus, Via
from shared import audit, letters
from shared.db import first
from shared.people import Person
from shared.phrases import phrase
from shared.tokens import new_id

_TO_DRAFT = text(
    "UPDATE reply SET status = 'draft', letter_id = NULL, changed_at = now() WHERE id = :id AND status = 'queued' RETURNING id"
)
_ON_ITS_WAY = text(
    "SELECT 1 FROM letter WHERE subject_id = :id AND status IN ('queued', 'ready', 'sending') LIMIT 1"
)
ANOTHER_DRAFT = phrase("it was begun before two threads became one, where you have another draft")
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
) -> Reply:
    """The answer is in the thread and its letter is owed, `undo_s` from now.

    `based_on` is the last message that the author had seen; without it nothing is compared.
    Raises ThreadChanged with the newer messages, WrongMove for what nobody should answer, NoAddress.
    """
    inquiry = survivors.lock(session, inquiry_id)
    _check_answerable(inquiry)
    if same := _same_answer(session, inquiry, author, body):
        return same
    seen = _position_of(session, inquiry, based_on)
    if newer := inquiries.newer_than(session, inquiry.id, seen, author.id):
        raise ThreadChanged(newer=newer)
    # a draft belongs to the desk's text box: an answer by another road leaves it alone
    draft = _own_draft(session, inquiry, author) if via == Via.DESK else None
    reply = draft or _new_reply(session, inquiry, author, via)
    reply.based_on, reply.is_closing = seen, is_closing
    _message(session, reply).body = body
    queue(session, inquiry, reply, undo_s=undo_s)
    return reply


def _check_answerable(inquiry: Inquiry) -> None:
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
    message = _message(session, reply)
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
        delay_s=undo_s,
        wants_outcome=True,
        person_id=reply.author_id,
    )
    inquiry.status = InquiryStatus.WAITING
    inquiry.is_never_reached = False
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


def _new_reply(
    session: Session,
    inquiry: Inquiry,
    author: Person,
    via: Via,
    body: str = "",
    origin_id: UUID | None = None,
) -> Reply:
    message = Message(
        id=new_id(),
        inquiry_id=inquiry.id,
        kind=MessageKind.ANSWER,
        via=via,
        body=body,
        staff_id=author.id,
        origin_id=origin_id,
    )
    session.add(message)
    session.flush()
    reply = Reply(
        id=message.id,
        inquiry_id=inquiry.id,
        author_id=author.id,
        status=ReplyStatus.DRAFT,
        based_on=inquiry.messages,
        sendings=0,
    )
    session.add(reply)
    session.flush()
    return reply


def _own_draft(session: Session, inquiry: Inquiry, author: Person) -> Reply | None:
    return session.scalars(
        select(Reply)
        .where(
            Reply.inquiry_id == inquiry.id, Reply.author_id == author.id, Reply.status == ReplyStatus.DRAFT
        )
        .order_by(Reply.changed_at.desc())
        .limit(1)
    ).first()


def _message(session: Session, reply: Reply) -> Message:
    return session.get_one(Message, reply.id)


def draft_of(session: Session, inquiry_id: UUID, author: Person) -> tuple[Reply, str] | None:
    """The author's draft in this thread and its text."""
    inquiry = inquiries.find(session, inquiry_id)
    reply = _own_draft(session, inquiry, author)
    return (reply, _message(session, reply).body) if reply else None


def save_draft(session: Session, inquiry_id: UUID, author: Person, body: str) -> Reply:
    """What the author typed is kept; an empty text keeps an empty draft.

    What is typed in a page of an inquiry that was merged meanwhile never takes the place of the draft in the thread it went into.
    """
    inquiry = survivors.lock(session, inquiry_id)
    if inquiry.id == inquiry_id:
        reply = _own_draft(session, inquiry, author) or _new_reply(session, inquiry, author, Via.DESK)
    else:
        reply = _text_begun_in(session, inquiry, author, inquiry_id)
    _message(session, reply).body = body
    reply.changed_at = session.scalar(select(func.now()))  # type: ignore[assignment]
    return reply


def _text_begun_in(session: Session, inquiry: Inquiry, author: Person, merged_id: UUID) -> Reply:
    """The author's text that was begun in the merged inquiry: a draft, or held where there is a draft already."""
    begun = session.scalars(
        select(Reply)
        .join(Message, Message.id == Reply.id)
        .where(
            Reply.inquiry_id == inquiry.id,
            Reply.author_id == author.id,
            Message.origin_id == merged_id,
            Reply.status.in_([ReplyStatus.DRAFT, ReplyStatus.HELD]),
            Reply.held_because.is_(None) | (Reply.held_because == ANOTHER_DRAFT),
        )
        .limit(1)
    ).first()
    if begun is not None:
        return begun
    other = _own_draft(session, inquiry, author)
    reply = _new_reply(session, inquiry, author, Via.DESK, origin_id=merged_id)
    if other is not None:
        reply.status, reply.held_because = ReplyStatus.HELD, ANOTHER_DRAFT
    return reply


def find(session: Session, inquiry_id: UUID, reply_id: UUID) -> Reply:
    """The reply in that inquiry. Raises NoSuchReply."""
    reply = session.get(Reply, reply_id, populate_existing=True)
    if reply is None or reply.inquiry_id != inquiry_id:
        raise NoSuchReply()
    return reply


def undo(session: Session, inquiry_id: UUID, reply_id: UUID, person: Person) -> Reply:
    """The answer is a draft again, word for word, and its letter is cancelled. Raises AlreadyOnItsWay."""
    inquiry = survivors.lock(session, inquiry_id)
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
    _message(session, reply).position = None
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
    reply = _new_reply(session, inquiry, author, via, body)
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
    now = session.scalar(select(func.now()))
    reply.status, reply.sent_at = ReplyStatus.SENT, now
    inquiry.first_answered_at = inquiry.first_answered_at or now
    if was_lost and inquiry.status == InquiryStatus.OPEN:
        inquiry.status, inquiry.is_never_reached = InquiryStatus.WAITING, False
    if reply.is_closing and inquiry.status == InquiryStatus.WAITING:
        inquiry.status, inquiry.closed_at = InquiryStatus.CLOSED, now


def _back_to_the_top(inquiry: Inquiry, due_at: datetime, *, is_never_reached: bool) -> None:
    if inquiry.status in (InquiryStatus.WAITING, InquiryStatus.OPEN, InquiryStatus.CLOSED):
        inquiry.status, inquiry.due_at = InquiryStatus.OPEN, due_at
    inquiry.is_never_reached = is_never_reached

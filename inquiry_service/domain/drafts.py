"""Answers that are being written: saved as they are typed, with the texts that they had before."""

from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from inquiry_service.db.models import Inquiry, Message, Reply
from inquiry_service.domain import draft_versions, inquiries, presences, survivors
from inquiry_service.domain.errors import DraftChanged, NoSuchReply
from inquiry_service.terms import MessageKind, ReplyStatus, Via
from shared.people import Person
from shared.phrases import phrase
from shared.tokens import new_id

MOST_DRAFTS = 5
ANOTHER_DRAFT = phrase("it was begun before two threads became one, where you have another draft")


def new_reply(
    session: Session,
    inquiry: Inquiry,
    author: Person,
    via: Via,
    body: str = "",
    origin_id: UUID | None = None,
) -> Reply:
    """An empty draft at the end of the thread. `origin_id`: the merged inquiry that it was begun in."""
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
        version=0,
        facts=[],
    )
    session.add(reply)
    session.flush()
    return reply


def new_draft(session: Session, inquiry: Inquiry, author: Person) -> Reply:
    """The author's empty draft."""
    return new_reply(session, inquiry, author, Via.DESK)


def write(session: Session, reply: Reply, body: str) -> None:
    """The reply has this text; the one before is kept where it would be missed."""
    message = message_of(session, reply)
    if message.body == body:
        return
    if draft_versions.is_material(message.body, body):
        draft_versions.keep(session, reply.id, reply.version, message.body)
    message.body = body
    reply.version += 1


def own_draft(session: Session, inquiry: Inquiry, author: Person) -> Reply | None:
    """The draft that the author wrote at last."""
    return next((reply for reply, _ in drafts_of(session, inquiry.id, author)), None)


def drafts_of(session: Session, inquiry_id: UUID, author: Person) -> list[tuple[Reply, str]]:
    """The author's drafts in this thread with their texts, the latest first: more than one when a sent or held one came back."""
    found = session.execute(
        select(Reply, Message.body)
        .join(Message, Message.id == Reply.id)
        .where(
            Reply.inquiry_id == inquiry_id, Reply.author_id == author.id, Reply.status == ReplyStatus.DRAFT
        )
        .order_by(Reply.changed_at.desc(), Reply.id)
        .limit(MOST_DRAFTS)
    )
    return [(reply, body) for reply, body in found]


def message_of(session: Session, reply: Reply) -> Message:
    """The text of the reply."""
    return session.get_one(Message, reply.id)


def draft_of(session: Session, inquiry_id: UUID, author: Person) -> tuple[Reply, str] | None:
    """The author's draft in this thread and its text."""
    inquiries.find(session, inquiry_id)
    return next(iter(drafts_of(session, inquiry_id, author)), None)


def save_draft(
    session: Session, inquiry_id: UUID, author: Person, body: str, *, version: int | None = None
) -> Reply:
    """What the author typed is kept; an empty text keeps an empty draft.

    What is typed in a page of an inquiry that was merged meanwhile never takes the place of the draft in the thread it went into.
    `version` is that of the text which the author saw: another one is there by now, and neither is lost: raises DraftChanged.
    """
    inquiry = survivors.lock(session, inquiry_id)
    if inquiry.id == inquiry_id:
        there = own_draft(session, inquiry, author)
        reply = there or new_reply(session, inquiry, author, Via.DESK)
    else:
        there = reply = _text_begun_in(session, inquiry, author, inquiry_id)
    if there and version is not None and there.version != version:
        kept = message_of(session, there).body
        if kept.strip() and draft_versions.lost(kept, body):
            raise DraftChanged(version=there.version, body=kept)
    write(session, reply, body)
    presences.writes(session, inquiry.id, author)
    reply.changed_at = session.scalar(select(func.now()))  # type: ignore[assignment]
    session.flush()
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
            or_(Reply.held_because.is_(None), Reply.held_because == ANOTHER_DRAFT),
        )
        .limit(1)
    ).first()
    if begun is not None:
        return begun
    other = own_draft(session, inquiry, author)
    reply = new_reply(session, inquiry, author, Via.DESK, origin_id=merged_id)
    if other is not None:
        reply.status, reply.held_because = ReplyStatus.HELD, ANOTHER_DRAFT
    return reply


def restore_version(session: Session, inquiry_id: UUID, author: Person, number: int) -> Reply:
    """The draft has that earlier text again, and the one it had is among the earlier ones. Raises NoSuchReply, NoSuchVersion."""
    inquiry = survivors.lock(session, inquiry_id)
    reply = own_draft(session, inquiry, author)
    if reply is None:
        raise NoSuchReply()
    earlier, message = draft_versions.find(session, reply.id, number), message_of(session, reply)
    draft_versions.keep(session, reply.id, reply.version, message.body)
    message.body = earlier.body
    reply.version += 1
    session.flush()
    return reply

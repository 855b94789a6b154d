"""The answer: as a person wrote it, the question quoted below, and an address of ours that brings the next mail back into the thread."""

from sqlalchemy import ColumnElement, and_, select, text
from sqlalchemy.orm import Session

from inquiry_service.db.models import Inquiry, Message, Reply, Staff
from inquiry_service.domain import inquiries, replies
from inquiry_service.terms import FROM_ASKER, AddressPurpose, ReplyStatus
from shared.letter_bytes import Composed
from shared.letters import LetterRow
from shared.mailroom import LetterPointless, Mailroom
from shared.people import normal_address

_EARLIER = text("""
    SELECT message_id FROM letter WHERE message_id IS NOT NULL AND status IN ('sent', 'delivered') AND (
        subject_id = :inquiry_id OR subject_id IN (SELECT id FROM reply WHERE inquiry_id = :inquiry_id)
        OR subject_id IN (SELECT id FROM inquiry WHERE merged_into_id = :inquiry_id)) AND recipient = :recipient
       AND kind IN ('acknowledgement', 'answer') ORDER BY sent_at
""")


def _asked_in(session: Session, letter: LetterRow, reply: Reply, message: Message) -> Inquiry:
    """The inquiry whose asker the letter goes to: the thread's, or a merged one's that was asked from another address."""
    inquiry = inquiries.find(session, reply.inquiry_id)
    if message.origin_id and normal_address(letter.recipient) != inquiry.asker_email_normal:
        return inquiries.find(session, message.origin_id)
    return inquiry


def _question(session: Session, inquiry: Inquiry, reply: Reply, message: Message) -> Message:
    """What the asker wrote last before the answer; of one asked from another address, never what others wrote in the thread."""
    is_theirs: ColumnElement[bool] = Message.is_verified.is_(True)
    if inquiry.id != reply.inquiry_id:
        is_theirs = and_(Message.origin_id == inquiry.id, Message.sender_address == inquiry.asker_email)
    return session.scalars(
        select(Message)
        .where(
            Message.inquiry_id == reply.inquiry_id,
            Message.kind.in_(FROM_ASKER),
            is_theirs,
            inquiries.in_sight < (message.position if message.place is None else message.place),
        )
        .order_by(inquiries.in_sight.desc())
        .limit(1)
    ).one()


def answer(room: Mailroom, letter: LetterRow) -> Composed:
    """Sent by a person to a person: no mark of an automatic letter."""
    session = room.session
    reply = session.get_one(Reply, letter.subject_id)
    if reply.status not in (ReplyStatus.QUEUED, ReplyStatus.IN_DOUBT, ReplyStatus.FAILED):
        raise LetterPointless("the answer is no longer to be sent")
    if replies.root_letter(session, letter.id) != reply.letter_id:
        raise LetterPointless("the answer goes by a later letter")
    author = session.get_one(Staff, reply.author_id)
    message = session.get_one(Message, reply.id)
    inquiry = _asked_in(session, letter, reply, message)
    question = _question(session, inquiry, reply, message)
    subject, plain, html = room.render(
        "answer",
        body=message.body,
        author=author,
        inquiry=inquiry,
        question=question,
        thread_url=f"{room.service.public_url}/inquiries/{room.public_link(inquiry.id)}",
    )
    ids = {"inquiry_id": inquiry.id, "recipient": letter.recipient}
    earlier = tuple(row.message_id for row in session.execute(_EARLIER, ids))
    return Composed(
        subject,
        plain,
        html,
        sender_name=f"{author.name}, {room.service.school_name}",
        reply_to=room.reply_address(AddressPurpose.ASKER, inquiry.id),
        recipient_name=inquiry.asker_name,
        is_automatic=False,
        references=earlier,
    )

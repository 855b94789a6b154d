"""The answer: as a person wrote it, the question quoted below, and an address of ours that brings the next mail back into the thread."""

from sqlalchemy import select, text

from inquiry_service.db.models import Message, Reply, Staff
from inquiry_service.domain import inquiries, replies
from inquiry_service.terms import AddressPurpose, MessageKind, ReplyStatus
from shared.letter_bytes import Composed
from shared.letters import LetterRow
from shared.mailroom import LetterPointless, Mailroom

_EARLIER = text("""
    SELECT message_id FROM letter WHERE message_id IS NOT NULL AND status IN ('sent', 'delivered') AND (
        subject_id = :inquiry_id OR subject_id IN (SELECT id FROM reply WHERE inquiry_id = :inquiry_id))
       AND kind IN ('acknowledgement', 'answer') ORDER BY sent_at
""")


def answer(room: Mailroom, letter: LetterRow) -> Composed:
    """Sent by a person to a person: no mark of an automatic letter."""
    session = room.session
    reply = session.get_one(Reply, letter.subject_id)
    if reply.status not in (ReplyStatus.QUEUED, ReplyStatus.IN_DOUBT, ReplyStatus.FAILED):
        raise LetterPointless("the answer is no longer to be sent")
    if replies.root_letter(session, letter.id) != reply.letter_id:
        raise LetterPointless("the answer goes by a later letter")
    inquiry = inquiries.find(session, reply.inquiry_id)
    author = session.get_one(Staff, reply.author_id)
    message = session.get_one(Message, reply.id)
    question = session.scalars(
        select(Message)
        .where(
            Message.inquiry_id == inquiry.id,
            Message.kind.in_([MessageKind.QUESTION, MessageKind.FOLLOW_UP]),
            Message.is_verified,
            Message.position < message.position,
        )
        .order_by(Message.position.desc())
        .limit(1)
    ).one()
    subject, plain, html = room.render(
        "answer",
        body=message.body,
        author=author,
        inquiry=inquiry,
        question=question,
        thread_url=f"{room.service.public_url}/inquiries/{room.public_link(inquiry.id)}",
    )
    earlier = tuple(row.message_id for row in session.execute(_EARLIER, {"inquiry_id": inquiry.id}))
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

"""The answer: as a person wrote it, the question quoted below, and an address of ours that brings the next mail back into the thread."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select, text

from inquiry_service.db.models import Message, Reply, Staff
from inquiry_service.domain import inquiries, live_facts, replies, reply_files
from inquiry_service.domain.live_facts import LiveSection
from inquiry_service.terms import AddressPurpose, MessageKind, ReplyStatus
from shared import blobs
from shared.letter_bytes import Attachment, Composed
from shared.letters import LetterRow
from shared.mailroom import LetterAlone, LetterPointless, Mailroom
from shared.phrases import phrase


@dataclass(frozen=True)
class Brought:
    """The sections that a reply names, as they are now; none of them when the enrollment service did not answer."""

    sections: Mapping[str, LiveSection] | None


_EARLIER = text("""
    SELECT message_id FROM letter WHERE message_id IS NOT NULL AND status IN ('sent', 'delivered') AND (
        subject_id = :inquiry_id OR subject_id IN (SELECT id FROM reply WHERE inquiry_id = :inquiry_id))
       AND kind IN ('acknowledgement', 'answer') ORDER BY sent_at
""")


def answer(room: Mailroom, letter: LetterRow) -> Composed:
    """Sent by a person to a person: no mark of an automatic letter. What it says of a class is compared with what is true now."""
    session = room.session
    reply = session.get_one(Reply, letter.subject_id)
    if reply.status not in (ReplyStatus.QUEUED, ReplyStatus.IN_DOUBT, ReplyStatus.FAILED):
        raise LetterPointless("the answer is no longer to be sent")
    if replies.root_letter(session, letter.id) != reply.letter_id:
        raise LetterPointless("the answer goes by a later letter")
    message = session.get_one(Message, reply.id)
    if reply.status == ReplyStatus.QUEUED:
        _check_facts(room, reply, message)
    return compose(room, reply, message)


def _check_facts(room: Mailroom, reply: Reply, message: Message) -> None:
    """Raises LetterPointless when the reply is held instead: it was overtaken, or says what is no longer so."""
    if replies.is_overtaken(room.session, reply):
        raise _held(reply, phrase("something new came in before it went"))
    said = live_facts.said_in(message.body, reply.facts)
    if not said:
        return
    if room.brought is None:
        raise LetterAlone
    assert isinstance(room.brought, Brought)
    if why := live_facts.worse(said, room.brought.sections):
        raise _held(reply, why)


def _held(reply: Reply, why: str) -> LetterPointless:
    reply_id, letter_id = reply.id, reply.letter_id
    assert letter_id is not None
    return LetterPointless(
        "the answer is held", lambda session: replies.hold_back(session, reply_id, letter_id, why)
    )


def compose(room: Mailroom, reply: Reply, message: Message) -> Composed:
    """The letter as it arrives, of a draft too: the last question of the asker is quoted below the answer."""
    session = room.session
    inquiry = inquiries.find(session, reply.inquiry_id)
    author = session.get_one(Staff, reply.author_id)
    asked = select(Message).where(
        Message.inquiry_id == inquiry.id,
        Message.kind.in_([MessageKind.QUESTION, MessageKind.FOLLOW_UP]),
        Message.is_verified,
        Message.position.is_not(None),
    )
    if message.position is not None:
        asked = asked.where(Message.position < message.position)
    question = session.scalars(asked.order_by(Message.position.desc()).limit(1)).one()
    subject, plain, html = room.render(
        "answer",
        body=message.body,
        author=author,
        inquiry=inquiry,
        question=question,
        thread_url=f"{room.service.public_url}/inquiries/{room.public_link(inquiry.id)}",
    )
    earlier = tuple(row.message_id for row in session.execute(_EARLIER, {"inquiry_id": inquiry.id}))
    files = reply_files.of_reply(session, reply.id)
    return Composed(
        subject,
        plain,
        html,
        sender_name=f"{author.name}, {room.service.school_name}",
        reply_to=room.reply_address(AddressPurpose.ASKER, inquiry.id),
        recipient_name=inquiry.asker_name,
        is_automatic=False,
        references=earlier,
        attachments=tuple(
            Attachment(file.name, file.type, blobs.get(session, file.sha256)) for file in files
        ),
    )

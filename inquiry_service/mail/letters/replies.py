"""The answer: as a person wrote it, the question quoted below, and an address of ours that brings the next mail back into the thread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, select, text
from sqlalchemy.orm import Session

from inquiry_service.db.models import Inquiry, Message, Reply, ReplyFile, Staff
from inquiry_service.domain import inquiries, live_facts, replies, reply_files, threads
from inquiry_service.domain.live_facts import LiveSection
from inquiry_service.terms import FROM_ASKER, AddressPurpose, ReplyStatus
from shared import blobs
from shared.letter_bytes import Attachment, Composed
from shared.letters import LetterRow
from shared.mailroom import LetterAlone, LetterPointless, Mailroom
from shared.people import normal_address
from shared.phrases import phrase


@dataclass(frozen=True)
class Brought:
    """The sections that a reply names, as they are now; none of them when the enrollment service did not answer."""

    sections: Mapping[str, LiveSection] | None


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
    asked = select(Message).where(
        Message.inquiry_id == reply.inquiry_id,
        Message.kind.in_(FROM_ASKER),
        is_theirs,
        Message.position.is_not(None),
    )
    place = message.position if message.place is None else message.place
    if place is not None:  # a draft, which somebody looks at before it goes, has none yet
        asked = asked.where(threads.in_sight < place)
    return session.scalars(asked.order_by(threads.in_sight.desc()).limit(1)).one()


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


def compose(
    room: Mailroom, reply: Reply, message: Message, files: Sequence[ReplyFile] | None = None
) -> Composed:
    """The letter as it arrives, of a draft too: the last question of the asker is quoted below the answer. `files` when they are known."""
    session, letter = room.session, room.letter
    author = session.get_one(Staff, reply.author_id)
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
    files = reply_files.of_reply(session, reply.id) if files is None else files
    bytes_of = blobs.get_all(session, [file.sha256 for file in files])
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
            Attachment(file.name, file.type, data) for file, data in zip(files, bytes_of, strict=True)
        ),
    )

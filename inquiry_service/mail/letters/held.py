"""The letter to a director whose mail was not carried out: why, and where one click does it."""

from sqlalchemy import select

from inquiry_service.db.models import Inquiry, Message, RawMail, Reply, Staff
from inquiry_service.terms import MessageKind, ReplyStatus, Via
from shared.letter_bytes import Composed
from shared.letters import LetterRow
from shared.mailroom import LetterPointless, Mailroom

IN_AN_HOUR, IN_A_DAY = 20, 100  # a person at work; a machine that answers our letters is stopped


def held_mail(room: Mailroom, letter: LetterRow) -> Composed:
    """To the person's own address, whoever wrote the mail. Nobody can answer it: what is held is sent after sign-in."""
    room.check_caps(letter.kind, in_an_hour=IN_AN_HOUR, in_a_day=IN_A_DAY)
    raw = room.session.get(RawMail, letter.subject_id)
    staff = room.session.get(Staff, letter.person_id)
    if raw is None or raw.inquiry_id is None or staff is None or staff.disabled_at is not None:
        raise LetterPointless("nobody is there to be told")
    inquiry = room.session.get_one(Inquiry, raw.inquiry_id)
    reply = room.session.execute(
        select(Reply.id, Message.body)
        .join(Message, Message.id == Reply.id)
        .where(
            Reply.inquiry_id == inquiry.id,
            Reply.author_id == staff.id,
            Reply.status == ReplyStatus.HELD,
            Message.kind == MessageKind.ANSWER,
            Message.via == Via.MAIL,
            Reply.held_because == raw.held_because,
        )
        .order_by(Message.created_at.desc())
        .limit(1)
    ).first()
    place = f"#m-{reply.id}" if reply else ""
    subject, text, html = room.render(
        "held_mail",
        reference=inquiry.reference,
        why=raw.held_because,
        body=reply.body if reply else "",
        desk_url=f"{room.service.inquiry_url}/desk/inquiries/{inquiry.id}{place}",
        staff_name=staff.name,
    )
    return Composed(subject, text, html, sender_name="Frontdesk", recipient_name=staff.name)

"""Letters about an inquiry: to the asker that it came in, to the directors that it waits, and the links that somebody lost."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from inquiry_service.db.models import Inquiry, Message, Staff
from inquiry_service.domain import expectation, inquiries, links
from inquiry_service.mail.parse import MARKER
from inquiry_service.mail.promise import Promised, promised
from inquiry_service.terms import DIRECTOR_ADDRESS_DAYS, AddressPurpose, InquiryStatus, MessageKind
from shared.clock import utc_now
from shared.letter_bytes import Composed
from shared.letters import LetterRow
from shared.mailroom import LetterPointless, Mailroom


def inquiries_of(session: Session, letters: Sequence[LetterRow]) -> object:
    """The inquiries that these letters are about."""
    return session.scalars(
        select(Inquiry).where(Inquiry.id.in_([letter.subject_id for letter in letters]))
    ).all()


def messages_of(session: Session, letters: Sequence[LetterRow]) -> object:
    """The messages that these letters are about, with their inquiries."""
    found = session.scalars(
        select(Message).where(Message.id.in_([letter.subject_id for letter in letters]))
    ).all()
    wanted = [message.inquiry_id for message in found]
    return found, session.scalars(select(Inquiry).where(Inquiry.id.in_(wanted))).all()


SENT_BY_THEMSELVES = (
    "acknowledgement",
    "lost_link",
)  # whatever comes in makes one: a machine could go on for ever


def acknowledgement(room: Mailroom, letter: LetterRow) -> Composed:
    """To an address that nobody proved: not a byte that the visitor typed, and once a day."""
    inquiry = inquiries.find(room.session, letter.subject_id)
    if letter.resend_of is None:
        room.check_caps(*SENT_BY_THEMSELVES)
    if letter.resend_of is None and not room.is_first_today():
        raise LetterPointless("this address was acknowledged within a day")
    link = room.public_link(inquiry.id)
    subject, text, html = room.fill(
        "acknowledgement",
        {"reference": inquiry.reference, "thread_url": f"{room.service.public_url}/inquiries/{link}"},
        promised=_promised(room.session, room.service.school_locale),
    )
    return Composed(
        subject,
        text,
        html,
        sender_name=room.service.school_name,
        reply_to=room.reply_address(AddressPurpose.ASKER, inquiry.id),
    )


def _promised(session: Session, locale: str) -> Promised:
    """The same for all letters that are written together."""
    if "promised" not in session.info:
        now, (calendar, length) = utc_now(), expectation.read(session)
        told = expectation.promise(calendar, now, length)
        session.info["promised"] = promised(told, now, calendar.zone, locale)
    found: Promised = session.info["promised"]
    return found


def notice(room: Mailroom, letter: LetterRow) -> Composed:
    """To a director who is responsible: the asker's words, and an address that takes the answer. Nothing the asker may not read."""
    staff = room.session.get(Staff, letter.person_id)
    message = room.session.get(Message, letter.subject_id)
    if staff is None or staff.disabled_at is not None or message is None:
        raise LetterPointless("nobody is there to be told")
    inquiry = inquiries.find(room.session, message.inquiry_id)
    if inquiry.status not in (InquiryStatus.NEW, InquiryStatus.OPEN):
        raise LetterPointless("the inquiry no longer waits for us")
    subject, text, html = room.render(
        "notice",
        marker=MARKER,
        inquiry=inquiry,
        body=message.body,
        is_follow_up=message.kind == MessageKind.FOLLOW_UP,
        is_verified=message.is_verified,
        staff_name=staff.name,
        desk_url=f"{room.service.inquiry_url}/desk/inquiries/{inquiry.id}",
    )
    reply_to = room.reply_address(AddressPurpose.DIRECTOR, message.id, staff.id, days=DIRECTOR_ADDRESS_DAYS)
    return Composed(
        subject, text, html, sender_name="Frontdesk", reply_to=reply_to, recipient_name=staff.name
    )


def lost_link(room: Mailroom, letter: LetterRow) -> Composed:
    """The links to a person's inquiries, to the address that asked them."""
    if letter.resend_of is None:
        room.check_caps(*SENT_BY_THEMSELVES)
    found = links.inquiries_of_address(room.session, letter.subject_id)
    threads = [
        (inquiry.reference, f"{room.service.public_url}/inquiries/{room.public_link(inquiry.id)}")
        for inquiry in found
    ]
    subject, text, html = room.render("lost_link", threads=threads)
    return Composed(subject, text, html, sender_name=room.service.school_name)

"""Mail in: raw bytes are stored first and committed; then each is filed with its thread, or stands where a person sees it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select, text
from sqlalchemy.orm import Session

from inquiry_service.db.models import Inquiry, Message, RawMail
from inquiry_service.db.models.base import Base
from inquiry_service.domain import bounces, directors_mail, inquiries, mail_files, survivors, unfiled
from inquiry_service.domain.authentication import vouches_for
from inquiry_service.domain.directors_mail import Circumstances
from inquiry_service.domain.inquiries import NewInquiry
from inquiry_service.domain.intake import store_raw as store_raw
from inquiry_service.domain.matching import (
    KnownAddress,
    reply_secrets,
    return_secrets,
)
from inquiry_service.domain.own_copies import OurMail, what_it_copies
from inquiry_service.domain.parsed_email import ParsedEmail
from inquiry_service.domain.spam import NO_SUSPICION, FormTraces, score
from inquiry_service.terms import AddressPurpose, MailKind, MessageKind, RawMailStatus, Via
from shared import blobs, returned_letters
from shared.clock import utc_now
from shared.db import first
from shared.people import normal_address
from shared.references import References
from shared.tokens import hash_secret

MAX_SENDER = 254  # characters kept of the From addresses
MAX_SUBJECT = 300
MAX_EXCERPT = 300
MAX_NAME = 100
OLD_MAIL = timedelta(days=14)
UNREAD = "(This mail could not be read. Its original is here.)"
MAILBOX_PAGE = "/mailbox"  # the road whose writer sits at this very machine

_BLOB = Base.metadata.tables["blob"]
_ADDRESS = text("""
    SELECT purpose, subject_id, person_id, revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now()) AS is_alive
    FROM reply_address WHERE address_hash = :hash
""")
_LETTER_OF_MESSAGE_ID = text(
    "SELECT subject_id, kind FROM letter WHERE message_id = ANY(:message_ids) ORDER BY created_at DESC LIMIT 1"
)


@dataclass(frozen=True)
class RegistrationFacts:
    """What the enrollment service says of the registration whose letter was answered."""

    registration_id: UUID
    reference: str
    program: str | None
    name: str
    email: str


@dataclass(frozen=True)
class Intake:
    """What filing needs beside the rows. `registration_behind` asks the sibling, and `letter_came_back` tells it whether a letter of its
    own is only late or given up; both raise when it is away. `trusted_authserv_id` names the server of ours whose word on senders
    counts; mail from strangers to one of `public_addresses` opens an inquiry.
    """

    references: References
    due_at: datetime
    registration_behind: Callable[[bytes], RegistrationFacts | None]
    letter_came_back: Callable[[bytes, bool], bool] = lambda address_hash, is_permanent: False
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    trusted_authserv_id: str = ""
    public_addresses: frozenset[str] = frozenset()
    ours: OurMail = field(default_factory=OurMail)


class _NeedsNoThread(Exception):
    """We know what the mail is about, and nobody has to read it."""


def bytes_of(session: Session, raw_id: UUID) -> tuple[RawMail, bytes]:
    """A stored mail, locked, and its bytes."""
    raw = session.get_one(RawMail, raw_id, with_for_update=True)
    return raw, blobs.get(session, raw.sha256)


def note_unreadable(session: Session, raw: RawMail, why: str) -> None:
    """The mail is a visible item with its original; it delays nobody."""
    raw.status, raw.error = RawMailStatus.UNREADABLE, why
    raw.filed_at = session.scalar(select(text("now()")))


def file(session: Session, raw: RawMail, mail: ParsedEmail, intake: Intake) -> None:
    """The mail is with its thread, or unfiled. Does nothing for one that is filed already."""
    if raw.status == RawMailStatus.FILED:
        return
    raw.sender, raw.subject = _sender(mail), mail.subject[:MAX_SUBJECT]
    raw.excerpt = " ".join(mail.written[: 100 * MAX_EXCERPT].split())[:MAX_EXCERPT]
    recipients = (*mail.recipients, *(raw.envelope_to or "").split())
    mail_files.keep(session, raw.id, mail.attachments)
    raw.error = what_it_copies(session, mail, intake.ours)
    is_known, inquiry_id = raw.error is not None, None
    raw.verdict = "copy"
    if not is_known:
        is_known, inquiry_id = _returned(session, raw, mail, recipients, intake)
        raw.verdict = "returned"
    if not is_known:
        raw.verdict = "thread"
        is_known, inquiry_id = _answered(session, raw, mail, recipients, intake)
    if not is_known and _is_for_the_school(raw, mail, recipients, intake):
        is_known, inquiry_id = True, _new_question(session, raw, mail, intake)
    raw.inquiry_id = inquiry_id
    raw.status = RawMailStatus.FILED if is_known else RawMailStatus.UNFILED
    raw.filed_at = session.scalar(select(text("now()")))


def _returned(
    session: Session, raw: RawMail, mail: ParsedEmail, recipients: tuple[str, ...], intake: Intake
) -> tuple[bool, UUID | None]:
    """Whether the mail is about a letter of ours that came back, and its inquiry. What else comes to a return path is a machine's answer."""
    behind = bounces.letter_behind(session, recipients, mail)
    if behind is not None and mail.bounce is not None:
        return True, bounces.settle(session, raw, mail.bounce, behind.letter, due_at=intake.due_at)
    if behind is not None:
        inquiry = bounces.inquiry_of(session, behind.letter)
        if inquiry is None:
            return True, None
        by_machine = replace(mail, kind=MailKind.AUTOMATIC) if mail.kind == MailKind.PERSON else mail
        return True, _from_asker(session, raw, by_machine, inquiry.id, intake, is_verified=False)
    secrets = return_secrets(recipients)
    if (
        mail.bounce is None
    ):  # a machine's greeting to a letter of the sibling's: there is no thread that it could stand in
        return bool(secrets) and mail.is_automatic, None
    is_permanent = mail.bounce.is_permanent
    return any(intake.letter_came_back(hash_secret(secret), is_permanent) for secret in secrets), None


def _answered(
    session: Session, raw: RawMail, mail: ParsedEmail, recipients: tuple[str, ...], intake: Intake
) -> tuple[bool, UUID | None]:
    """Whether the mail belongs to an inquiry, by the address it came to, else by what it answers."""
    inquiry_id = None
    try:
        for secret in reply_secrets(recipients):
            inquiry_id = _by_reply_address(session, raw, mail, hash_secret(secret), intake)
            if inquiry_id is not None:
                break
    except _NeedsNoThread:
        return True, None
    if inquiry_id is None:
        inquiry_id = _by_message_id(session, raw, mail, intake)
    return inquiry_id is not None, inquiry_id


def _by_reply_address(
    session: Session, raw: RawMail, mail: ParsedEmail, address_hash: bytes, intake: Intake
) -> UUID | None:
    row = first(session, _ADDRESS, hash=address_hash)
    if row is None:
        facts = intake.registration_behind(address_hash)
        return _about_registration(session, raw, mail, facts, intake) if facts else None
    address = KnownAddress(row.purpose, row.subject_id, row.person_id, row.is_alive)
    if address.purpose == AddressPurpose.DIRECTOR:
        raw.verdict = "director"
        around = Circumstances(_is_vouched_for(raw, mail, intake), intake.due_at, intake.zone)
        return directors_mail.take_in(session, raw, mail, address, around)
    inquiry = session.get(Inquiry, address.subject_id)
    if inquiry is None or not address.is_alive:
        return None
    if mail.senders == (inquiry.asker_email_normal,) and not mail.is_automatic:
        returned_letters.somebody_wrote_from(session, inquiry.asker_email)
    # of a merged one: who asks in the thread that it went into may be written to elsewhere
    is_asker = mail.senders == (survivors.survivor(session, inquiry.id).asker_email_normal,)
    return _from_asker(session, raw, mail, inquiry.id, intake, is_verified=is_asker)


def _by_message_id(session: Session, raw: RawMail, mail: ParsedEmail, intake: Intake) -> UUID | None:
    """A header can be copied from a forwarded letter, and From proves nothing: such a mail is with its thread, and never taken for the asker's."""
    if not mail.references:
        return None
    row = first(session, _LETTER_OF_MESSAGE_ID, message_ids=list(mail.references))
    if row is None:
        return None
    message = session.get(Message, row.subject_id)
    held = session.get(RawMail, row.subject_id)  # our letter about a director's mail that was not carried out
    origin_id = message.origin_id if message else None
    behind = message or held
    inquiry_id = origin_id or (behind.inquiry_id if behind and behind.inquiry_id else row.subject_id)
    if session.get(Inquiry, inquiry_id) is None:
        return None
    return _from_asker(session, raw, mail, inquiry_id, intake, is_verified=False)


def _is_vouched_for(raw: RawMail, mail: ParsedEmail, intake: Intake) -> bool:
    """At `/mailbox` the writer sits at this machine; on every other road our own mail server must say so."""
    if raw.mailbox == MAILBOX_PAGE:
        return True
    return len(mail.senders) == 1 and vouches_for(
        mail.authentication_results, intake.trusted_authserv_id, mail.senders[0]
    )


def _is_for_the_school(raw: RawMail, mail: ParsedEmail, recipients: tuple[str, ...], intake: Intake) -> bool:
    """A person wrote to the address that everybody knows, lately, and to no address of ours that a letter carried.

    Whoever connects a mailbox of many years must not write to all who ever asked there: old mail waits for a person.
    """
    if mail.sent_at is not None and mail.sent_at < utc_now() - OLD_MAIL:
        return False
    if mail.is_automatic or len(mail.senders) != 1 or mail.senders[0] in intake.public_addresses:
        return False
    if reply_secrets(recipients) or return_secrets(recipients):
        return False
    named = {address.casefold() for address in recipients}
    return not named.isdisjoint(intake.public_addresses)


def _new_question(
    session: Session, raw: RawMail, mail: ParsedEmail, intake: Intake, *, is_trusted: bool = False
) -> UUID:
    """The mail opens an inquiry, as the form does: suspects stand in quarantine, and the acknowledgement repeats nothing of it."""
    email, said = mail.senders[0], _said(mail)
    name = (mail.sender_name.strip() or email.partition("@")[0])[:MAX_NAME]
    asked = f"{mail.subject}\n\n{said}" if mail.subject and not mail.references else said
    new = NewInquiry(
        name=name,
        email=email,
        question=asked,
        due_at=intake.due_at,
        source="mail",
        via=Via.MAIL,
        spam=NO_SUSPICION if is_trusted else score(FormTraces(name, email, asked)),
        raw_mail_id=raw.id,
    )
    return inquiries.submit_within(session, intake.references, new, key=f"mail:{raw.id}").id


def file_by_hand(
    session: Session, raw: RawMail, mail: ParsedEmail | None, intake: Intake, inquiry_id: UUID | None
) -> None:
    """The mail is where a person said: with that inquiry, or a question of its own. From proves nothing, so it is never taken for the asker's.

    One that cannot be read (None) stands in the thread with its original. Does nothing for one that is filed already.
    """
    if raw.status == RawMailStatus.FILED:
        return
    if mail is None and inquiry_id is not None:
        inquiry_id = inquiries.follow_up(
            session,
            inquiry_id,
            UNREAD,
            via=Via.MAIL,
            due_at=intake.due_at,
            sender_address=raw.sender,
            is_verified=False,
            raw_mail_id=raw.id,
        ).inquiry_id
    elif mail is not None:
        mail_files.keep(session, raw.id, mail.attachments)
        inquiry = session.get(Inquiry, inquiry_id) if inquiry_id else None
        if inquiry is not None:
            inquiry_id = _from_asker(session, raw, mail, inquiry.id, intake, is_verified=False)
        else:
            inquiry_id = _new_question(session, raw, mail, intake, is_trusted=True)
    raw.inquiry_id, raw.status, raw.verdict = inquiry_id, RawMailStatus.FILED, "thread"
    raw.filed_at = session.scalar(select(text("now()")))


def _sender(mail: ParsedEmail) -> str:
    return ", ".join(mail.senders)[:MAX_SENDER]


def _said(mail: ParsedEmail) -> str:
    return mail.written or mail.text or "(no text)"


def _from_asker(
    session: Session, raw: RawMail, mail: ParsedEmail, inquiry_id: UUID, intake: Intake, *, is_verified: bool
) -> UUID:
    """The mail is in the thread of that inquiry, or of the one that it was merged into: that one's id."""
    message = inquiries.follow_up(
        session,
        inquiry_id,
        _said(mail),
        via=Via.MAIL,
        due_at=intake.due_at,
        sender_address=None if is_verified else _sender(mail),
        is_verified=is_verified,
        is_automatic=mail.is_automatic,
        raw_mail_id=raw.id,
    )
    return message.inquiry_id


def _about_registration(
    session: Session, raw: RawMail, mail: ParsedEmail, facts: RegistrationFacts, intake: Intake
) -> UUID | None:
    """An answer to a registration's letter continues the inquiry that is linked to it, or opens one. A machine's opens none."""
    is_student = mail.senders == (normal_address(facts.email),)
    linked = session.scalars(
        select(Inquiry)
        .where(Inquiry.registration_id == facts.registration_id)
        .order_by(Inquiry.created_at.desc())
        .limit(1)
    ).first()
    if linked is not None:
        asker = survivors.survivor(session, linked.id).asker_email_normal
        is_asker = is_student and mail.senders == (asker,)
        return _from_asker(session, raw, mail, linked.id, intake, is_verified=is_asker)
    if mail.is_automatic:
        raise _NeedsNoThread
    new = _registration_inquiry(raw, mail, facts, intake, is_student=is_student)
    receipt = inquiries.submit_within(session, intake.references, new, key=f"mail:{raw.id}")
    if not is_student:
        _add_strangers_words(session, raw, mail, receipt.id)
    return receipt.id


def _registration_inquiry(
    raw: RawMail, mail: ParsedEmail, facts: RegistrationFacts, intake: Intake, *, is_student: bool
) -> NewInquiry:
    """A stranger's words are never the question itself: answers quote it, and the student's page shows it."""
    by_another = f"A mail about {facts.reference} came from another address. Open it at the desk, and check who wrote it."
    return NewInquiry(
        name=facts.name,
        email=facts.email,
        question=_said(mail) if is_student else by_another,
        due_at=intake.due_at,
        program=facts.program,
        source=f"reply to a letter about {facts.reference}",
        via=Via.MAIL,
        registration_id=facts.registration_id,
        registration_reference=facts.reference,
        raw_mail_id=raw.id if is_student else None,
    )


def _add_strangers_words(session: Session, raw: RawMail, mail: ParsedEmail, inquiry_id: UUID) -> None:
    inquiries.add_message(
        session,
        inquiries.find(session, inquiry_id, lock=True),
        MessageKind.FOLLOW_UP,
        _said(mail),
        via=Via.MAIL,
        sender_address=_sender(mail),
        is_verified=False,
        raw_mail_id=raw.id,
    )


def unsettled(session: Session, limit: int = 50) -> list[Mapping[str, Any]]:
    """Mails that a person should look at: unreadable or unfiled ones, and those that nobody read in five minutes, oldest first.

    `opening` is the original's first 600 bytes where nothing of it was read.
    """
    first_bytes = select(func.substr(_BLOB.c.bytes, 1, 600)).where(_BLOB.c.sha256 == RawMail.sha256)
    found = session.execute(
        select(
            RawMail.id,
            RawMail.status,
            RawMail.error,
            RawMail.received_at,
            RawMail.sender,
            RawMail.subject,
            RawMail.excerpt,
            case((RawMail.excerpt.is_(None), first_bytes.scalar_subquery())).label("opening"),
        )
        .where(unfiled.NEEDS_A_PERSON)
        .order_by(RawMail.received_at)
        .limit(limit)
    )
    return [dict(row._mapping) for row in found]

"""Public links: 128 random bits from a letter open one thread. Opening one proves that letters reach its address."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session, aliased, defer

from inquiry_service.db.models import Inquiry
from inquiry_service.db.queries.inquiries import PROVE_ADDRESS
from inquiry_service.domain import inquiries, survivors, threads
from inquiry_service.domain.errors import NoSuchInquiry
from inquiry_service.domain.threads import Entry
from inquiry_service.terms import FROM_ASKER, UNSETTLED, InquiryStatus, ReplyStatus
from shared import idempotency, letters
from shared.db import first
from shared.people import normal_address
from shared.tokens import hash_secret, new_id

_FIND = text("""
    SELECT subject_id, used_at IS NULL AS is_first FROM public_link
    WHERE secret_hash = :hash AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
""")
_USED = text("UPDATE public_link SET used_at = now() WHERE secret_hash = :hash AND used_at IS NULL")


def inquiry_behind(session: Session, link: str) -> Inquiry:
    """The inquiry that the link was made for, also when it was merged. Raises NoSuchInquiry, for a wrong link and a revoked one alike."""
    found = first(session, _FIND, hash=hash_secret(link))
    if found is None:
        raise NoSuchInquiry()
    return inquiries.find(session, found.subject_id)


def entries_behind(session: Session, inquiry: Inquiry) -> Sequence[Entry]:
    """What the holder of the inquiry's link may read: the thread that it is in. Where that one's asker is written to at another address,
    only what came to this inquiry, and the answers to it.
    """
    thread = survivors.survivor(session, inquiry.id)
    if thread.asker_email_normal == inquiry.asker_email_normal:
        return threads.thread(session, thread.id, is_public=True)
    return [
        entry
        for entry in threads.thread(session, thread.id)
        if entry.message.origin_id == inquiry.id and _is_theirs(entry, inquiry)
    ]


def _is_theirs(entry: Entry, inquiry: Inquiry) -> bool:
    if entry.reply is not None:
        return entry.reply.status == ReplyStatus.SENT
    sender = entry.message.sender_address or ""
    return entry.message.kind in FROM_ASKER and normal_address(sender) == inquiry.asker_email_normal


def prove_address(session: Session, link: str) -> None:
    """Whoever opened the link got our letter: the address of its inquiry is proven, for all its inquiries."""
    inquiry = inquiry_behind(session, link)
    if session.execute(_USED, {"hash": hash_secret(link)}).rowcount:  # type: ignore[attr-defined]
        session.execute(PROVE_ADDRESS, {"email_normal": inquiry.asker_email_normal})


def send_my_link(session: Session, email: str, *, hour: str) -> None:
    """If the address asked something, a letter with its links is owed, at most one an hour. Nobody is told which."""
    idempotency.note(session, "lost_link", f"{hash_secret(normal_address(email)).hex()}:{new_id()}")
    latest = session.scalars(
        select(Inquiry)
        .where(
            Inquiry.asker_email_normal == normal_address(email),
            Inquiry.status.not_in([InquiryStatus.QUARANTINED, InquiryStatus.SPAM]),
        )
        .order_by(Inquiry.created_at.desc())
        .limit(1)
    ).first()
    if latest is not None:
        letters.write(
            session,
            "lost_link",
            subject_id=latest.id,
            recipient=latest.asker_email,
            dedupe_key=f"lost_link:{latest.id}:{hour}",
        )


def inquiries_of_address(session: Session, inquiry_id: UUID, limit: int = 10) -> list[Inquiry]:
    """The latest inquiries of the same address, newest first; those that were merged into another of it stand there."""
    inquiry = inquiries.find(session, inquiry_id)
    if not inquiry.asker_email_normal:
        return []
    into = aliased(Inquiry)
    return list(
        session.scalars(
            select(Inquiry)
            .outerjoin(into, into.id == Inquiry.merged_into_id)
            .where(
                Inquiry.asker_email_normal == inquiry.asker_email_normal,
                Inquiry.status.not_in([InquiryStatus.QUARANTINED, InquiryStatus.SPAM]),
                into.asker_email_normal.is_distinct_from(Inquiry.asker_email_normal),
            )
            .order_by(Inquiry.created_at.desc())
            .limit(limit)
        )
    )


def others_of_address(session: Session, inquiry: Inquiry, limit: int = 10) -> list[Inquiry]:
    """The address's other inquiries: those that are not settled first, then the newest."""
    if not inquiry.asker_email_normal:
        return []
    unwanted = [InquiryStatus.QUARANTINED, InquiryStatus.SPAM, InquiryStatus.MERGED]
    return list(
        session.scalars(
            select(Inquiry)
            .where(
                Inquiry.asker_email_normal == inquiry.asker_email_normal,
                Inquiry.status.not_in(unwanted),
                Inquiry.id != inquiry.id,
            )
            .options(defer(Inquiry.words), defer(Inquiry.heard))
            .order_by(Inquiry.status.in_(UNSETTLED).desc(), Inquiry.created_at.desc())
            .limit(limit)
        )
    )

"""Public links: 128 random bits from a letter open one thread. Opening one proves that letters reach its address."""

from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from inquiry_service.db.models import Inquiry
from inquiry_service.db.queries.inquiries import PROVE_ADDRESS
from inquiry_service.domain import inquiries
from inquiry_service.domain.errors import NoSuchInquiry
from inquiry_service.terms import InquiryStatus
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
    """The inquiry that the link opens. Raises NoSuchInquiry, for a wrong link and a revoked one alike."""
    found = first(session, _FIND, hash=hash_secret(link))
    if found is None:
        raise NoSuchInquiry()
    return inquiries.find(session, found.subject_id)


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
    """The latest inquiries of the same address, newest first."""
    inquiry = inquiries.find(session, inquiry_id)
    return list(
        session.scalars(
            select(Inquiry)
            .where(
                Inquiry.asker_email_normal == inquiry.asker_email_normal,
                Inquiry.status.not_in([InquiryStatus.QUARANTINED, InquiryStatus.SPAM]),
            )
            .order_by(Inquiry.created_at.desc())
            .limit(limit)
        )
    )

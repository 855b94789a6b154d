"""A link that opens the register form for one asker and one section, with their details filled in. The address has no word of theirs."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from inquiry_service.db.models import Inquiry, RegistrationLink
from inquiry_service.domain.errors import LinkExpired
from inquiry_service.terms import InquiryStatus
from shared.people import Person
from shared.tokens import hash_secret, new_secret

VALID_DAYS = 60

_MAKE = text("""
    INSERT INTO registration_link (secret_hash, inquiry_id, section_id, made_by, expires_at)
    VALUES (:hash, :inquiry_id, :section_id, :made_by, now() + make_interval(days => :days))
""")
_SWEEP = text("DELETE FROM registration_link WHERE expires_at < now()")


@dataclass(frozen=True)
class Prefill:
    """What the register form begins with."""

    name: str
    email: str
    phone: str | None
    inquiry: str
    section_id: UUID


def make(session: Session, inquiry: Inquiry, section_id: UUID, person: Person) -> str:
    """A new secret for the asker and the section, valid for 60 days; its hash is kept."""
    secret = new_secret()
    session.execute(
        _MAKE,
        {
            "hash": hash_secret(secret),
            "inquiry_id": inquiry.id,
            "section_id": section_id,
            "made_by": person.id,
            "days": VALID_DAYS,
        },
    )
    return secret


def address(enrollment_url: str, section_id: UUID | str, secret: str) -> str:
    """Where the link leads."""
    return f"{enrollment_url}/register/{section_id}?for={secret}"


def behind(session: Session, secret_hash: bytes) -> Prefill:
    """Whose details the link fills in. Raises LinkExpired, for one that never was, too."""
    found = session.execute(
        select(Inquiry, RegistrationLink.section_id)
        .join(RegistrationLink, RegistrationLink.inquiry_id == Inquiry.id)
        .where(
            RegistrationLink.secret_hash == secret_hash,
            RegistrationLink.expires_at > func.now(),
            Inquiry.status.not_in([InquiryStatus.QUARANTINED, InquiryStatus.SPAM]),
        )
    ).first()
    if found is None:
        raise LinkExpired()
    inquiry, section_id = found
    return Prefill(
        inquiry.asker_name, inquiry.asker_email, inquiry.asker_phone, inquiry.reference, section_id
    )


def sweep(session: Session) -> None:
    """Expired links are gone."""
    session.execute(_SWEEP)

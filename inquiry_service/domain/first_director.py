"""The very first account: made through a link that the operator gets once, and only while nobody directs the school."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from inquiry_service.db.models import Staff
from inquiry_service.domain import staff
from inquiry_service.domain.errors import LinkExpired
from shared.audit import THE_SERVICE
from shared.clock import utc_now
from shared.db import first
from shared.tokens import hash_secret, new_secret

LINK_LENGTH = timedelta(days=7)
_NOBODY_YET = UUID(int=0)
_HAS_DIRECTOR = text("SELECT 1 FROM staff WHERE 'director' = ANY(roles) AND disabled_at IS NULL LIMIT 1")
_ADD = text(
    "INSERT INTO public_link (secret_hash, subject_id, expires_at) VALUES (:hash, :subject_id, :expires_at)"
)
_FIND = text("""
    SELECT 1 FROM public_link WHERE secret_hash = :hash AND subject_id = :subject_id AND used_at IS NULL AND expires_at > now()
""")
_USE = text("""
    UPDATE public_link SET used_at = now()
    WHERE secret_hash = :hash AND subject_id = :subject_id AND used_at IS NULL AND expires_at > now() RETURNING subject_id
""")


def new_link(session: Session) -> str | None:
    """A secret that makes the first director within a week; None when there is a director."""
    if first(session, _HAS_DIRECTOR) is not None:
        return None
    secret = new_secret()
    values = {"hash": hash_secret(secret), "subject_id": _NOBODY_YET, "expires_at": utc_now() + LINK_LENGTH}
    session.execute(_ADD, values)
    return secret


def check_link(session: Session, secret: str) -> None:
    """The link still makes a director. Raises LinkExpired."""
    is_open = first(session, _FIND, hash=hash_secret(secret), subject_id=_NOBODY_YET) is not None
    if not is_open or first(session, _HAS_DIRECTOR) is not None:
        raise LinkExpired()


def become_director(session: Session, secret: str, *, name: str, email: str, password_hash: str) -> Staff:
    """The account is there, answers for every program, and the link is used up. Raises LinkExpired, Invalid."""
    check_link(session, secret)
    if first(session, _USE, hash=hash_secret(secret), subject_id=_NOBODY_YET) is None:
        raise LinkExpired()
    return staff.add(
        session,
        THE_SERVICE,
        name=name,
        email=email,
        roles=["director"],
        title="Registration Director",
        programs=[staff.ALL_PROGRAMS],
        password_hash=password_hash,
    )

"""A code from a telephone beside the password (RFC 6238), and codes on paper for the day it is lost."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pyotp
from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from inquiry_service.db.models import RecoveryCode, Staff
from inquiry_service.domain.errors import LinkExpired, WrongCode
from shared import audit
from shared.audit import Actor
from shared.clock import utc_now
from shared.db import Database, first
from shared.errors import TooMany
from shared.phrases import phrase
from shared.tokens import hash_secret, new_secret

STEP_S = 30
RECOVERY_CODES = 10
TRIES_OF_A_STEP = 5
WRONG_IN_AN_HOUR = 15
STEP_LENGTH = timedelta(minutes=10)
RECOVERY_LENGTH = 16  # 80 bits
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

_BEGIN_STEP = text("INSERT INTO sign_in_step (token_hash, staff_id) VALUES (:hash, :staff_id)")
_TRY_STEP = text("""
    UPDATE sign_in_step SET tries = tries + 1
    WHERE token_hash = :hash AND used_at IS NULL AND tries < :most AND created_at > now() - CAST(:length AS interval)
    RETURNING staff_id, :most - tries AS left_over,
        (SELECT sum(tries) FROM sign_in_step AS other WHERE other.staff_id = sign_in_step.staff_id
            AND other.created_at > now() - interval '1 hour') AS of_hour
""")
_TRY_ALONE = text("""
    INSERT INTO sign_in_step (token_hash, staff_id, tries, used_at) VALUES (:hash, :staff_id, 1, now())
    RETURNING (SELECT sum(tries) FROM sign_in_step AS other WHERE other.staff_id = sign_in_step.staff_id
        AND other.created_at > now() - interval '1 hour') AS of_hour
""")
_USE_STEP = text(
    "UPDATE sign_in_step SET used_at = now() WHERE token_hash = :hash AND used_at IS NULL RETURNING staff_id"
)
_COUNT_CODE = text("""
    UPDATE staff SET totp_last_step = :step WHERE id = :id AND coalesce(totp_last_step, 0) < :step RETURNING id
""")
_USE_RECOVERY = text("""
    UPDATE recovery_code SET used_at = now() WHERE code_hash = :hash AND staff_id = :id AND used_at IS NULL RETURNING staff_id
""")


def begin(session: Session, staff_id: UUID, school: str) -> tuple[str, str]:
    """A new secret for the telephone, and its address for a QR code; it counts once `confirm` has seen a code of it."""
    person = session.get_one(Staff, staff_id, with_for_update=True)
    if person.totp_since is None:
        person.totp_secret = person.totp_secret or pyotp.random_base32()
    secret = person.totp_secret or ""
    return secret, pyotp.TOTP(secret).provisioning_uri(name=person.email, issuer_name=school)


def confirm(session: Session, actor: Actor, staff_id: UUID, code: str) -> Sequence[str]:
    """From now on a code is asked for; returns the codes for paper, which are shown this once. Raises WrongCode."""
    person = session.get_one(Staff, staff_id, with_for_update=True)
    if person.totp_secret is None or person.totp_since is not None or not _is_right(session, person, code):
        raise WrongCode(left=0)
    person.totp_since = session.scalar(select(func.now()))
    audit.write(session, actor, "second_factor_on", staff_id)
    return _new_recovery_codes(session, staff_id)


def new_recovery_codes(session: Session, actor: Actor, staff_id: UUID, code: str) -> Sequence[str]:
    """New codes for paper; the old ones open nothing any more. Raises WrongCode."""
    _needs(session, staff_id, code)
    audit.write(session, actor, "recovery_codes_made", staff_id)
    return _new_recovery_codes(session, staff_id)


def turn_off(session: Session, actor: Actor, staff_id: UUID, code: str) -> None:
    """The password alone opens again. Raises WrongCode."""
    _needs(session, staff_id, code)
    forget(session, actor, staff_id)


def forget(session: Session, actor: Actor, staff_id: UUID) -> None:
    """The same without a code: for a director, when telephone and paper are lost."""
    person = session.get_one(Staff, staff_id, with_for_update=True)
    person.totp_secret = person.totp_since = person.totp_last_step = None
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    audit.write(session, actor, "second_factor_off", staff_id)


def left_on_paper(session: Session, staff_id: UUID) -> int:
    """How many codes on paper are still good."""
    query = select(func.count()).where(RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None))
    return int(session.scalar(query) or 0)


def begin_step(database: Database, staff_id: UUID) -> str:
    """The password was right: a secret with which the code may be given, for ten minutes."""
    secret = new_secret()
    database.run(_BEGIN_STEP, {"hash": hash_secret(secret), "staff_id": staff_id})
    return secret


def take_step(database: Database, secret: str, code: str) -> UUID:
    """Whose step it is, if the code is right; the step is used up. Raises WrongCode, LinkExpired, TooMany.

    A try is counted before it is looked at, in a statement of its own, so that a hundred at once are no way round the limits.
    """
    values = {"hash": hash_secret(secret), "most": TRIES_OF_A_STEP, "length": STEP_LENGTH}
    found = database.run(_TRY_STEP, values)
    if not found:
        raise LinkExpired()
    row = found[0]
    _check_hour(row.of_hour)
    with database.transaction() as session:
        person = session.get_one(Staff, row.staff_id, with_for_update=True)
        is_right = person.disabled_at is None and _is_right(session, person, code)
        if is_right and first(session, _USE_STEP, hash=hash_secret(secret)) is not None:
            return person.id
    raise WrongCode(left=row.left_over)


def count_try(database: Database, staff_id: UUID) -> None:
    """Somebody who is signed in gives a code: counted before it is looked at, in a statement of its own. Raises TooMany."""
    (row,) = database.run(_TRY_ALONE, {"hash": hash_secret(new_secret()), "staff_id": staff_id})
    _check_hour(row.of_hour)


def _check_hour(tries: int | None) -> None:
    if (tries or 0) >= WRONG_IN_AN_HOUR:
        raise TooMany(phrase("Too many codes. Wait an hour."), retry_after_s=3600)


def _needs(session: Session, staff_id: UUID, code: str) -> None:
    person = session.get_one(Staff, staff_id, with_for_update=True)
    if person.totp_since is None or not _is_right(session, person, code):
        raise WrongCode(left=0)


def _is_right(session: Session, person: Staff, code: str) -> bool:
    """A code of this half minute or its neighbours that was not used yet, or one on paper."""
    typed = "".join(code.split()).replace("-", "").upper()
    if len(typed) == RECOVERY_LENGTH:
        return first(session, _USE_RECOVERY, hash=hash_secret(typed), id=person.id) is not None
    totp = pyotp.TOTP(person.totp_secret or "")
    now_step = int(utc_now().timestamp()) // STEP_S
    for step in (now_step, now_step - 1, now_step + 1):
        if person.totp_secret and secrets.compare_digest(
            totp.generate_otp(step), typed.encode("ascii", "replace").decode()
        ):
            session.flush()
            return first(session, _COUNT_CODE, id=person.id, step=step) is not None
    return False


def _new_recovery_codes(session: Session, staff_id: UUID) -> Sequence[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(code_hash=hash_secret(code), staff_id=staff_id) for code in codes)
    return ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in codes]

"""Accounts, sign-in and sessions of the people who work here; the sibling service asks here who a cookie is."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from inquiry_service.db.models import PasswordReset, ProgramResponsibility, Staff, StaffSession
from inquiry_service.db.queries import staff as statements
from inquiry_service.domain import absences, passwords, second_factor
from inquiry_service.domain.errors import LinkExpired, NoSuchStaff, SecondFactorNeeded, WrongSignIn
from shared import audit, idempotency, letters
from shared.access_tokens import revoke_tokens_of
from shared.audit import Actor
from shared.clock import utc_now
from shared.db import Database, first
from shared.errors import Invalid, TooMany
from shared.people import ROLES, Person, normal_address
from shared.phrases import phrase
from shared.tokens import hash_secret, new_id, new_secret

SESSION_LENGTH = timedelta(hours=12)
RESET_LENGTH = timedelta(hours=1)
INVITATION_LENGTH = timedelta(days=7)
WINDOW_S = 900
MAX_OF_BOTH = 10  # of one name from one network: a stranger elsewhere cannot lock anybody out with these
MAX_OF_NAME = 100
MAX_OF_BLOCK = 50
ALL_PROGRAMS = ""


def _person(row: Staff) -> Person:
    return Person(row.id, row.name, row.email, frozenset(row.roles))


def sign_in(
    database: Database, email: str, password: str, address_block: str, *, browser: str = ""
) -> tuple[str, Person]:
    """A new session's secret and whose it is. Raises WrongSignIn, or TooMany after ten failures of a name in a quarter of an hour;
    SecondFactorNeeded where the account asks for a code too: `finish_sign_in` takes it.

    The password is checked between two short transactions: it takes a tenth of a second that nobody should hold a row for.
    """
    name_hash = hash_secret(normal_address(email))
    # counted before it is tried, so that a hundred at once are no way round the limit
    database.run(statements.ATTEMPT, {"id": new_id(), "name_hash": name_hash, "block": address_block})
    with database.reading() as session:
        attempts = first(
            session, statements.ATTEMPTS, name_hash=name_hash, block=address_block, window_s=WINDOW_S
        )
        found = session.scalars(select(Staff).where(Staff.email_normal == normal_address(email))).first()
    assert attempts is not None
    if attempts.of_both > MAX_OF_BOTH or attempts.of_name > MAX_OF_NAME or attempts.of_block > MAX_OF_BLOCK:
        raise TooMany(
            phrase("Too many attempts. Wait a quarter of an hour, or set a new password."),
            retry_after_s=WINDOW_S,
        )
    is_right = passwords.is_right(password, found.password_hash if found else None)
    if found is None or not is_right or found.disabled_at is not None:
        raise WrongSignIn()
    if found.totp_since is not None:
        raise SecondFactorNeeded(second_factor.begin_step(database, found.id))
    with database.transaction() as session:
        session.execute(statements.FORGET_ATTEMPTS, {"name_hash": name_hash})
        return _open_session(session, found, browser), _person(found)


def finish_sign_in(database: Database, step: str, code: str, *, browser: str = "") -> tuple[str, Person]:
    """The same, with the code that was still owed. Raises WrongCode, LinkExpired, TooMany."""
    staff_id = second_factor.take_step(database, step, code)
    with database.transaction() as session:
        found = session.get_one(Staff, staff_id)
        session.execute(statements.FORGET_ATTEMPTS, {"name_hash": hash_secret(found.email_normal)})
        return _open_session(session, found, browser), _person(found)


def _open_session(session: Session, staff: Staff, browser: str) -> str:
    secret = new_secret()
    expires_at = utc_now() + SESSION_LENGTH
    session.add(
        StaffSession(
            token_hash=hash_secret(secret), staff_id=staff.id, browser=browser, expires_at=expires_at
        )
    )
    audit.write(session, _person(staff).actor, "signed_in", staff.id)
    return secret


def who_is(database: Database, secret: str) -> Person | None:
    """Whose session the cookie's secret is, if it is alive and its person may still come in."""
    token_hash = hash_secret(secret)
    found = database.run(statements.PERSON_OF_SESSION, {"hash": token_hash})
    if not found:
        return None
    row = found[0]
    if row.is_stale:
        database.run(statements.SEEN, {"hash": token_hash})
    return Person(row.id, row.name, row.email, frozenset(row.roles))


def sign_out(database: Database, secret: str) -> None:
    """The session opens nothing any more."""
    database.run(statements.END_SESSION, {"hash": hash_secret(secret)})


def is_standing(database: Database, staff_id: UUID) -> bool:
    """Whether the person's account is open."""
    return bool(database.run(statements.STANDING, {"id": staff_id}))


def standing_roles(database: Database, staff_id: UUID) -> frozenset[str]:
    """What the person may do now; nothing when the account is closed."""
    found = database.run(statements.STANDING, {"id": staff_id})
    return frozenset(found[0].roles) if found else frozenset()


def request_reset(session: Session, email: str, *, hour: str) -> None:
    """If the address has an open account, a letter with a link is owed, at most one an hour. Nobody is told which, not even by time."""
    idempotency.note(session, "password_reset", f"{hash_secret(normal_address(email)).hex()}:{new_id()}")
    query = select(Staff).where(Staff.email_normal == normal_address(email), Staff.disabled_at.is_(None))
    found = session.scalars(query).first()
    if found is not None:
        letters.write(
            session,
            "password_reset",
            subject_id=found.id,
            recipient=found.email,
            dedupe_key=f"password_reset:{found.id}:{hour}",
        )


def new_reset_link(session: Session, staff_id: UUID, length: timedelta = RESET_LENGTH) -> str:
    """A secret that sets the person's password once, within the hour or `length`."""
    secret = new_secret()
    session.add(
        PasswordReset(token_hash=hash_secret(secret), staff_id=staff_id, expires_at=utc_now() + length)
    )
    session.flush()
    return secret


def person_to_reset(session: Session, secret: str) -> Staff:
    """Whose password the link sets. Raises LinkExpired."""
    found = session.scalars(
        select(Staff)
        .join(PasswordReset, PasswordReset.staff_id == Staff.id)
        .where(
            PasswordReset.token_hash == hash_secret(secret),
            PasswordReset.used_at.is_(None),
            PasswordReset.expires_at > func.now(),
            Staff.disabled_at.is_(None),
        )
    ).first()
    if found is None:
        raise LinkExpired()
    return found


def check_password(password: str) -> None:
    """Raises Invalid for one that is too short to be safe."""
    if len(password) < passwords.MIN_LENGTH:
        raise Invalid(
            phrase("This password is too short"),
            fields={"password": [phrase("Use at least %(length)s characters.", length=passwords.MIN_LENGTH)]},
        )


def set_password(session: Session, secret: str, password_hash: str) -> Staff:
    """The password is set, the link is used up, and all sessions of the person are over. Raises LinkExpired."""
    found = person_to_reset(session, secret)
    reset = session.get_one(PasswordReset, hash_secret(secret), with_for_update=True)
    if reset.used_at is not None:
        raise LinkExpired()
    reset.used_at = session.scalar(select(func.now()))
    found.password_hash = password_hash
    session.execute(statements.END_ALL_SESSIONS, {"staff_id": found.id})
    session.execute(statements.FORGET_ATTEMPTS, {"name_hash": hash_secret(found.email_normal)})
    audit.write(session, _person(found).actor, "password_set", found.id)
    return found


def add(
    session: Session,
    actor: Actor,
    *,
    name: str,
    email: str,
    roles: Sequence[str],
    title: str = "",
    programs: Sequence[str] = (),
    password_hash: str | None = None,
    staff_id: UUID | None = None,
) -> Staff:
    """A new account. Raises Invalid for an unknown role or an address that has one already."""
    check_roles(roles)
    if session.scalars(select(Staff.id).where(Staff.email_normal == normal_address(email))).first():
        raise Invalid(
            phrase("This address has an account already"),
            fields={"email": [phrase("This address has an account already.")]},
        )
    person = Staff(
        id=staff_id or new_id(),
        name=name,
        email=email,
        email_normal=normal_address(email),
        roles=list(roles),
        title=title,
        password_hash=password_hash,
    )
    session.add(person)
    session.flush()
    session.add_all(ProgramResponsibility(program=program, staff_id=person.id) for program in programs)
    audit.write(session, actor, "staff_added", person.id)
    return person


def check_roles(roles: Sequence[str]) -> None:
    """Raises Invalid for a role that there is not, and for none."""
    unknown = sorted(set(roles) - set(ROLES))
    if unknown or not roles:
        raise Invalid(
            phrase("Unknown roles: %(names)s", names=", ".join(unknown)) if unknown else "",
            fields={"roles": [phrase("Choose at least one of %(names)s.", names=", ".join(ROLES))]},
        )


def has_account(session: Session, email: str) -> bool:
    """Whether the address belongs to somebody who works here."""
    query = select(Staff.id).where(Staff.email_normal == normal_address(email), Staff.disabled_at.is_(None))
    return session.scalars(query).first() is not None


def find_by_email(session: Session, email: str) -> Staff:
    """The account of that address. Raises NoSuchStaff."""
    found = session.scalars(select(Staff).where(Staff.email_normal == normal_address(email))).first()
    if found is None:
        raise NoSuchStaff()
    return found


def disable(session: Session, actor: Actor, staff_id: UUID) -> None:
    """The person comes in nowhere: sessions, tokens and reply addresses end; their letters in flight are kept."""
    person = session.get(Staff, staff_id)
    if person is None:
        raise NoSuchStaff()
    person.disabled_at = person.disabled_at or session.scalar(select(func.now()))
    session.execute(statements.END_ALL_SESSIONS, {"staff_id": staff_id})
    session.execute(delete(ProgramResponsibility).where(ProgramResponsibility.staff_id == staff_id))
    session.execute(statements.FREE_INQUIRIES, {"staff_id": staff_id})
    absences.end_all_of(session, staff_id)
    session.execute(statements.REVOKE_ADDRESSES, {"staff_id": staff_id})
    revoke_tokens_of(session, staff_id)
    audit.write(session, actor, "staff_disabled", staff_id)


def sign(session: Session, person: Person, signature: str) -> None:
    """These lines stand below the person's name in answers that are not rendered yet; none when empty."""
    session.get_one(Staff, person.id).signature = signature
    audit.write(session, person.actor, "signature_changed", person.id)


def has_digest(session: Session, staff_id: UUID) -> bool:
    """Whether the person wants the morning's letter."""
    return bool(session.scalar(select(Staff.has_digest).where(Staff.id == staff_id)))


def set_digest(session: Session, person: Person, *, wants: bool) -> None:
    """The morning's letter comes, or does not."""
    session.get_one(Staff, person.id).has_digest = wants
    audit.write(session, person.actor, "digest_set", person.id, wants=wants)


def colleagues(session: Session) -> Sequence[Staff]:
    """Everybody who can be given an inquiry, by name."""
    return session.scalars(
        select(Staff)
        .where(Staff.disabled_at.is_(None), Staff.roles.overlap(["director", "staff"]))
        .order_by(Staff.name)
    ).all()


def first_of_role(session: Session, role: str) -> tuple[UUID, str]:
    """Somebody with that role, for a token made on the command line. Raises NoSuchStaff."""
    found = session.scalars(
        select(Staff)
        .where(Staff.disabled_at.is_(None), Staff.roles.contains([role]))
        .order_by(Staff.created_at)
        .limit(1)
    ).first()
    if found is None:
        raise NoSuchStaff(phrase("Nobody with the role %(role)s has an account", role=role))
    return found.id, found.name

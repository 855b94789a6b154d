"""Invitations, and what a director changes about the people who work here. Somebody always directs."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from inquiry_service.db.models import ProgramResponsibility, Staff, StaffSession
from inquiry_service.db.queries import staff as statements
from inquiry_service.domain import second_factor, staff
from inquiry_service.domain.errors import NoSuchStaff
from shared import audit, letters
from shared.audit import Actor
from shared.errors import Invalid
from shared.phrases import phrase
from shared.tokens import new_id


def everybody(session: Session) -> Sequence[Staff]:
    """All accounts: the open ones first, then by name."""
    return session.scalars(select(Staff).order_by(Staff.disabled_at.is_not(None), Staff.name, Staff.id)).all()


def programs_of_all(session: Session) -> Mapping[UUID, list[str]]:
    """Which programs each answers for; the empty name stands for every one."""
    found: dict[UUID, list[str]] = {}
    for row in session.scalars(select(ProgramResponsibility).order_by(ProgramResponsibility.program)):
        found.setdefault(row.staff_id, []).append(row.program)
    return found


def seen_at_of_all(session: Session) -> Mapping[UUID, Any]:
    """When each was last here."""
    query = select(StaffSession.staff_id, func.max(StaffSession.seen_at).label("seen_at")).group_by(
        StaffSession.staff_id
    )
    return {row.staff_id: row.seen_at for row in session.execute(query)}


def invite(
    session: Session,
    actor: Actor,
    *,
    name: str,
    email: str,
    roles: Sequence[str],
    programs: Sequence[str],
    title: str = "",
) -> Staff:
    """An account without a password, and a letter whose link sets one within a week. Raises Invalid."""
    person = staff.add(session, actor, name=name, email=email, roles=roles, programs=programs, title=title)
    _write_invitation(session, person)
    return person


def invite_again(session: Session, actor: Actor, staff_id: UUID) -> None:
    """Another letter, for somebody who has no password yet. Raises NoSuchStaff, Invalid."""
    person = _find(session, staff_id)
    if person.password_hash is not None or person.disabled_at is not None:
        raise Invalid(phrase("This person has been here already, or their account is closed"))
    _write_invitation(session, person)
    audit.write(session, actor, "staff_invited_again", staff_id)


def change(
    session: Session,
    actor: Actor,
    staff_id: UUID,
    *,
    name: str,
    roles: Sequence[str],
    programs: Sequence[str],
    title: str = "",
) -> Staff:
    """Name, roles, programs and title are these from now on; tokens and sessions follow at once. Raises NoSuchStaff, Invalid."""
    staff.check_roles(roles)
    directors = _lock_directors(session)
    person = _find(session, staff_id)
    if "director" not in roles:
        _somebody_else_directs(directors, staff_id)
    person.name, person.roles, person.title = name, list(roles), title
    session.execute(delete(ProgramResponsibility).where(ProgramResponsibility.staff_id == staff_id))
    session.add_all(
        ProgramResponsibility(program=program, staff_id=staff_id) for program in dict.fromkeys(programs)
    )
    audit.write(session, actor, "staff_changed", staff_id, roles=",".join(roles), programs=",".join(programs))
    session.flush()
    return person


def close(session: Session, actor: Actor, staff_id: UUID) -> None:
    """The account is closed at once; its letters in flight are kept. Raises NoSuchStaff, Invalid for the last director."""
    directors = _lock_directors(session)
    _find(session, staff_id)
    _somebody_else_directs(directors, staff_id)
    staff.disable(session, actor, staff_id)


def reopen(session: Session, actor: Actor, staff_id: UUID) -> None:
    """The account is open again, with its roles and without its programs, which others may have by now. Raises NoSuchStaff."""
    person = _find(session, staff_id)
    person.disabled_at = None
    audit.write(session, actor, "staff_enabled", staff_id)


def sign_out(session: Session, actor: Actor, staff_id: UUID) -> None:
    """Every session of the person is over. Raises NoSuchStaff."""
    _find(session, staff_id)
    session.execute(statements.END_ALL_SESSIONS, {"staff_id": staff_id})
    audit.write(session, actor, "signed_out_by_director", staff_id)


def forget_second_factor(session: Session, actor: Actor, staff_id: UUID) -> None:
    """For somebody who lost telephone and paper: the password alone opens again. Raises NoSuchStaff."""
    _find(session, staff_id)
    second_factor.forget(session, actor, staff_id)


def _find(session: Session, staff_id: UUID) -> Staff:
    person = session.get(Staff, staff_id, with_for_update=True)
    if person is None:
        raise NoSuchStaff()
    return person


def _write_invitation(session: Session, person: Staff) -> None:
    person.invited_at = session.scalar(select(func.now()))
    letters.write(
        session,
        "invitation",
        subject_id=person.id,
        recipient=person.email,
        dedupe_key=f"invitation:{person.id}:{new_id()}",
    )


def _lock_directors(session: Session) -> set[UUID]:
    """Before anybody's row and in one order, so that the last two cannot close each other, nor wait for each other."""
    query = (
        select(Staff.id)
        .where(Staff.roles.contains(["director"]), Staff.disabled_at.is_(None))
        .order_by(Staff.id)
        .with_for_update()
    )
    return set(session.scalars(query))


def _somebody_else_directs(directors: set[UUID], staff_id: UUID) -> None:
    if directors == {staff_id}:
        raise Invalid(
            phrase("Somebody must direct the school"),
            fields={"roles": [phrase("This is the last director. Make somebody else a director first.")]},
        )

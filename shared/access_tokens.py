"""Bearer tokens of one service: hashed at rest, with roles, scopes and a person behind them."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.db import Database, rows
from shared.people import SCOPES, Person
from shared.tokens import hash_secret, new_id, new_secret

PREFIX = "fd_"

_CREATE = text("""
    INSERT INTO access_token (id, token_hash, name, person_id, person_name, roles, scopes, expires_at)
    VALUES (:id, :hash, :name, :person_id, :person_name, :roles, :scopes, now() + make_interval(days => :days))
""")
_FIND = text("""
    SELECT id, person_id, person_name, roles, scopes,
           coalesce(last_used_at < now() - interval '5 minutes', true) AS is_stale
    FROM access_token WHERE token_hash = :hash AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
""")
_USED = text("UPDATE access_token SET last_used_at = now() WHERE id = :id")
_REVOKE = text(
    "UPDATE access_token SET revoked_at = now() WHERE person_id = :person_id AND revoked_at IS NULL"
)
_REVOKE_ONE = text("""
    UPDATE access_token SET revoked_at = now() WHERE id = :id AND person_id = :person_id AND revoked_at IS NULL RETURNING id
""")
_OF_PERSON = text("""
    SELECT id, name, roles, scopes, created_at, expires_at, last_used_at FROM access_token
    WHERE person_id = :person_id AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now()) ORDER BY created_at, id
""")


def create_token(
    session: Session,
    *,
    name: str,
    person_id: UUID,
    person_name: str,
    roles: list[str],
    scopes: Collection[str] = SCOPES,
    days: int = 90,
) -> str:
    """A new token for the person with these roles and some of SCOPES; it is shown this once."""
    token = PREFIX + new_secret()
    session.execute(
        _CREATE,
        {
            "id": new_id(),
            "hash": hash_secret(token),
            "name": name,
            "person_id": person_id,
            "person_name": person_name,
            "roles": roles,
            "scopes": sorted(scopes),
            "days": days,
        },
    )
    return token


def person_of_token(database: Database, authorization: str | None) -> Person | None:
    """Who stands behind an `Authorization: Bearer …` header, if it is a live token of this service."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.startswith(PREFIX):
        return None
    found = database.run(_FIND, {"hash": hash_secret(token.strip())})
    if not found:
        return None
    row = found[0]
    if row.is_stale:
        database.run(_USED, {"id": row.id})
    return Person(
        row.person_id,
        row.person_name,
        "",
        frozenset(row.roles),
        by="token",
        scopes=frozenset(row.scopes),
    )


def tokens_of(session: Session, person_id: UUID) -> Sequence[Any]:
    """The person's tokens that open something, the oldest first."""
    return rows(session, _OF_PERSON, person_id=person_id)


def revoke_token(session: Session, person_id: UUID, token_id: UUID) -> bool:
    """That token of the person opens nothing any more; False when there is none."""
    return bool(rows(session, _REVOKE_ONE, id=token_id, person_id=person_id))


def revoke_tokens_of(session: Session, person_id: UUID) -> None:
    """No token of the person opens anything any more."""
    session.execute(_REVOKE, {"person_id": person_id})

"""Bearer tokens of one service: hashed at rest, with roles and a person behind them."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.db import Database
from shared.people import Person
from shared.tokens import hash_secret, new_id, new_secret

PREFIX = "fd_"

_CREATE = text("""
    INSERT INTO access_token (id, token_hash, name, person_id, person_name, roles, expires_at)
    VALUES (:id, :hash, :name, :person_id, :person_name, :roles, now() + make_interval(days => :days))
""")
_FIND = text("""
    SELECT person_id, person_name, roles FROM access_token
    WHERE token_hash = :hash AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
""")
_REVOKE = text(
    "UPDATE access_token SET revoked_at = now() WHERE person_id = :person_id AND revoked_at IS NULL"
)


def create_token(
    session: Session, *, name: str, person_id: UUID, person_name: str, roles: list[str], days: int = 90
) -> str:
    """A new token for the person with these roles; it is shown this once."""
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
    return Person(found[0].person_id, found[0].person_name, "", frozenset(found[0].roles), by="token")


def revoke_tokens_of(session: Session, person_id: UUID) -> None:
    """No token of the person opens anything any more."""
    session.execute(_REVOKE, {"person_id": person_id})

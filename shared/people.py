"""Who stands before a door: a person of the staff with roles. Where people are kept is a service's own matter."""

from dataclasses import dataclass
from uuid import UUID

from shared.audit import Actor

ROLES = ("director", "staff", "registrar", "instructor", "auditor")
SCOPES = frozenset({"read", "write"})  # what a token may do; a browser may do both


@dataclass(frozen=True)
class Person:
    """Somebody who proved who they are. `by` says how: a cookie (which needs CSRF protection) or a bearer token."""

    id: UUID
    name: str
    email: str
    roles: frozenset[str]
    by: str = "cookie"
    scopes: frozenset[str] = SCOPES

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        words = [word for word in self.name.split() if word[0].isalpha()]
        return (
            "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "?"
        )

    @property
    def actor(self) -> Actor:
        """The person as the audit names them."""
        return Actor(self.id, self.name)

    def has_any(self, roles: frozenset[str]) -> bool:
        """Whether one of the roles is theirs."""
        return bool(self.roles & roles)


def normal_address(address: str) -> str:
    """The address by which two spellings of one mailbox are known as the same: case folded, nothing guessed."""
    return address.strip().casefold()

"""Who is meant by `@name` in a note. Pure: the colleagues are passed in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

_MENTION = re.compile(r"(?<![\w.@+-])@([\w][\w.+-]{0,60})")
_BESIDE = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Colleague:
    """Somebody who can be named."""

    id: UUID
    name: str
    email: str


@dataclass(frozen=True)
class Named:
    """Who is meant, and the names that nobody, or more than one, is called by."""

    people: tuple[Colleague, ...] = ()
    unknown: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()


def named_in(text: str, colleagues: Sequence[Colleague]) -> Named:
    """Each name leads to one colleague: by what stands before the @ of their address, by how their name begins, or by how a word of it does."""
    people: dict[UUID, Colleague] = {}
    unknown: dict[str, None] = {}
    ambiguous: dict[str, None] = {}
    for typed in _MENTION.findall(text):
        name = typed.rstrip(".-+")
        meant = _meant(name.casefold(), colleagues)
        if len(meant) == 1:
            people[meant[0].id] = meant[0]
        else:
            (ambiguous if meant else unknown)[name] = None
    return Named(tuple(people.values()), tuple(unknown), tuple(ambiguous))


def _meant(name: str, colleagues: Sequence[Colleague]) -> list[Colleague]:
    """Of the first kind of match that fits anybody."""
    plain = _BESIDE.sub("", name)
    ways = (
        lambda one: one.email.casefold().partition("@")[0] == name,
        lambda one: bool(plain) and _BESIDE.sub("", one.name.casefold()).startswith(plain),
        lambda one: (
            bool(plain)
            and any(_BESIDE.sub("", word).startswith(plain) for word in one.name.casefold().split())
        ),
    )
    for fits in ways:
        if found := [one for one in colleagues if fits(one)]:
            return found
    return []

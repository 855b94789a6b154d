"""What a check found: a line for a person, and whether the installation may stay so."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "wrong"]


@dataclass(frozen=True)
class Finding:
    """`found` is how it is, `to_do` what mends it; empty where nothing needs mending."""

    level: Level
    what: str
    found: str
    to_do: str = ""

    def __str__(self) -> str:
        line = f"{self.level:<8} {self.what}: {self.found}"
        return f"{line} → {self.to_do}" if self.to_do else line


Check = Callable[[], Iterable[Finding]]


def ok(what: str, found: str) -> Finding:
    """It is as it should be."""
    return Finding("ok", what, found)


def warning(what: str, found: str, to_do: str) -> Finding:
    """It works, but not as well as it could, or nobody can tell from here."""
    return Finding("warning", what, found, to_do)


def wrong(what: str, found: str, to_do: str) -> Finding:
    """Something that the school needs does not work."""
    return Finding("wrong", what, found, to_do)

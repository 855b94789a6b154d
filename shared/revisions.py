"""Which schema this code needs: read from the names in the migrations' files, since Alembic is too heavy for a process that only asks."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

_NAMED = re.compile(r"^(revision|down_revision)\b[^=\n]*=\s*['\"]([^'\"]+)['\"]", re.MULTILINE)


@dataclass(frozen=True)
class Revisions:
    """A service's migrations: all of them, and the newest."""

    known: frozenset[str]
    head: str

    @classmethod
    def of(cls, folder: Path) -> "Revisions":
        """Those in `folder`, which is `<service>/db/migrations`."""
        names: dict[str, set[str]] = {"revision": set(), "down_revision": set()}
        for path in (folder / "versions").glob("*.py"):
            for kind, name in _NAMED.findall(path.read_text()):
                names[kind].add(name)
        (head,) = names["revision"] - names["down_revision"]
        return cls(frozenset(names["revision"]), head)

    def are_in(self, found: Collection[str]) -> bool:
        """A database at `found` has what this code needs. One that is ahead has it too: a new version only adds
        while the old one still runs, and its revisions are names that this code does not know."""
        return bool(found) and not any(name in self.known and name != self.head for name in found)

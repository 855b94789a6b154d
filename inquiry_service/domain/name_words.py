"""Names that are written nearly alike, by the groups of three letters they share."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.db import first, rows

BATCH = 5_000
MOST_ALIKE = 3
ALIKE_FROM = 0.4  # of all groups of two words, the share that both have; "gonzlaes" and "gonzales" have 0.5
WORD = re.compile(r"[^\W\d_]{2,40}")

_ALIKE = text("""
    SELECT word, grams FROM name_word WHERE grams && CAST(:grams AS text[])
    ORDER BY cardinality(ARRAY(SELECT unnest(grams) INTERSECT SELECT unnest(CAST(:grams AS text[])))) DESC, word LIMIT 20
""")
_KNOWN = text("SELECT 1 FROM name_word WHERE word = :word")
_LEARNT_UNTIL = text("""
    INSERT INTO name_learning (id, until) VALUES (1, '1970-01-01Z') ON CONFLICT (id) DO UPDATE SET id = 1 RETURNING until
""")
_NEW_NAMES = text("""
    SELECT asker_name, created_at FROM inquiry
    WHERE created_at >= :until AND created_at < now() - interval '30 seconds' ORDER BY created_at LIMIT :limit
""")
_LEARN = text("""
    INSERT INTO name_word (word, grams) SELECT word, string_to_array(grams, '|')
    FROM unnest(CAST(:words AS text[]), CAST(:grams AS text[])) AS learnt (word, grams) ON CONFLICT DO NOTHING
""")
_LEARNT = text("UPDATE name_learning SET until = :until WHERE id = 1")


def bare(name: str) -> str:
    """The name in small letters, without marks over and under them."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def grams(word: str) -> list[str]:
    """The groups of three letters, with the word's ends marked, in order and once each."""
    marked = f"  {bare(word)} "
    return sorted({marked[at : at + 3] for at in range(len(marked) - 2)})


def likeness(one: Iterable[str], other: Iterable[str]) -> float:
    """0 for nothing in common, 1 for the same groups (Dice)."""
    first_set, second_set = set(one), set(other)
    return 2 * len(first_set & second_set) / max(len(first_set) + len(second_set), 1)


def alike(session: Session, word: str) -> Sequence[str]:
    """Words of names that are written nearly like this one, the nearest first; none when it is a name itself."""
    if first(session, _KNOWN, word=word.casefold()) is not None:
        return ()
    own = grams(word)
    found: list[tuple[float, str]] = [
        (likeness(own, row.grams), row.word) for row in rows(session, _ALIKE, grams=own)
    ]
    near = sorted(
        (entry for entry in found if entry[0] >= ALIKE_FROM), key=lambda entry: (-entry[0], entry[1])
    )
    return [name for _, name in near[:MOST_ALIKE]]


def learn(session: Session) -> int:
    """Names that came since the last time are known; returns how many inquiries were read, at most BATCH."""
    until = session.execute(_LEARNT_UNTIL).scalar_one()
    found = rows(session, _NEW_NAMES, until=until, limit=BATCH)
    words = sorted({word.casefold() for row in found for word in WORD.findall(row.asker_name)})
    if words:
        session.execute(_LEARN, {"words": words, "grams": ["|".join(grams(word)) for word in words]})
    if found:
        session.execute(_LEARNT, _until(found))
    return len(found)


def _until(found: Sequence[Any]) -> dict[str, Any]:
    return {"until": found[-1].created_at}

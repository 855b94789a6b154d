"""Facts of the enrollment service that stand in a reply: kept as they were said, and compared with what is true when it goes. Pure.

A kept fact names the section and the very words that were inserted. It counts only while those words still stand in the text.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from shared.phrases import phrase

MOST_KEPT = 60


@dataclass(frozen=True)
class LiveSection:
    """A section as the enrollment service knows it this moment; `is_open` while it takes registrations."""

    id: str
    starts_on: date
    seats_left: int
    price_cents: int
    is_open: bool


@dataclass(frozen=True)
class KeptFact:
    """What a reply says of a section: `shown` is the text that was inserted, the rest what was true then."""

    field: str
    shown: str
    section_id: str
    starts_on: str
    seats_left: int
    price_cents: int

    def as_row(self) -> dict[str, Any]:
        """As it is kept with the reply."""
        return asdict(self)


def fact_of(field: str, shown: str, section: LiveSection) -> KeptFact:
    """The fact as it is now."""
    day = section.starts_on.isoformat()
    return KeptFact(field, shown, section.id, day, section.seats_left, section.price_cents)


def said_in(text: str, rows: Sequence[Mapping[str, Any]]) -> list[KeptFact]:
    """The kept facts whose words still stand in the text."""
    return [fact for row in rows if _stands_in(text, (fact := KeptFact(**row)).shown)]


def _stands_in(text: str, shown: str) -> bool:
    """`3` does not stand in `13` or in `$3,950`."""
    return re.search(rf"(?<![\w$.,]){re.escape(shown)}(?![\w]|[.,]\d)", text) is not None


def merged(rows: Sequence[dict[str, Any]], new: Sequence[KeptFact], text: str) -> list[dict[str, Any]]:
    """What is kept after an insertion: facts that are still said, and the new ones; the newest word on a thing counts."""
    added = [fact.as_row() for fact in new]
    names = {(row["field"], row["section_id"], row["shown"]) for row in added}
    old = [
        fact.as_row()
        for fact in said_in(text, rows)
        if (fact.field, fact.section_id, fact.shown) not in names
    ]
    return [*old, *added][-MOST_KEPT:]


def worse(facts: Sequence[KeptFact], now: Mapping[str, LiveSection] | None) -> str | None:
    """Why a reply with these facts should not go as it is; None when each of them still holds.

    `now` are the sections by their ids, None when nobody could be asked: what cannot be confirmed is not said.
    """
    if facts and now is None:
        return phrase(
            "what it says of a class could not be confirmed: the enrollment service does not answer"
        )
    found = (_worse(fact, (now or {}).get(fact.section_id)) for fact in facts)
    return next((why for why in found if why), None)


def _worse(fact: KeptFact, section: LiveSection | None) -> str | None:
    if section is None or not section.is_open:
        return phrase("a class that it names has started, or takes no registrations any more")
    if section.seats_left <= 0 < fact.seats_left:
        return phrase("no seat is left in a class that it names")
    if fact.field in ("next_start", "next_starts") and section.starts_on.isoformat() != fact.starts_on:
        return phrase("a class that it names starts on another day now")
    if fact.field == "price" and section.price_cents != fact.price_cents:
        return phrase("a price that it names has changed")
    if fact.field == "seats_left" and section.seats_left < fact.seats_left:
        return phrase("fewer seats are left than it says")
    return None

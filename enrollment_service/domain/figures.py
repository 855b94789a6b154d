"""Numbers about registrations for the sibling's reports; no person is in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from enrollment_service.db.queries import figures as statements
from shared.db import rows

MOST_REFERENCES, MOST_SECTIONS = 20_000, 100


@dataclass(frozen=True)
class Figures:
    """`registered_inquiries`: references of questions after which somebody got a seat; `sections`: how full those of the period are."""

    registered_inquiries: Sequence[str]
    sections: Sequence[Any]


def figures(session: Session, from_on: date, to_on: date) -> Figures:
    """Of seats taken since the first day, and of the sections that start between the two."""
    found = rows(session, statements.REGISTERED_INQUIRIES, from_on=from_on, limit=MOST_REFERENCES)
    sections = rows(session, statements.FILL, from_on=from_on, to_on=to_on, limit=MOST_SECTIONS)
    return Figures([row.reference for row in found], sections)

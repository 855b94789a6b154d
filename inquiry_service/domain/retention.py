"""How long what is over is kept: rules are settings, in days, and 0 is for ever.

Nothing is over that is put off, or where an answer still has to go, or waits for a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from inquiry_service.db.queries import personal_data as statements
from inquiry_service.domain.personal_data import erase_inquiries
from inquiry_service.terms import InquiryStatus
from shared.db import rows

AT_ONCE = 200


@dataclass(frozen=True)
class Rule:
    """Inquiries of these states are emptied when nothing happened in them for `days`."""

    name: str
    statuses: tuple[InquiryStatus, ...]
    days: int


def rules(*, spam_days: int, settled_days: int) -> Sequence[Rule]:
    """Those that are switched on."""
    every = (
        Rule("spam", (InquiryStatus.QUARANTINED, InquiryStatus.SPAM), spam_days),
        Rule("settled", (InquiryStatus.WAITING, InquiryStatus.CLOSED), settled_days),
    )
    return [rule for rule in every if rule.days > 0]


def apply(session: Session, in_force: Sequence[Rule]) -> int:
    """At most AT_ONCE inquiries of each rule are emptied; returns how many."""
    number = 0
    for rule in in_force:
        statuses = [status.value for status in rule.statuses]
        found = rows(session, statements.TOO_OLD, statuses=statuses, days=rule.days, limit=AT_ONCE)
        because = f"nothing happened for {rule.days} days"
        number += erase_inquiries(session, [row.id for row in found], because=because)
    return number

"""Letters that may have been sent or not: who is responsible hears of each by mail within 15 minutes, and of many in one letter.

Nobody is asked about such a letter itself: when the mail server is what is in doubt, asking would only make more of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.db import rows

ASKING, ASKING_THE_OFFICE = "in_doubt", "in_doubt_office"
NOTICES = (ASKING, ASKING_THE_OFFICE)
ASK_EVERY_S = 120
JOURNAL_HAS_S = 300  # where there is a journal, a copy has so long to come before a person is asked
PAUSE_S, MOST_IN_A_DAY = 600, 30  # of letters to one person: with the two above, less than 15 minutes
SHOWN = 10

# the first two conditions are those of a partial index
_IN_DOUBT = "letter.status IN ('unknown', 'failed', 'bounced') AND letter.status = 'unknown' AND letter.kind <> ALL(:notices)"
_RESPONSIBLE = f"""
    SELECT staff.id, staff.email, max(letter.settled_at) AS newest
    FROM letter LEFT JOIN message ON message.id = letter.subject_id
         LEFT JOIN inquiry ON inquiry.id = coalesce(message.inquiry_id, letter.subject_id)
         JOIN staff ON staff.disabled_at IS NULL AND (staff.id = inquiry.assignee_id OR 'director' = ANY(staff.roles))
    WHERE {_IN_DOUBT} AND letter.settled_at <= now() - make_interval(secs => :grace_s) GROUP BY staff.id
"""
_OFFICE = """
    SELECT id, email, CAST(:newest AS timestamptz) AS newest FROM staff
    WHERE disabled_at IS NULL AND roles && ARRAY['registrar', 'director']
      AND CAST(:newest AS timestamptz) <= now() - make_interval(secs => :grace_s)
"""
# Asked once for the newest of them. A minute of slack: `settled_at` is when its transaction began.
_ASK = """
    INSERT INTO letter (id, kind, subject_id, person_id, recipient, dedupe_key)
    SELECT gen_random_uuid(), :kind, asked.id, asked.id, asked.email, :kind || ':' || asked.id || ':' || extract(epoch FROM newest)
    FROM ({asked}) AS asked CROSS JOIN LATERAL (
        SELECT max(created_at) AS last_at, count(*) FILTER (WHERE created_at > now() - interval '1 day') AS of_a_day,
               bool_or(status IN ('queued', 'ready', 'sending')) AS is_on_its_way
        FROM letter WHERE recipient = asked.email AND kind = :kind AND created_at > now() - interval '40 days'
    ) AS earlier
    WHERE (last_at IS NULL OR (newest > last_at - make_interval(secs => :grace_s + 60)
                               AND last_at <= now() - make_interval(secs => :pause_s)))
      AND NOT coalesce(is_on_its_way, false) AND of_a_day < :most
    ON CONFLICT (dedupe_key) DO NOTHING RETURNING id
"""
_ASK_DESK, _ASK_OFFICE = text(_ASK.format(asked=_RESPONSIBLE)), text(_ASK.format(asked=_OFFICE))
_SHOWN = text(f"""
    SELECT letter.kind, inquiry.id AS inquiry_id, inquiry.reference, count(*) OVER () AS number
    FROM letter LEFT JOIN message ON message.id = letter.subject_id
         LEFT JOIN inquiry ON inquiry.id = coalesce(message.inquiry_id, letter.subject_id)
    WHERE {_IN_DOUBT} ORDER BY inquiry.id IS NULL, letter.settled_at DESC LIMIT {SHOWN}
""")


@dataclass(frozen=True)
class Doubt:
    """A letter that somebody has to decide about: its inquiry, where it has one."""

    kind: str
    inquiry_id: Any
    reference: str | None


def ask(session: Session, *, newest_at_sibling: datetime | None, has_journal: bool) -> int:
    """Whoever is responsible for a letter in doubt, here or at the sibling, is owed a letter about it. Returns how many are written."""
    values = {
        "grace_s": JOURNAL_HAS_S if has_journal else 0,
        "pause_s": PAUSE_S,
        "most": MOST_IN_A_DAY,
    }
    desk = rows(session, _ASK_DESK, kind=ASKING, notices=list(NOTICES), **values)
    office = rows(session, _ASK_OFFICE, kind=ASKING_THE_OFFICE, newest=newest_at_sibling, **values)
    return len(desk) + len(office)


def in_doubt(session: Session) -> tuple[int, Sequence[Doubt]]:
    """How many letters of this service are in doubt, and the latest of them, those of inquiries first."""
    found = rows(session, _SHOWN, notices=list(NOTICES))
    return (found[0].number if found else 0), [
        Doubt(row.kind, row.inquiry_id, row.reference) for row in found
    ]

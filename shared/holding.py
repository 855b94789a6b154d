"""After a restore nothing is sent and nothing recurs, until a person has read what is in doubt and types `resume`.

What the backup knew as not yet sent may have been sent since: such letters are `unknown`, and only a proof or a person
settles them. The row in `holding` is read by every statement that takes work, so no process can miss it.
"""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared import audit
from shared.audit import Actor
from shared.db import first, rows
from shared.letters import message_id_of, owe_outcome, prove_sent

THE_INSTALLATION = UUID(int=0)

_HOLD = text("INSERT INTO holding (because) VALUES (:because) ON CONFLICT (is_one) DO NOTHING")
_IN_DOUBT = text("""
    UPDATE letter SET status = 'unknown', settled_at = now(), last_error = :because, lease_token = NULL, lease_until = NULL
    WHERE status IN ('queued', 'ready', 'sending') AND created_at <= (SELECT since FROM holding)
    RETURNING id, wants_outcome, message_id
""")
_FREE_JOBS = text(
    "UPDATE job SET status = 'queued', lease_token = NULL, lease_until = NULL WHERE status = 'leased'"
)
_FORGET_PROCESSES = text("DELETE FROM process")
_STATE = text("SELECT since, because FROM holding")
_RELEASE = text("DELETE FROM holding RETURNING since")
_UNSETTLED = text("""
    SELECT id, kind, recipient, created_at, last_error FROM letter WHERE status = 'unknown' ORDER BY created_at, id
""")
_WAITING_WORK = text("""
    SELECT kind, count(*) AS jobs FROM job WHERE status IN ('queued', 'leased') AND due_at <= now() GROUP BY kind ORDER BY kind
""")


def hold(session: Session, because: str, proof: Callable[[str], bool | None], mail_domain: str) -> int:
    """Nothing is sent and nothing recurs from now on, and every letter that was not final is in doubt or proven.

    `proof` looks a Message-ID up where sent letters can be seen. Only its yes counts: a folder of letters that was lost
    with the rest proves nothing by being empty. Returns how many letters are in doubt. May be called again.
    """
    session.execute(_HOLD, {"because": because})
    session.execute(_FREE_JOBS)
    session.execute(_FORGET_PROCESSES)
    in_doubt = 0
    for letter in rows(session, _IN_DOUBT, because=because):
        message_id = letter.message_id or message_id_of(letter.id, mail_domain)
        if proof(message_id):
            prove_sent(session, letter.id, message_id, proof="it was seen where sent letters lie")
            continue
        in_doubt += 1
        if letter.wants_outcome:
            owe_outcome(session, letter.id, "unknown", nonce="restore")
    return in_doubt


def state(session: Session) -> Any:
    """`since` and `because`, or None when work goes on."""
    return first(session, _STATE)


def in_doubt(session: Session) -> Sequence[Any]:
    """Every letter whose outcome nobody knows, oldest first."""
    return rows(session, _UNSETTLED)


def waiting_work(session: Session) -> Sequence[Any]:
    """The due jobs by kind, with their numbers: what begins when work goes on."""
    return rows(session, _WAITING_WORK)


def resume(session: Session, actor: Actor) -> bool:
    """Work goes on; letters in doubt stay so until each is settled. False when nothing was held."""
    released = first(session, _RELEASE)
    if released is None:
        return False
    audit.write(session, actor, "work_resumed", THE_INSTALLATION, held_since=released.since.isoformat())
    return True

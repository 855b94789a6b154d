"""How far the folders of a mail server are read: by UIDVALIDITY and UID, in the transaction that keeps the mails."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from inquiry_service.domain import intake
from inquiry_service.domain.intake import Arrival
from shared.condition import OwnCondition
from shared.db import first, rows

READ_EVERY_S = 60
LATE_AFTER_S = 300  # five polls: a folder that was not read for so long is a reason to look

_FIND = text("SELECT uidvalidity, last_uid FROM mailbox WHERE name = :name FOR UPDATE")
_BEGIN = text("""
    INSERT INTO mailbox (name, uidvalidity, last_uid) VALUES (:name, :uidvalidity, 0)
    ON CONFLICT (name) DO UPDATE SET uidvalidity = excluded.uidvalidity, last_uid = 0
""")
_FREE_UIDS = text(
    "UPDATE raw_mail SET uidvalidity = NULL, uid = NULL WHERE mailbox = :name AND uidvalidity = :uidvalidity"
)
_FORGET_TROUBLE = text("DELETE FROM mailbox_trouble WHERE mailbox = :name")
_ADVANCE = text("""
    UPDATE mailbox SET last_uid = :up_to, waiting = :waiting, waiting_since = :waiting_since, read_at = now()
    WHERE name = :name AND uidvalidity = :uidvalidity AND last_uid = :after RETURNING name
""")
_WAITING = text("UPDATE mailbox SET waiting = :waiting, waiting_since = :waiting_since WHERE name = :name")
_READ = text("""
    UPDATE mailbox SET read_at = now(), waiting = 0, waiting_since = NULL, failing_since = NULL, last_error = NULL
    WHERE name = :name
""")
_FAILED = text("""
    INSERT INTO mailbox (name, failing_since, last_error) VALUES (:name, now(), :error)
    ON CONFLICT (name) DO UPDATE SET failing_since = coalesce(mailbox.failing_since, now()), last_error = excluded.last_error
""")
_TROUBLE = text("""
    INSERT INTO mailbox_trouble (mailbox, uid, error, again_at) VALUES (:name, :uid, :error, CASE WHEN :is_for_good THEN NULL ELSE now() END)
    ON CONFLICT (mailbox, uid) DO UPDATE SET attempts = least(mailbox_trouble.attempts + 1, 10000), error = excluded.error,
        again_at = CASE WHEN :is_for_good THEN NULL ELSE now() +
            least(interval '1 minute' * (2 ^ least(mailbox_trouble.attempts, 10)), interval '6 hours') END
""")
_TROUBLES = text("""
    SELECT uid, again_at IS NOT NULL AND again_at <= now() AS is_due FROM mailbox_trouble WHERE mailbox = :name ORDER BY uid
""")
_OVER = text("DELETE FROM mailbox_trouble WHERE mailbox = :name AND uid = :uid")
_REREAD = text("UPDATE mailbox SET last_uid = 0")
_CONDITION = text("""
    SELECT name, coalesce(extract(epoch FROM now() - read_at), 0) AS read_ago_s, read_at, waiting,
           coalesce(extract(epoch FROM now() - waiting_since), 0) AS waiting_s,
           coalesce(extract(epoch FROM now() - failing_since), 0) AS failing_s, last_error,
           (SELECT count(*) FROM mailbox_trouble t WHERE t.mailbox = mailbox.name AND again_at IS NOT NULL) AS troubles
    FROM mailbox ORDER BY name
""")


class ReadByAnother(Exception):
    """Somebody else has read on in this folder: what was not committed is theirs to take in."""


@dataclass(frozen=True)
class Folder:
    """One folder as a connection found it. `name` is what our rows call it."""

    name: str
    uidvalidity: int
    uid_next: int | None = None


@dataclass(frozen=True)
class Left:
    """What still waits on the server: how many, and since when the oldest."""

    number: int = 0
    since: datetime | None = None


@dataclass(frozen=True)
class MailboxCondition:
    """How one folder stands. Seconds are 0 where there is nothing to count."""

    name: str
    is_read: bool
    read_ago_s: float
    waiting: int
    waiting_s: float
    failing_s: float
    last_error: str | None
    troubles: int

    def in_words(self) -> str:
        """A line for the operator."""
        words = f"read {_ago(self.read_ago_s)}" if self.is_read else "never read"
        if self.waiting:
            words += f", {self.waiting} wait, the oldest since {_ago(self.waiting_s)}"
        if self.troubles:
            words += f", {self.troubles} could not be taken in"
        if self.last_error:
            words += f"; failing since {_ago(self.failing_s)}: {self.last_error}"
        return f"{self.name}: {words}"

    @property
    def is_late(self) -> bool:
        """Whether nobody has read it for several polls, or every poll has failed so long."""
        return self.failing_s >= LATE_AFTER_S or (self.is_read and self.read_ago_s >= LATE_AFTER_S)


def _ago(seconds: float) -> str:
    return f"{seconds:.0f} s ago" if seconds < 120 else f"{seconds / 60:.0f} min ago"


def begin(session: Session, folder: Folder) -> int:
    """The last UID that is taken in. Another UIDVALIDITY, or UIDs that went back, mean that every mail is looked at again."""
    known = first(session, _FIND, name=folder.name)
    if known is not None and known.uidvalidity == folder.uidvalidity:
        if folder.uid_next is None or known.last_uid < folder.uid_next:
            return int(known.last_uid)
        # the server counts anew without saying so: its old UIDs must not stand in the way of the new ones
        session.execute(_FREE_UIDS, {"name": folder.name, "uidvalidity": folder.uidvalidity})
    session.execute(_FORGET_TROUBLE, {"name": folder.name})
    session.execute(_BEGIN, {"name": folder.name, "uidvalidity": folder.uidvalidity})
    return 0


def take_in(
    session: Session, folder: Folder, arrivals: Sequence[Arrival], *, after: int, up_to: int, left: Left
) -> int:
    """These mails are kept, and progress stands at `up_to`. Returns how many are new. Raises ReadByAnother."""
    progress = first(
        session,
        _ADVANCE,
        name=folder.name,
        uidvalidity=folder.uidvalidity,
        after=after,
        up_to=up_to,
        waiting=left.number,
        waiting_since=left.since,
    )
    if progress is None:
        raise ReadByAnother
    if not arrivals:
        return 0
    return len(intake.store(session, arrivals, mailbox=folder.name, uidvalidity=folder.uidvalidity))


def take_in_late(session: Session, folder: Folder, arrival: Arrival) -> None:
    """A mail that made trouble is kept after all."""
    intake.store(session, [arrival], mailbox=folder.name, uidvalidity=folder.uidvalidity)
    if arrival.uid is not None:
        trouble_over(session, folder, arrival.uid)


def note_trouble(
    session: Session, folder: Folder, uid: int, error: str, *, is_for_good: bool = False
) -> None:
    """The mail is asked for again, after a minute, two, four, up to six hours; or stays on the server for good."""
    session.execute(_TROUBLE, {"name": folder.name, "uid": uid, "error": error, "is_for_good": is_for_good})


def troubles(session: Session, folder: Folder) -> dict[int, bool]:
    """The UIDs that made trouble, and whether each is to be asked for again now."""
    return {row.uid: row.is_due for row in rows(session, _TROUBLES, name=folder.name)}


def trouble_over(session: Session, folder: Folder, uid: int) -> None:
    """Nothing has to be asked for again."""
    session.execute(_OVER, {"name": folder.name, "uid": uid})


def note_waiting(session: Session, folder: Folder, left: Left) -> None:
    """So many are known to lie on the server; whoever is killed now leaves it written."""
    session.execute(_WAITING, {"name": folder.name, "waiting": left.number, "waiting_since": left.since})


def note_read(session: Session, folder: Folder) -> None:
    """The folder was read to its end."""
    session.execute(_READ, {"name": folder.name})


def note_failure(session: Session, name: str, error: str) -> None:
    """The folder could not be read; `error` is a sentence for the operator."""
    session.execute(_FAILED, {"name": name, "error": error})


def reread(session: Session) -> None:
    """Every folder is read again from its beginning; mails that are known stay one."""
    session.execute(_REREAD)


def conditions(session: Session) -> list[MailboxCondition]:
    """How each folder stands."""
    return [
        MailboxCondition(
            row.name,
            row.read_at is not None,
            float(row.read_ago_s),
            row.waiting,
            float(row.waiting_s),
            float(row.failing_s),
            row.last_error,
            row.troubles,
        )
        for row in rows(session, _CONDITION)
    ]


def own_condition(session: Session, names: Collection[str]) -> OwnCondition:
    """What health and figures say of the folders that are to be read. Their names are addresses: no reason and no figure has them."""
    found = [folder for folder in conditions(session) if folder.name in names]
    late = [folder for folder in found if folder.is_late]
    troubles = sum(folder.troubles for folder in found)
    reasons = [f"mail is not read: {folder.last_error or 'no relay reads it'}" for folder in late]
    if troubles:
        reasons.append(f"mails that the mail server would not give: {troubles}")
    figures = {
        "frontdesk_mailbox_read_age_seconds": (
            "How long ago the folder that was read longest ago was read",
            max((folder.read_ago_s for folder in found), default=0.0),
        ),
        "frontdesk_mailbox_oldest_waiting_seconds": (
            "Age of the oldest mail that lies on the server and is not taken in",
            max((folder.waiting_s for folder in found), default=0.0),
        ),
        "frontdesk_mailbox_waiting": (
            "Mails on the server that are not taken in yet",
            float(sum(folder.waiting for folder in found)),
        ),
        "frontdesk_mailbox_troubles": ("Mails that the server would not give", float(troubles)),
        "frontdesk_mailboxes_failing": (
            "Folders that could not be read the last time",
            float(sum(folder.last_error is not None for folder in found)),
        ),
    }
    return OwnCondition(reasons, figures if names else {})

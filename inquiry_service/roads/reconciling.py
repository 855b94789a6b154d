"""The mail server's folders compared with our rows: a mail below our progress that nobody here knows was passed over."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import timedelta

from sqlalchemy import text

from inquiry_service.domain.intake import MOST_BYTES
from inquiry_service.roads.imap_server import ImapServer, MailboxAway, MailRefused
from shared.clock import utc_now
from shared.db import Database
from shared.imap_url import ImapSettings
from shared.ledger import SHOWN, Finding

NAME = "mails_passed_over"
SAYS = "mails on the mail server that were passed over"
AWAY = "folders that could not be compared with the mail server"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PROGRESS = text("SELECT last_uid FROM mailbox WHERE name = :name AND uidvalidity = :uidvalidity")
_KNOWN = text("""
    SELECT uid FROM raw_mail WHERE mailbox = :name AND uidvalidity = :uidvalidity AND uid = ANY(:uids)
    UNION SELECT uid FROM mailbox_trouble WHERE mailbox = :name AND uid = ANY(:uids)
""")
_SAME_BYTES = text("SELECT id FROM raw_mail WHERE sha256 = :sha256")


def compare(database: Database, settings: ImapSettings, *, days: int) -> list[Finding]:
    """What lies in the folders that are read, up to where we have read them, against the rows. Nothing is changed there."""
    passed, away = [], []
    for folder in settings.folders:
        try:
            passed += [f"{folder}:{uid}" for uid in _passed_over(database, settings, folder, days)]
        except (MailboxAway, MailRefused):
            away.append(folder)
    return [
        Finding(NAME, SAYS, len(passed), tuple(passed[:SHOWN])),
        Finding("folders_not_compared", AWAY, len(away), tuple(away[:SHOWN])),
    ]


def _passed_over(database: Database, settings: ImapSettings, folder: str, days: int) -> list[int]:
    with ImapServer(settings) as server:
        found = server.open(folder, may_change=False)
        where = {"name": found.name, "uidvalidity": found.uidvalidity}
        progress = database.run(_PROGRESS, where)
        if not progress or not progress[0].last_uid:
            return []
        since = utc_now() - timedelta(days=min(days, 20_000))
        day = f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}"
        uids = server.uids("UID", f"1:{progress[0].last_uid}", "SINCE", day)
        uids = [uid for uid in uids if uid <= progress[0].last_uid]  # `1:n` may name the last one too
        known = {row.uid for row in database.run(_KNOWN, where | {"uids": uids})}
        return list(_of_no_known_bytes(database, server, [uid for uid in uids if uid not in known]))


def _of_no_known_bytes(database: Database, server: ImapServer, uids: Sequence[int]) -> Iterator[int]:
    """The same bytes under another UID, or by another road, are one mail here."""
    for head in server.heads(uids) if uids else []:
        if head.size_bytes > MOST_BYTES:
            yield head.uid
            continue
        for uid, data in server.fetch([head.uid]).items():
            if not database.run(_SAME_BYTES, {"sha256": hashlib.sha256(data).digest()}):
                yield uid

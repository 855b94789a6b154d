"""The journal: a folder of a mail server that a copy of every letter comes to.

A copy that lies there proves that the relay took the letter: it answered one dot for the recipient and the journal alike. A copy
that does not lie there proves nothing, because it may still be on its way.
"""

import contextlib
import imaplib
import ssl
from collections.abc import Iterator
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

import structlog
from imap_tools.imap_utf7 import utf7_encode
from sqlalchemy import text

from shared.db import Database
from shared.imap_url import ImapSettings
from shared.letters import message_id_of, prove_sent

IN_THE_JOURNAL = "its copy is in the journal"
LOOKED_FOR_DAYS = 30
MOST_AT_ONCE = 200
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# the first two conditions are those of a partial index
_IN_DOUBT = text("""
    SELECT id, message_id, coalesce(dot_intent_at, created_at) AS since FROM letter
    WHERE status IN ('unknown', 'failed', 'bounced') AND status = 'unknown'
      AND settled_at > now() - make_interval(days => :days)
    ORDER BY created_at DESC LIMIT :most
""")
log = structlog.get_logger()


class JournalAway(Exception):
    """The journal cannot be read now; the words are for the operator, and hold no secret."""


class Journal:
    """One connection to the journal's folder. It changes nothing there."""

    def __init__(self, settings: ImapSettings) -> None:
        self._settings = settings
        self._client: imaplib.IMAP4_SSL | None = None

    def __enter__(self) -> Self:
        settings = self._settings
        with self._asking():
            self._client = imaplib.IMAP4_SSL(
                settings.host,
                settings.port,
                ssl_context=ssl.create_default_context(),
                timeout=settings.timeout_s,
            )
            sign_in(self._client, settings)
            status, _ = self._client.select(quoted(settings.folders[0]), readonly=True)
        if status != "OK":
            self.close()
            raise JournalAway(f"the folder {settings.folders[0]} cannot be opened")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """The connection is gone."""
        if self._client is not None:
            with contextlib.suppress(Exception):
                self._client.shutdown()  # no LOGOUT: a server that hangs would keep us
            self._client = None

    def has(self, message_id: str, since: datetime | None = None) -> bool:
        """Whether a mail with exactly this Message-ID lies there; `since` spares the server its older mails. Raises JournalAway."""
        if not message_id.isascii() or '"' in message_id or "\\" in message_id:
            return False
        criteria = ["HEADER", "Message-ID", f'"{message_id}"']
        if since is not None:  # a day earlier: servers count days in a time zone of their own
            criteria = ["SINCE", _day(since - timedelta(days=1)), *criteria]
        with self._asking():
            if self._client is None:
                raise JournalAway("not connected")
            status, found = self._client.uid("SEARCH", *criteria)
            if status != "OK":
                raise JournalAway("the server does not search")
            return any(line and line.split() for line in found)

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except (imaplib.IMAP4.error, OSError) as error:
            self.close()
            where = f"{self._settings.host}:{self._settings.port}"
            raise JournalAway(f"{where} does not let us read the journal ({type(error).__name__})") from error


def sign_in(client: imaplib.IMAP4, settings: ImapSettings) -> None:
    """The client is signed in; whatever stands in name and password. Raises imaplib's errors."""
    if "AUTH=PLAIN" in client.capabilities:
        secret = f"\0{settings.user}\0{settings.password}".encode()
        client.authenticate("PLAIN", lambda challenge: secret)
    else:
        client.login(_quoted_words(settings.user), settings.password)


def quoted(folder: str) -> str:
    """A folder's name as the protocol writes it."""
    return _quoted_words(utf7_encode(folder).decode("ascii"))


def _quoted_words(words: str) -> str:
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _day(moment: datetime) -> str:
    return f"{moment.day}-{_MONTHS[moment.month - 1]}-{moment.year}"


def settle_by_journal(database: Database, settings: ImapSettings, mail_domain: str) -> int:
    """Letters in doubt whose copy lies in the journal are sent. Returns how many. Raises JournalAway when it cannot be asked.

    The server is asked outside of any transaction; a person who decides meanwhile has decided.
    """
    doubtful = database.run(_IN_DOUBT, {"days": LOOKED_FOR_DAYS, "most": MOST_AT_ONCE})
    if not doubtful:
        return 0
    settled = 0
    with Journal(settings) as journal:
        for letter in doubtful:
            message_id = letter.message_id or message_id_of(letter.id, mail_domain)
            if not journal.has(message_id, letter.since):
                continue
            with database.transaction() as session:
                settled += prove_sent(session, letter.id, message_id, proof=IN_THE_JOURNAL)
            log.info("letter_proven", letter_id=str(letter.id))
    return settled

"""Reading a mail server's folders: fetched, committed, and only then flagged or moved there. A mail in trouble keeps nobody else."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import structlog

from inquiry_service.domain import mailboxes
from inquiry_service.domain.intake import MOST_BYTES, Arrival
from inquiry_service.domain.mailboxes import Folder, Left, ReadByAnother
from inquiry_service.roads.imap_server import KEYWORD, Head, ImapServer, MailboxAway, MailRefused
from shared.db import Database
from shared.imap_url import ImapSettings

MOST_MAILS, MOST_BATCH_BYTES = 250, 8_000_000  # in one answer of the server, and one transaction
HEADS_AT_ONCE = 1000
REFUSED_IN_A_ROW = 3  # so many, and it is the server that is ill, not a mail
TOO_LARGE = f"it has more than {MOST_BYTES // 1_000_000} MB: only its headers were taken in, and the mail is still in the mailbox"
log = structlog.get_logger()


def read_mailboxes(database: Database, settings: ImapSettings) -> int:
    """Every folder is read to its end, or its failure is written down; returns how many mails are new. The server's faults raise nothing."""
    taken = 0
    for folder in settings.folders:
        try:
            with ImapServer(settings) as server:
                taken += FolderReader(database, server, folder).read()
        except ReadByAnother:
            log.info("mailbox_read_by_another")
        except MailboxAway as error:
            log.warning("mailbox_away", because=str(error))
            with database.transaction() as session:
                mailboxes.note_failure(session, settings.name_of(folder), str(error))
    return taken


def read_archive(database: Database, settings: ImapSettings) -> int:
    """The folder that mails are moved to is read as well, once: after a restore, what came since the backup lies there."""
    if settings.after != "move":
        return 0
    return read_mailboxes(database, replace(settings, folders=(settings.archive,), after="none", archive=""))


class FolderReader:
    """One reading of one folder."""

    def __init__(self, database: Database, server: ImapServer, folder: str) -> None:
        self._database = database
        self._server = server
        self._folder_path = folder
        self._refused = 0
        self._taken = 0

    def read(self) -> int:
        """Everything behind the last UID is taken in; returns how many mails are new. Raises MailboxAway and ReadByAnother."""
        self._folder = self._open()
        self._last = self._database.in_transaction(lambda session: mailboxes.begin(session, self._folder))
        self._ask_again()
        self._touch_what_is_left()
        waiting = self._server.uids_after(self._last)
        for begin in range(0, len(waiting), HEADS_AT_ONCE):
            uids = waiting[begin : begin + HEADS_AT_ONCE]
            heads = self._server.heads(uids)
            if heads:
                self._note_waiting(Left(len(waiting) - begin, heads[0].received_at))
            for batch, rest in _batches(heads):
                number = len(waiting) - begin - len(uids) + rest
                self._take(batch, Left(number, batch[0].received_at if number else None))
        with self._database.transaction() as session:
            mailboxes.note_read(session, self._folder)
        if self._taken:
            log.info("mailbox_read", taken_in=self._taken)
        return self._taken

    def _note_waiting(self, left: Left) -> None:
        with self._database.transaction() as session:
            mailboxes.note_waiting(session, self._folder, left)

    def _open(self) -> Folder:
        return self._server.open(self._folder_path, may_change=self._server.settings.after != "none")

    def _take(self, batch: Sequence[Head], left: Left) -> None:
        """The batch is committed, then touched on the server; one that the server refuses is taken mail by mail."""
        try:
            found = self._fetch(batch)
        except MailRefused as error:
            if len(batch) == 1:
                self._refuse(batch[0], str(error), left)
                return
            self._reconnect()
            for number, head in enumerate(batch, 1):
                self._take([head], replace(left, number=left.number + len(batch) - number))
            return
        self._refused = 0
        self._keep(batch, found, left)

    def _fetch(self, batch: Sequence[Head]) -> list[Arrival]:
        """What the server gives. A mail that is gone has no bytes; one that stays and is not given is refused."""
        if batch[0].size_bytes > MOST_BYTES:
            headers = self._server.fetch([batch[0].uid], "BODY.PEEK[HEADER]<0.1000000>")
            return [Arrival(data, uid, TOO_LARGE) for uid, data in headers.items()]
        found = self._server.fetch([head.uid for head in batch])
        missing = [head.uid for head in batch if head.uid not in found]
        if missing and self._server.uids("UID", ",".join(map(str, missing))):
            raise MailRefused("not given")
        return [Arrival(found[head.uid], head.uid) for head in batch if head.uid in found]

    def _keep(self, batch: Sequence[Head], found: Sequence[Arrival], left: Left) -> None:
        up_to = batch[-1].uid
        with self._database.transaction() as session:
            self._taken += mailboxes.take_in(
                session, self._folder, found, after=self._last, up_to=up_to, left=left
            )
            for arrival in found:
                if arrival.fault and arrival.uid is not None:
                    mailboxes.note_trouble(session, self._folder, arrival.uid, "too large", is_for_good=True)
        self._last = up_to
        self._touch([arrival.uid for arrival in found if arrival.uid is not None and not arrival.fault])

    def _refuse(self, head: Head, error: str, left: Left) -> None:
        """The mail is written down as one to ask for again, and the next one's turn comes. Raises MailboxAway when it is not about a mail."""
        log.warning("mail_refused", uid=head.uid, error=error)
        self._refused += 1
        if self._refused >= REFUSED_IN_A_ROW:
            raise MailboxAway("the server gives no mails")
        with self._database.transaction() as session:
            mailboxes.take_in(session, self._folder, [], after=self._last, up_to=head.uid, left=left)
            mailboxes.note_trouble(session, self._folder, head.uid, error)
        self._last = head.uid
        self._reconnect()

    def _reconnect(self) -> None:
        """The server may have hung up over a mail. Raises MailboxAway, also when the folder is not the same any more."""
        self._server.close()
        self._server.connect()
        if self._open().uidvalidity != self._folder.uidvalidity:
            raise MailboxAway("the folder was made anew while it was read")

    def _ask_again(self) -> None:
        """What made trouble before and may be had now is taken in."""
        with self._database.reading() as session:
            due = [uid for uid, is_due in mailboxes.troubles(session, self._folder).items() if is_due]
        for uid in due:
            try:
                heads = self._server.heads([uid])
                found = self._fetch(heads) if heads else []
            except (MailRefused, MailboxAway) as error:
                log.warning("mail_refused_again", uid=uid)
                with self._database.transaction() as session:
                    mailboxes.note_trouble(session, self._folder, uid, str(error))
                self._reconnect()
                continue
            self._keep_late(uid, found)

    def _keep_late(self, uid: int, found: Sequence[Arrival]) -> None:
        with self._database.transaction() as session:
            for arrival in found:
                mailboxes.take_in_late(session, self._folder, arrival)
                if arrival.fault:
                    mailboxes.note_trouble(session, self._folder, uid, "too large", is_for_good=True)
            if not found:
                mailboxes.trouble_over(session, self._folder, uid)
        self._touch([uid for arrival in found if not arrival.fault])

    def _touch_what_is_left(self) -> None:
        """What was committed by a reader that died before it touched the server's copies is touched now."""
        if self._server.settings.after == "none" or not self._last:
            return
        known = ["UID", f"1:{self._last}"]
        if self._server.settings.after == "flag":
            if not self._server.takes_keywords:
                return
            known += ["UNKEYWORD", KEYWORD]
        with self._database.reading() as session:
            kept_there = mailboxes.troubles(session, self._folder)
        self._touch([uid for uid in self._server.uids(*known) if uid not in kept_there])

    def _touch(self, uids: Sequence[int]) -> None:
        """The server's copies of mails that are committed here."""
        settings = self._server.settings
        if not uids:
            return
        if settings.after == "move":
            self._server.move(uids, settings.archive)
        elif settings.after == "flag" and self._server.takes_keywords:
            self._server.flag(uids)


def _batches(heads: Sequence[Head]) -> Iterator[tuple[Sequence[Head], int]]:
    """Mails that fit into one answer, and how many are left behind them; one that is too large stands alone."""
    begin = 0
    while begin < len(heads):
        end, size = begin, 0
        while end < len(heads) and end - begin < MOST_MAILS:
            size += heads[end].size_bytes
            if end > begin and size > MOST_BATCH_BYTES:
                break
            end += 1
        yield heads[begin:end], len(heads) - end
        begin = end

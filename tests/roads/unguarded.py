"""Readers and a listener with one guard taken out each. They are the negative controls: each must show its own fault."""

import asyncio
import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from inquiry_service.domain import mailboxes
from inquiry_service.roads import listener
from inquiry_service.roads import mailboxes as reading
from inquiry_service.roads.imap_server import ImapServer
from inquiry_service.roads.mailboxes import FolderReader
from shared.clock import utc_now


def remove(name: str) -> None:
    """The guard of that name is gone from this process; nothing is where the name is empty."""
    if name:
        GUARDS[name]()


def _commit_before_the_server_s_copy_is_touched() -> None:
    keep = FolderReader._keep

    def move_first(self: FolderReader, batch: Sequence[Any], found: Sequence[Any], left: Any) -> None:
        self._touch([arrival.uid for arrival in found if arrival.uid is not None])
        keep(self, batch, found, left)

    FolderReader._keep = move_first  # type: ignore[method-assign]


def _commit_before_the_answer() -> None:
    async def answer_first(self: listener.Handler, data: bytes, recipients: list[str]) -> str:
        asyncio.get_running_loop().run_in_executor(self._hands, self._store, data, " ".join(recipients))
        return "250 2.0.0 surely"

    listener.Handler.keep = answer_first  # type: ignore[method-assign]


def _progress_by_uid() -> None:
    ImapServer.uids_after = lambda self, uid: self.uids("UNSEEN")  # type: ignore[method-assign]


def _progress_without_a_date() -> None:
    def since_yesterday(self: ImapServer, uid: int) -> list[int]:
        day = (utc_now() - timedelta(days=1)).strftime("%d-%b-%Y")
        return [found for found in self.uids("SINCE", day) if found > uid]

    ImapServer.uids_after = since_yesterday  # type: ignore[method-assign]


def _another_uidvalidity_is_another_folder() -> None:
    begin = mailboxes.begin

    def whatever_it_is(session: Any, folder: Any) -> int:
        known = mailboxes.first(session, mailboxes._FIND, name=folder.name)
        return int(known.last_uid) if known is not None else begin(session, folder)

    mailboxes.begin = whatever_it_is
    mailboxes._ADVANCE = mailboxes.text(
        mailboxes._ADVANCE.text.replace("AND uidvalidity = :uidvalidity", "AND :uidvalidity > 0")
    )


def _one_by_one_after_a_refusal() -> None:
    def all_or_nothing(self: FolderReader, batch: Sequence[Any], left: Any) -> None:
        try:
            self._keep(batch, self._fetch(batch), left)
        except reading.MailRefused as error:
            raise reading.MailboxAway(str(error)) from error

    FolderReader._take = all_or_nothing  # type: ignore[method-assign]


def _bytes_tell_mails_apart() -> None:
    """Message-IDs do instead."""
    seen: set[str] = set()
    fetch: Callable[..., Any] = FolderReader._fetch

    def of_new_ids(self: FolderReader, batch: Sequence[Any]) -> list[Any]:
        fresh = []
        for arrival in fetch(self, batch):
            found = re.search(rb"(?im)^Message-ID:\s*(\S+)", arrival.data)
            name = found.group(1).decode() if found else "none"
            if name not in seen:
                seen.add(name)
                fresh.append(arrival)
        return fresh

    FolderReader._fetch = of_new_ids  # type: ignore[method-assign]


def _one_end_of_data() -> None:
    async def any_line_end(self: Any, mail: bytearray) -> str:
        while (line := await self._reader.readuntil(b"\n")).strip(b"\r\n") != b".":
            mail += line
        return ""

    listener._Strict._read_mail = any_line_end  # type: ignore[method-assign]


GUARDS: dict[str, Callable[[], None]] = {
    function.__name__.strip("_"): function
    for function in (
        _commit_before_the_server_s_copy_is_touched,
        _commit_before_the_answer,
        _progress_by_uid,
        _progress_without_a_date,
        _another_uidvalidity_is_another_folder,
        _one_by_one_after_a_refusal,
        _bytes_tell_mails_apart,
        _one_end_of_data,
    )
}

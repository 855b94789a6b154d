"""What is held about one person, who is known by their address; and how it is emptied. Counts, times and states stay.

Whoever calls asks the sibling first: what both hold goes together. Files beside a mail go with it, unless somebody else sent the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from inquiry_service.db.queries import personal_data as statements
from inquiry_service.domain.name_words import WORD
from shared import audit, erasures
from shared.audit import THE_SERVICE, Actor
from shared.db import first, rows
from shared.erasures import Erasure
from shared.errors import DomainError
from shared.people import normal_address
from shared.phrases import phrase


class WorksHere(DomainError):
    """The address is somebody's who works here: their name stands in the record of what they did."""

    code = "works-here"
    title = phrase("Somebody who works here has this address")


@dataclass(frozen=True)
class Held:
    """What there is about one address, the oldest first each."""

    address: str
    inquiries: Sequence[Any]
    messages: Sequence[Any]
    elsewhere: Sequence[Any]
    mails: Sequence[Any]
    files: Sequence[Any]
    letters: Sequence[Any]

    @property
    def ids(self) -> list[UUID]:
        """Of the inquiries."""
        return [one.id for one in self.inquiries]

    def counts(self) -> dict[str, int]:
        """How much that is."""
        names = ("inquiries", "messages", "elsewhere", "mails", "files", "letters")
        return {name: len(getattr(self, name)) for name in names}

    def is_nothing(self) -> bool:
        """Whether nobody with that address is known here."""
        return not any(self.counts().values())


def held(session: Session, address: str) -> Held:
    """Everything about that address. Raises WorksHere."""
    normal = normal_address(address)
    if first(session, statements.WORKS_HERE, address=normal) is not None:
        raise WorksHere()
    return _gather(session, normal, rows(session, statements.INQUIRIES, address=normal))


def _gather(session: Session, normal: str, inquiries: Sequence[Any]) -> Held:
    """Without an address only what belongs to the inquiries: letters and mails about other things stay."""
    ids = [one.id for one in inquiries]
    elsewhere = rows(session, statements.ELSEWHERE, ids=ids, address=normal) if normal else ()
    mails = rows(session, statements.RAW_MAILS, ids=ids, address=normal)
    spellings = sorted({normal, *(one.asker_email for one in inquiries)}) if normal else []
    letters = rows(
        session, statements.LETTERS, ids=ids, elsewhere=[one.id for one in elsewhere], addresses=spellings
    )
    return Held(
        normal,
        inquiries,
        rows(session, statements.MESSAGES, ids=ids),
        elsewhere,
        mails,
        rows(session, statements.FILES, raw_ids=[one.id for one in mails]),
        letters,
    )


def erase(
    session: Session,
    actor: Actor,
    address: str,
    erasure: Erasure,
    *,
    reason: str,
    kept: Sequence[Mapping[str, str]] = (),
) -> dict[str, int]:
    """Nothing here says any more what that person is called or wrote; returns how much went. Raises WorksHere.

    `kept` is what the sibling has to keep. What is on its way to them goes; what waits is cancelled.
    """
    rows(session, statements.LOCK, address=normal_address(address))
    found = held(session, address)
    _empty(session, found)
    counts = found.counts()
    erasures.record(session, erasure, actor, reason=reason, erased=counts, kept=kept)
    audit.write(session, actor, "person_erased", erasure.id, reason=reason)
    return counts


def erase_inquiries(session: Session, ids: Sequence[UUID], *, because: str) -> int:
    """The same for single inquiries, whoever asked them: their time is over. Returns how many."""
    whole = [row.id for row in rows(session, statements.WITH_MERGED, ids=list(ids))]
    locked = [row.id for row in rows(session, statements.IDS_TO_LOCK, ids=whole)]
    if locked:
        _empty(session, _gather(session, "", rows(session, statements.INQUIRIES_BY_ID, ids=locked)))
        for inquiry_id in locked:
            audit.write(session, THE_SERVICE, "inquiry_erased", inquiry_id, because=because)
    return len(locked)


def _empty(session: Session, found: Held) -> None:
    """The locks of the inquiries are held: what comes in meanwhile waits, and finds them erased. Raises LetterGoing."""
    ids, raw_ids = found.ids, [mail.id for mail in found.mails]
    letter_ids = [letter.id for letter in found.letters]
    spellings = sorted({found.address, *(one.asker_email for one in found.inquiries)} - {""})
    subject_ids = [*ids, *(message.id for message in found.messages)]
    erasures.empty_letters(session, letter_ids, subject_ids=subject_ids, addresses=spellings)
    session.execute(statements.DISCARD_REPLIES, {"ids": ids})
    session.execute(statements.ERASE_MESSAGES, {"ids": ids})
    elsewhere = {"ids": [one.id for one in found.elsewhere]}
    session.execute(statements.ERASE_ELSEWHERE, elsewhere)
    session.execute(statements.HEAR_AGAIN, elsewhere)
    session.execute(statements.ERASE_RAW_MAILS, {"ids": raw_ids})
    for statement in statements.FORGET_COMPOSED:
        session.execute(statement, {"ids": ids})
    sums = [row.sha256 for row in rows(session, statements.DELETE_FILES, raw_ids=raw_ids)]
    sums += [row.sha256 for row in rows(session, statements.DELETE_REPLY_FILES, ids=ids)]
    session.execute(statements.EMPTY_BYTES, {"sums": [one.sha256 for one in found.mails]})
    session.execute(statements.EMPTY_UNUSED_BYTES, {"sums": sums})
    session.execute(statements.ERASE_INQUIRIES, {"ids": ids})
    words = {word.casefold() for one in found.inquiries for word in WORD.findall(one.asker_name)}
    session.execute(statements.FORGET_NAMES, {"words": sorted(words)})


def erase_again(session: Session, wanted: Sequence[Erasure]) -> int:
    """After a restore: whoever is on the list is erased once more. Returns how many were still known here."""
    if not wanted:
        return 0
    known: Iterable[str] = {
        row.address
        for statement in (statements.ADDRESSES, statements.SENDERS)
        for row in rows(session, statement)
    }
    number = 0
    for address, erasure in erasures.addresses_erased(known, wanted):
        try:
            erase(session, THE_SERVICE, address, erasure, reason="repeated after a restore")
            number += 1
        except WorksHere:
            continue
    return number

"""A thread as people read it: its entries in their order, with who wrote them, what became of them, and the files that go along."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased

from inquiry_service.db.models import Inquiry, Message, Reply, ReplyFile, Staff
from inquiry_service.terms import IN_THREAD, MessageKind


@dataclass(frozen=True)
class OtherInquiry:
    """What an entry shows of it."""

    id: UUID
    reference: str
    asker_name: str
    asker_email: str


@dataclass(frozen=True)
class EntryFile:
    """A file that goes with an answer."""

    number: int
    name: str
    size_bytes: int


@dataclass(frozen=True)
class Entry:
    """One entry of a thread as a page shows it: the message, who wrote it, and what became of it if it is an answer.

    `other`: the inquiry that the entry is about, or that it came to, where it is another one. `files` go with an answer of ours.
    """

    message: Message
    staff_name: str | None
    reply: Reply | None
    other: OtherInquiry | None = None
    files: Sequence[EntryFile] = ()


in_sight = func.coalesce(Message.place, Message.position)  # the order in which people see a thread
_Other = aliased(Inquiry)
_FILES = (
    select(
        func.json_agg(
            aggregate_order_by(
                func.json_build_array(ReplyFile.number, ReplyFile.name, ReplyFile.size_bytes),
                ReplyFile.number,
            )
        )
    )
    .where(ReplyFile.reply_id == Message.id)
    .correlate(Message)
    .scalar_subquery()
)


def whole_thread(session: Session, inquiry_id: UUID) -> Sequence[Entry]:
    """All entries as people see them, and behind them what has no place in the thread yet: drafts, and answers that are held."""
    query = (
        select(
            Message,
            Staff.name,
            Reply,
            _Other.id,
            _Other.reference,
            _Other.asker_name,
            _Other.asker_email,
            _FILES,
        )
        .outerjoin(Staff, Staff.id == Message.staff_id)
        .outerjoin(Reply, Reply.id == Message.id)
        .outerjoin(_Other, _Other.id == func.coalesce(Message.about_id, Message.origin_id))
        .where(Message.inquiry_id == inquiry_id)
        .order_by(in_sight, Reply.changed_at.desc())
    )
    return [
        Entry(
            row[0],
            row[1],
            row[2],
            OtherInquiry(row[3], row[4], row[5], row[6]) if row[3] else None,
            [EntryFile(*file) for file in row[7] or ()],
        )
        for row in session.execute(query)
    ]


def thread(session: Session, inquiry_id: UUID, *, is_public: bool = False) -> Sequence[Entry]:
    """The entries as people see them. The public thread has only what went between asker and school."""
    entries = [entry for entry in whole_thread(session, inquiry_id) if entry.message.position is not None]
    if is_public:
        return [
            e for e in entries if e.message.kind not in (MessageKind.NOTE, MessageKind.CALL) and _is_public(e)
        ]
    return in_thread(entries)


def in_thread(entries: Sequence[Entry]) -> Sequence[Entry]:
    """Those that staff see in the thread."""
    return [
        entry
        for entry in entries
        if entry.message.position is not None and (entry.reply is None or entry.reply.status in IN_THREAD)
    ]


def _is_public(entry: Entry) -> bool:
    return entry.message.is_verified and (entry.reply is None or entry.reply.status == "sent")


def subjects_of(inquiry_id: UUID, entries: Sequence[Entry]) -> list[UUID]:
    """What the letters of a thread are about: the inquiry, those that were merged into it, and the entries."""
    origins = {entry.message.origin_id for entry in entries if entry.message.origin_id}
    return [inquiry_id, *origins, *(entry.message.id for entry in entries)]

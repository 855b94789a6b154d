"""Which thread an inquiry's id leads to: a merged one's to the thread that its entries are in now. Whatever comes in asks here first."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from inquiry_service.db.models import Inquiry, Message
from inquiry_service.domain.errors import NoSuchInquiry
from shared.db import first

_LOCK = text("SELECT merged_into_id FROM inquiry WHERE id = :id FOR UPDATE")
_THREAD_OF = text("SELECT inquiry_id FROM message WHERE id = :id")
_WERE_MERGED = text("SELECT 1 FROM inquiry_merge WHERE survivor_id = :one AND merged_id = :other LIMIT 1")
_ALL_OF_IT = text("""
    WITH RECURSIVE part AS (
        SELECT CAST(:id AS uuid) AS id
        UNION SELECT inquiry.id FROM inquiry JOIN part ON inquiry.merged_into_id = part.id
    ) SELECT id FROM part
""")


def survivor(session: Session, inquiry_id: UUID) -> Inquiry:
    """The inquiry whose thread it is now: itself, unless it was merged. Raises NoSuchInquiry."""
    inquiry = session.get(Inquiry, inquiry_id)
    while inquiry is not None and inquiry.merged_into_id is not None:
        inquiry = session.get(Inquiry, inquiry.merged_into_id)
    if inquiry is None:
        raise NoSuchInquiry()
    return inquiry


class _Elsewhere(Exception):
    """It is another row that has to be locked; the lock of this one is given back."""


def lock(session: Session, inquiry_id: UUID) -> Inquiry:
    """The same, locked: nobody else changes that thread, or merges it, until this transaction ends. Raises NoSuchInquiry.

    A merged one's own row is let go before the survivor's is waited for: whoever merges takes two locks in the order of ids.
    """
    while True:
        row = None
        try:
            with session.begin_nested():
                row = first(session, _LOCK, id=inquiry_id)
                if row is not None and row.merged_into_id is not None:
                    raise _Elsewhere
        except _Elsewhere:
            assert row is not None
            inquiry_id = row.merged_into_id
            continue
        if row is None:
            raise NoSuchInquiry()
        return session.get_one(Inquiry, inquiry_id, populate_existing=True)


def lock_thread_of(session: Session, message_id: UUID) -> Inquiry:
    """The inquiry that has the message now, locked; a merge or its undoing meanwhile is followed. Raises NoSuchInquiry."""
    while True:
        found = first(session, _THREAD_OF, id=message_id)
        if found is None:
            raise NoSuchInquiry()
        try:
            with session.begin_nested():
                first(session, _LOCK, id=found.inquiry_id)
                if first(session, _THREAD_OF, id=message_id) != found:
                    raise _Elsewhere
        except _Elsewhere:
            continue
        session.get(Message, message_id, populate_existing=True)
        return session.get_one(Inquiry, found.inquiry_id, populate_existing=True)


def were_one(session: Session, page_of: UUID, thread_of: UUID) -> bool:
    """Whether a page of the first may have shown entries of the second: they are one thread, or were one. Raises NoSuchInquiry."""
    if survivor(session, page_of).id == thread_of:
        return True
    return first(session, _WERE_MERGED, one=page_of, other=thread_of) is not None


def all_of_it(session: Session, inquiry_id: UUID) -> list[UUID]:
    """The inquiry and all that were merged into it, and into those."""
    return list(session.execute(_ALL_OF_IT, {"id": inquiry_id}).scalars())

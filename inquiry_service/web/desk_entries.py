"""A thread's entries as the desk shows them, each answer with the fate of its letters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inquiry_service.db.models import Inquiry, MailFile, Reply
from inquiry_service.domain import mail_files, splits, threads
from inquiry_service.domain.threads import Entry
from inquiry_service.terms import FROM_ASKER, MessageKind, ReplyStatus, Via
from inquiry_service.web.composing import files_listed
from inquiry_service.web.downloads import listed
from inquiry_service.web.parts import settings
from inquiry_service.web.words import clipped, said_at
from shared import letters
from shared.clock import utc_now
from shared.people import Person
from shared.web.words import say

FATES = {
    "queued": "waiting",
    "ready": "waiting",
    "sending": "waiting",
    "sent": "sent",
    "delivered": "delivered",
    "failed": "bounced",
    "bounced": "bounced",
    "unknown": "unknown",
    "cancelled": "undone",
}
TO_DECIDE = ("unknown", "failed", "bounced")


@dataclass(frozen=True)
class Talk:
    """The thread of one inquiry with what stands beside its entries. `last_id` is what a reply is based on: what came in last.

    `unsent`: what is held, and behind it the person's own drafts, the latest first, with their texts and authors.
    """

    entries: Sequence[dict[str, Any]]
    held: Sequence[dict[str, Any]]
    last_id: UUID
    draft_files: Sequence[dict[str, Any]]
    unsent: Sequence[tuple[Reply, str, str]]


def talk_of(session: Session, inquiry: Inquiry, person: Person, *, seen: UUID | None = None) -> Talk:
    """The thread; `seen` is the last message that a reply was written against, and what came after it is marked."""
    everything = threads.whole_thread(session, inquiry.id)
    entries = threads.in_thread(everything)
    fates = _fates(session, inquiry, entries)
    mails = [entry.message.raw_mail_id for entry in entries if entry.message.raw_mail_id]
    files = mail_files.of_mails(session, mails)
    after = next((e.message.position or 0 for e in entries if e.message.id == seen), None)
    held = [entry for entry in reversed(everything) if _has_status(entry, ReplyStatus.HELD)]
    drafts = [
        entry
        for entry in everything
        if _has_status(entry, ReplyStatus.DRAFT) and entry.message.staff_id == person.id
    ]
    return Talk(
        [
            _shown(entry, inquiry, person, fates, after)
            | _mail_of(entry, files)
            | {"reply_files": files_listed(entry.files)}
            for entry in entries
        ],
        [_held(entry, entries) for entry in held],
        max(entries, key=lambda entry: entry.message.position or 0).message.id,
        files_listed(drafts[0].files) if drafts else [],
        [
            (entry.reply, entry.message.body, entry.staff_name or "")
            for entry in (*held, *drafts)
            if entry.reply
        ],
    )


def _has_status(entry: Entry, status: ReplyStatus) -> bool:
    return entry.reply is not None and entry.reply.status == status


def _mail_of(entry: Entry, files: Mapping[UUID, Sequence[MailFile]]) -> dict[str, Any]:
    """The mail that the entry came by, and the files in it."""
    mail_id = entry.message.raw_mail_id
    return {"mail_id": mail_id, "files": listed(files.get(mail_id, [])) if mail_id else []}


def _fates(session: Session, inquiry: Inquiry, entries: Sequence[Entry]) -> dict[UUID, list[dict[str, Any]]]:
    """The letters to the asker by their subject; one that was sent again stands for the one before it."""
    subjects = threads.subjects_of(inquiry.id, entries)
    found = [
        row for row in letters.letters_of(session, subjects) if row.kind in ("acknowledgement", "answer")
    ]
    replaced = {row.resend_of for row in found}
    by_subject: dict[UUID, list[dict[str, Any]]] = {}
    for row in found:
        if row.id not in replaced and not (row.status == "cancelled" and row.kind == "answer"):
            by_subject.setdefault(row.subject_id, []).append(_fate(row))
    return by_subject


def _fate(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "state": "waiting" if _is_late(row) else FATES.get(row.status, "waiting"),
        "words": _fate_words(row),
        "why": _why(row),
        "mail_id": row.returned_mail_id,
        "is_to_decide": row.status in TO_DECIDE,
    }


def _is_late(row: Any) -> bool:
    return row.status == "sent" and row.delayed_at is not None


def _why(row: Any) -> str:
    if row.status == "bounced" or _is_late(row):
        return say(row.last_error or "")
    return say(row.smtp_reply or row.last_error or "") if row.status in (*TO_DECIDE, "cancelled") else ""


def _fate_words(row: Any) -> str | None:
    if row.status == "bounced":
        return str(_("came back"))
    if _is_late(row):
        return str(_("late, their mail server is still trying"))
    if row.status == "failed":
        return str(_("could not be sent"))
    if row.status in ("ready", "sending") and row.attempts and row.last_error:
        return str(_("not through yet, tried %(n)s times", n=row.attempts))
    if row.status == "cancelled":
        return str(_("not sent"))
    return None


def _shown(
    entry: Entry, inquiry: Inquiry, person: Person, fates: dict[UUID, list[dict[str, Any]]], after: int | None
) -> dict[str, Any]:
    message, now = entry.message, utc_now()
    moment: datetime = (entry.reply.sent_at if entry.reply else None) or message.created_at
    is_asker = message.kind in FROM_ASKER
    scheduled_at = (
        entry.reply.scheduled_at if entry.reply and entry.reply.status == ReplyStatus.QUEUED else None
    )
    asked_in = message.origin_id or inquiry.id
    return {
        "id": message.id,
        "event": message.event,
        "other": entry.other,
        "can_go": splits.can_go(entry),
        "acknowledgement": next(iter(fates.get(asked_in, [])), None)
        if message.kind == MessageKind.QUESTION
        else None,
        "author": _author(entry, inquiry),
        "body": message.body,
        "style": "them" if is_asker else "us" if message.kind == MessageKind.ANSWER else "note",
        "at": moment,
        "words": said_at(moment, now, settings().zone),
        "meta": _road(entry, inquiry) + _came_to(entry),
        "is_verified": message.is_verified,
        "fates": fates.get(message.id, []) if scheduled_at is None else [],
        "scheduled_at": scheduled_at,
        "is_sent_answer": entry.reply is not None and entry.reply.status == ReplyStatus.SENT,
        "is_newer": after is not None and (message.position or 0) > after and message.staff_id != person.id,
    }


def _author(entry: Entry, inquiry: Inquiry) -> str:
    if entry.staff_name:
        return entry.staff_name
    if entry.message.is_verified:
        return inquiry.asker_name
    other, sender = entry.other, entry.message.sender_address
    if other is not None and (sender or "") == other.asker_email:
        return other.asker_name
    return sender or str(_("somebody else"))


def _came_to(entry: Entry) -> str:
    if entry.other is None or entry.message.event is not None:
        return ""
    where = _("to %(reference)s", reference=entry.other.reference)
    return f", {where}"


def _road(entry: Entry, inquiry: Inquiry) -> str:
    message = entry.message
    if message.kind == MessageKind.CALL:
        return str(_("logged a call"))
    if message.is_automatic:
        return str(_("an automatic mail"))
    if message.kind == MessageKind.QUESTION and inquiry.source and message.origin_id is None:
        return str(_("by the form on “%(page)s”", page=inquiry.source))
    words = {
        Via.FORM: _("by the form"),
        Via.LINK: _("on their page"),
        Via.MAIL: _("by mail"),
        Via.API: _("through the API"),
        Via.PHONE: _("by telephone"),
        Via.WALK_IN: _("in person"),
    }
    return words.get(Via(message.via), "") if message.kind != MessageKind.NOTE else ""


def _held(entry: Entry, entries: Sequence[Entry]) -> dict[str, Any]:
    reply = entry.reply
    assert reply is not None
    return {
        "id": reply.id,
        "body": entry.message.body,
        "author": entry.staff_name or "",
        "reply_files": files_listed(entry.files),
        "why": say(reply.held_because or ""),
        "newer": [
            {"id": newer.message.id, "line": clipped(newer.message.body, 200)}
            for newer in entries
            if (newer.message.position or 0) > reply.based_on and newer.message.kind in FROM_ASKER
        ],
        "at": reply.changed_at,
        "words": said_at(reply.changed_at, utc_now(), settings().zone),
    }

"""The ledger of an inquiry: when it was received, stored, acknowledged, answered, accepted, returned. And what must add up here.

Everything is read from the rows of the work itself.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from inquiry_service.db.models import Inquiry
from inquiry_service.domain import survivors
from inquiry_service.domain.errors import NoSuchInquiry
from inquiry_service.domain.own_copies import JOURNAL_CAME_BACK
from shared.db import rows
from shared.ledger import AT_REST, LETTER_CHECKS, Check

_WINDOW = "> now() - make_interval(days => :days)"
_QUEUE_ID = re.compile(
    r"(?:queued as|queued:|\bid=|message accepted for delivery[: ]+|\bOK\s+\d{6,}\s)\s*([A-Za-z0-9._-]{2,60})",
    re.IGNORECASE,
)

# What is dated before `migrate` wrote the recurring jobs was invented: the sample school writes to nobody.
_BEGAN = "coalesce((SELECT min(created_at) FROM job WHERE every IS NOT NULL), '-infinity')"

CHECKS = (
    *LETTER_CHECKS,
    Check(
        "posts_without_inquiry",
        "form posts that were answered, and have no inquiry",
        f"""SELECT answer ->> 'reference' AS id FROM idempotency WHERE scope = 'inquiry' AND created_at {_WINDOW}
            AND NOT EXISTS (SELECT 1 FROM inquiry WHERE inquiry.id = CAST(answer ->> 'id' AS uuid))""",
    ),
    Check(
        "inquiries_without_question",
        "inquiries without their first message",
        f"""SELECT reference AS id FROM inquiry WHERE created_at {_WINDOW} AND status <> 'merged'
            AND NOT EXISTS (SELECT 1 FROM message WHERE inquiry_id = inquiry.id AND position = 1)""",
    ),
    Check(
        "threads_miscounted",
        "threads that have more or fewer entries than they count",
        f"""SELECT reference AS id FROM inquiry WHERE created_at {_WINDOW} AND messages <>
            (SELECT coalesce(max(position), 0) FROM message WHERE inquiry_id = inquiry.id)""",
    ),
    Check(
        "inquiries_unacknowledged",
        "inquiries that are not set aside and owe their asker an acknowledgement",
        f"""SELECT reference AS id FROM inquiry WHERE created_at {_WINDOW} AND created_at > {_BEGAN} AND status NOT IN ('quarantined', 'spam')
            AND opened_by_id IS NULL AND NOT EXISTS (SELECT 1 FROM letter WHERE dedupe_key = 'ack:' || inquiry.id)""",
    ),
    Check(
        "merged_threads_torn",
        "inquiries that were merged and still have entries, or lead nowhere",
        f"""SELECT reference AS id FROM inquiry WHERE created_at {_WINDOW} AND (
                status = 'merged' AND (merged_into_id IS NULL OR EXISTS (SELECT 1 FROM message WHERE inquiry_id = inquiry.id)
                    OR NOT EXISTS (SELECT 1 FROM inquiry_merge WHERE merged_id = inquiry.id AND undone_at IS NULL))
                OR status <> 'merged' AND merged_into_id IS NOT NULL)""",
    ),
    Check(
        "replies_in_another_thread",
        "answers whose text is in another thread than they are",
        f"""SELECT reply.id FROM reply JOIN message ON message.id = reply.id
            WHERE changed_at {_WINDOW} AND message.inquiry_id <> reply.inquiry_id""",
    ),
    Check(
        "mails_not_filed",
        "mails that are stored, and nobody has filed for half an hour",
        "SELECT id FROM raw_mail WHERE status = 'stored' AND status <> 'filed' AND received_at < now() - interval '30 minutes'",
    ),
    Check(
        "mails_filed_to_nothing",
        "mails that count as filed, and stand nowhere",
        f"""SELECT id FROM raw_mail WHERE received_at {_WINDOW} AND status = 'filed' AND (verdict IS NULL OR
            verdict = 'thread' AND inquiry_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM message WHERE message.inquiry_id = raw_mail.inquiry_id AND raw_mail_id = raw_mail.id))""",
    ),
    Check(
        "mails_without_bytes",
        "mails or files of mails whose bytes are not there",
        f"""SELECT id FROM raw_mail WHERE received_at {_WINDOW} AND NOT EXISTS (SELECT 1 FROM blob WHERE blob.sha256 = raw_mail.sha256)
            UNION SELECT raw_mail_id FROM mail_file JOIN raw_mail ON raw_mail.id = raw_mail_id WHERE received_at {_WINDOW}
            AND NOT EXISTS (SELECT 1 FROM blob WHERE blob.sha256 = mail_file.sha256)""",
    ),
    Check(
        "uids_beyond_progress",
        "mails whose UID is beyond what their folder says was read",
        f"""SELECT raw_mail.id FROM raw_mail JOIN mailbox ON mailbox.name = raw_mail.mailbox AND mailbox.uidvalidity = raw_mail.uidvalidity
            WHERE received_at {_WINDOW} AND uid > last_uid AND last_uid > 0""",
    ),
    Check(
        "replies_without_letter",
        "answers in a thread that no letter carries",
        f"""SELECT reply.id FROM reply WHERE changed_at {_WINDOW} AND status IN ('queued', 'sent', 'failed', 'in_doubt')
            AND (sent_at IS NULL OR sent_at > {_BEGAN}) AND NOT EXISTS (SELECT 1 FROM letter WHERE letter.id = reply.letter_id)""",
    ),
    Check(
        "replies_ahead_of_letter",
        "answers that count as sent, and whose letter is not",
        f"""SELECT reply.id FROM reply WHERE changed_at {_WINDOW} AND status = 'sent' AND EXISTS (
                SELECT 1 FROM letter WHERE letter.id = reply.letter_id)
            AND NOT EXISTS (SELECT 1 FROM letter WHERE subject_id = reply.id AND kind = 'answer' AND status IN ('sent', 'delivered', 'bounced'))""",
    ),
    Check(
        "replies_behind_letter",
        "answers that wait, and whose letter is sent",
        f"""SELECT reply.id FROM reply JOIN letter ON letter.id = reply.letter_id
            WHERE reply.changed_at {_WINDOW} AND reply.status IN ('queued', 'in_doubt')
            AND letter.status IN ('sent', 'delivered') AND letter.settled_at < now() - {AT_REST}""",
    ),
    Check(
        "journal_copies_returned",
        "copies for the journal that came back: it proves nothing while nobody gets them",
        f"SELECT id FROM raw_mail WHERE received_at {_WINDOW} AND error = '{JOURNAL_CAME_BACK.replace(chr(39), chr(39) * 2)}'",
    ),
)


@dataclass(frozen=True)
class Station:
    """Something that happened to an inquiry. `detail` is for the operator, `queue_id` what the mail server called the letter."""

    at: datetime
    what: str
    detail: str = ""
    letter_id: UUID | None = None
    queue_id: str | None = None


_MAILS = text("""
    SELECT received_at, filed_at, mailbox, status, error FROM raw_mail WHERE inquiry_id = :id ORDER BY received_at
""")
_MESSAGES = text("""
    SELECT message.id, message.kind, message.via, message.created_at, reply.status FROM message LEFT JOIN reply ON reply.id = message.id
    WHERE message.inquiry_id = :id AND position IS NOT NULL ORDER BY position
""")
_LETTERS = text("""
    SELECT id, kind, status, created_at, frozen_at, sent_at, settled_at, delayed_at, smtp_reply, last_error, resend_of FROM letter
    WHERE subject_id = ANY(:subject_ids) ORDER BY created_at, id
""")


def find(session: Session, reference: str) -> Inquiry:
    """The inquiry with that reference. Raises NoSuchInquiry."""
    inquiry = session.scalars(select(Inquiry).where(Inquiry.reference == reference.strip().upper())).first()
    if inquiry is None:
        raise NoSuchInquiry()
    return inquiry


def stations(session: Session, inquiry: Inquiry) -> list[Station]:
    """Everything that happened to it and to its letters, in order."""
    messages = rows(session, _MESSAGES, id=inquiry.id)
    found = [Station(inquiry.created_at, "received", f"{messages[0].via}" if messages else "")]
    for mail in rows(session, _MAILS, id=inquiry.id):
        found.append(Station(mail.received_at, "stored", mail.mailbox))
        if mail.filed_at is not None:
            found.append(Station(mail.filed_at, mail.status, mail.error or ""))
    found += [Station(one.created_at, one.kind, one.status or one.via) for one in messages[1:]]
    subjects = [*survivors.all_of_it(session, inquiry.id), *(one.id for one in messages)]
    for letter in rows(session, _LETTERS, subject_ids=subjects):
        found += _of_letter(letter)
    return sorted(found, key=lambda station: station.at)


def _of_letter(letter: Any) -> Sequence[Station]:
    name = f"{letter.kind} (sent again)" if letter.resend_of else letter.kind
    found = [Station(letter.created_at, "letter owed", name, letter.id)]
    if letter.frozen_at is not None:
        found.append(Station(letter.frozen_at, "letter rendered", name, letter.id))
    if letter.sent_at is not None:
        reply = letter.smtp_reply or ""
        found.append(
            Station(letter.sent_at, "letter accepted", f"{name}: {reply}", letter.id, queue_id(reply))
        )
    if letter.delayed_at is not None:
        found.append(Station(letter.delayed_at, "letter late", name, letter.id))
    if letter.settled_at is not None and letter.status in ("bounced", "failed", "unknown", "cancelled"):
        why = letter.last_error or ""
        found.append(Station(letter.settled_at, f"letter {letter.status}", f"{name}: {why}", letter.id))
    return found


def queue_id(reply: str) -> str | None:
    """What the mail server calls the letter, as far as its answer can be understood."""
    found = _QUEUE_ID.search(reply)
    return found.group(1) if found else None

"""Mail in: from the stored bytes to its thread; and what a director put off by it."""

from collections.abc import Mapping
from uuid import UUID

from inquiry_service.domain import inbound, snoozes
from inquiry_service.mail.reader import MailUnreadable
from shared.jobs import JobContext


def file_by_hand(context: JobContext, payload: Mapping[str, str]) -> None:
    """The mail is filed where a person said."""
    desk = context.service
    raw, data = inbound.bytes_of(context.session, UUID(payload["raw_mail_id"]))
    chosen = UUID(payload["inquiry_id"]) if "inquiry_id" in payload else None
    try:
        mail = desk.reader.read(data)
    except MailUnreadable as why:
        if chosen is None:
            inbound.note_unreadable(context.session, raw, str(why))
            return
        mail = None
    inbound.file_by_hand(context.session, raw, mail, desk.intake(context.session), chosen)


def wake_inquiry(context: JobContext, payload: Mapping[str, str]) -> None:
    """An inquiry that was put off is due."""
    snoozes.time_is_up(context.session, UUID(payload["inquiry_id"]))


def file_mail(context: JobContext, payload: Mapping[str, str]) -> None:
    """The mail is filed, or stands as one that could not be read."""
    desk = context.service
    raw, data = inbound.bytes_of(context.session, UUID(payload["raw_mail_id"]))
    try:
        mail = desk.reader.read(data)
    except MailUnreadable as why:  # a person looks at it, nothing tries for ever
        inbound.note_unreadable(context.session, raw, str(why))
        return
    inbound.file(context.session, raw, mail, desk.intake(context.session))

"""Every letter of this service by its kind. A new one: a function in its concept's file, a template, a line here."""

from collections.abc import Mapping

from inquiry_service.mail.letters import doubts, held, inquiries, notes, reminders, replies, staff
from shared.mailroom import Composer, FactsReader

COMPOSERS: Mapping[str, Composer] = {
    "acknowledgement": inquiries.acknowledgement,
    "notice": inquiries.notice,
    "held_mail": held.held_mail,
    "in_doubt": doubts.in_doubt,
    "in_doubt_office": doubts.in_doubt_office,
    "mention": notes.mention,
    "lost_link": inquiries.lost_link,
    "reminder": reminders.reminder,
    "digest": reminders.digest,
    "answer": replies.answer,
    "invitation": staff.invitation,
    "password_reset": staff.password_reset,
}

FACTS: Mapping[str, FactsReader] = {
    "acknowledgement": inquiries.inquiries_of,
    "notice": inquiries.messages_of,
}
"""What the commonest letters will ask for, read at once when several are frozen together."""

"""The letter to a colleague who is named in a note. It quotes the note, so it goes to people who work here and to nobody else."""

from inquiry_service.db.models import Mention, Message, Staff
from inquiry_service.domain import inquiries
from inquiry_service.terms import DESK_ROLES
from shared.letter_bytes import Composed
from shared.letters import LetterRow
from shared.mailroom import LetterPointless, Mailroom


def mention(room: Mailroom, letter: LetterRow) -> Composed:
    """To the account that was named, at the address it has now. Nobody can answer it: a note is added at the desk."""
    session = room.session
    person = session.get(Staff, letter.person_id)
    note = session.get(Message, letter.subject_id)
    if person is None or person.disabled_at is not None or set(DESK_ROLES).isdisjoint(person.roles):
        raise LetterPointless("nobody is there to be told")
    if note is None or person.email != letter.recipient:
        raise LetterPointless("there is no such note for this address")
    named = session.get(Mention, (note.id, person.id))
    if named is None or named.seen_at is not None:
        raise LetterPointless("it was seen at the desk")
    inquiry = inquiries.find(session, note.inquiry_id)
    author = session.get_one(Staff, note.staff_id)
    subject, text, html = room.render(
        "mention",
        author_name=author.name,
        inquiry=inquiry,
        body=note.body,
        desk_url=f"{room.service.inquiry_url}/desk/inquiries/{inquiry.id}#m-{note.id}",
    )
    return Composed(subject, text, html, sender_name="Frontdesk", recipient_name=person.name)

"""Letters to the people who work here about their accounts."""

from inquiry_service.db.models import Staff
from inquiry_service.domain import staff as accounts
from shared.letter_bytes import Composed
from shared.letters import LetterRow
from shared.mailroom import LetterPointless, Mailroom


def password_reset(room: Mailroom, letter: LetterRow) -> Composed:
    """A link that sets a new password, within the hour it was asked for."""
    person = room.session.get(Staff, letter.subject_id)
    if person is None or person.disabled_at is not None:
        raise LetterPointless("the account is closed")
    secret = accounts.new_reset_link(room.session, person.id)
    subject, text, html = room.render(
        "password_reset", name=person.name, reset_url=f"{room.service.public_url}/reset/{secret}"
    )
    return Composed(subject, text, html, sender_name=room.service.school_name, recipient_name=person.name)


def invitation(room: Mailroom, letter: LetterRow) -> Composed:
    """Somebody new may come in: the link sets their first password, within a week."""
    person = room.session.get(Staff, letter.subject_id)
    if person is None or person.disabled_at is not None or person.password_hash is not None:
        raise LetterPointless("the account is closed, or its person was here already")
    secret = accounts.new_reset_link(room.session, person.id, accounts.INVITATION_LENGTH)
    subject, text, html = room.render(
        "invitation",
        name=person.name,
        invitation_url=f"{room.service.public_url}/reset/{secret}",
        sign_in_url=f"{room.service.public_url}/sign-in",
    )
    return Composed(subject, text, html, sender_name=room.service.school_name, recipient_name=person.name)

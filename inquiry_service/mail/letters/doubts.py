"""Letters that ask a person to decide: a letter of ours may have been sent, and nobody but them can tell."""

from inquiry_service.db.models import Staff
from inquiry_service.domain import doubts
from shared.letter_bytes import Composed
from shared.letters import LetterRow
from shared.mailroom import LetterPointless, Mailroom

IN_AN_HOUR = 6


def in_doubt(room: Mailroom, letter: LetterRow) -> Composed:
    """What is in doubt at the desk when the letter goes."""
    number, found = doubts.in_doubt(room.session)
    if not number:
        raise LetterPointless("every letter in doubt was settled meanwhile")
    desk = f"{room.service.inquiry_url}/desk"
    threads = {
        one.reference: f"{desk}/inquiries/{one.inquiry_id}" for one in found if one.reference is not None
    }
    return _ask(room, letter, number=number, threads=list(threads.items()), url=desk)


def in_doubt_office(room: Mailroom, letter: LetterRow) -> Composed:
    """Letters about registrations are in doubt; which ones stands in the office."""
    return _ask(room, letter, number=0, threads=[], url=f"{room.service.enrollment_url}/office/letters")


def _ask(
    room: Mailroom, letter: LetterRow, *, number: int, threads: list[tuple[str, str]], url: str
) -> Composed:
    room.check_caps(letter.kind, in_an_hour=IN_AN_HOUR, in_a_day=doubts.MOST_IN_A_DAY)
    person = room.session.get(Staff, letter.subject_id)
    if person is None or person.disabled_at is not None:
        raise LetterPointless("the account is closed")
    more = number - len(threads) if threads else 0
    subject, text, html = room.render("in_doubt", number=number, threads=threads, more=more, url=url)
    return Composed(subject, text, html, sender_name="Frontdesk", recipient_name=person.name)

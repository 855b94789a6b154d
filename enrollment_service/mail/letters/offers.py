"""Letters about an offered seat: the offer with its deadline, and the news that it has passed."""

from zoneinfo import ZoneInfo

from enrollment_service.domain.offers import latest_end
from enrollment_service.mail import words
from enrollment_service.mail.letters.composing import compose, once_a_day, subject_of
from shared.clock import utc_now
from shared.letter_bytes import Composed
from shared.letters import LetterRow
from shared.mailroom import LetterPointless, Mailroom


def offer(desk: Mailroom, letter: LetterRow) -> Composed:
    """A seat is held for them. Never rationed by the day: the place in line was asked for, and the seat waits for the answer.

    The clock starts when this letter is sent, so the time named here is the earliest end it can have.
    """
    registration = subject_of(desk, letter, "offered")
    if registration.offer_id is None:
        raise LetterPointless("the offer is no longer open")
    zone = ZoneInfo(registration.time_zone)
    ends_at = registration.offer_expires_at or latest_end(
        utc_now(), registration.offer_valid_hours, registration.starts_on, zone
    )
    deadline = words.deadline(ends_at, registration.time_zone, desk.service.school_locale)
    return compose(desk, "offer", registration, deadline=deadline)


def offer_passed(desk: Mailroom, letter: LetterRow) -> Composed:
    """The offer was not answered in time, and the seat went to the next in line."""
    registration = subject_of(desk, letter, "expired")
    once_a_day(desk, registration)
    return compose(desk, "offer_passed", registration)

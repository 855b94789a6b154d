"""Letters about a registration: confirmed, in line, cancelled, and the code that cancels."""

from enrollment_service.domain import waitlist
from enrollment_service.domain.registrations import CANCEL, active_of_address
from enrollment_service.domain.sections import meetings_of
from enrollment_service.mail.calendar import calendar_file
from enrollment_service.mail.letters.composing import compose, once_a_day, subject_of
from enrollment_service.terms import ACTIVE
from shared.letter_bytes import Attachment, Composed
from shared.letters import LetterRow
from shared.mailroom import LetterPointless, Mailroom

CODE_VALID_MINUTES = 30


def confirmation(desk: Mailroom, letter: LetterRow) -> Composed:
    """The seat is theirs; the meetings come as a calendar file."""
    registration = subject_of(desk, letter, "confirmed")
    once_a_day(desk, registration)
    return compose(desk, "confirmation", registration, attachments=(_calendar(desk, letter, registration),))


def waitlisted(desk: Mailroom, letter: LetterRow) -> Composed:
    """Their place in line, as it is at this moment."""
    registration = subject_of(desk, letter, "waitlisted")
    once_a_day(desk, registration)
    position = waitlist.position(desk.session, registration.id)
    return compose(desk, "waitlisted", registration, position=position, hours=registration.offer_valid_hours)


def cancelled(desk: Mailroom, letter: LetterRow) -> Composed:
    """The place is given up; the meetings leave the calendar. Says nothing to who never got a letter about it."""
    registration = subject_of(desk, letter, "cancelled")
    once_a_day(desk, registration)
    was_confirmed = registration.confirmed_at is not None
    files = (_calendar(desk, letter, registration, is_cancelled=True),) if was_confirmed else ()
    by_office = "office" in registration.ended_because
    return compose(
        desk, "cancelled", registration, attachments=files, was_confirmed=was_confirmed, by_office=by_office
    )


def cancel_code(desk: Mailroom, letter: LetterRow) -> Composed:
    """Six digits for the page that cancels. Asked for on a page whose link came from a letter to this address."""
    registration = subject_of(desk, letter, *ACTIVE)
    if not registration.is_proven:
        raise LetterPointless("nobody has opened a link of this address")
    code = desk.code(registration.id, CANCEL, minutes=CODE_VALID_MINUTES)
    return compose(desk, "cancel_code", registration, code=code, minutes=CODE_VALID_MINUTES)


def my_links(desk: Mailroom, letter: LetterRow) -> Composed:
    """A fresh link to each registration of the address that has not ended."""
    registration = subject_of(desk, letter, *ACTIVE)
    once_a_day(desk, registration)
    entries = [
        (
            entry.program_title,
            entry.section_title,
            entry.reference,
            f"{desk.service.public_url}/my/{desk.public_link(entry.id)}",
        )
        for entry in active_of_address(desk.session, registration.email)
    ]
    return compose(desk, "my_links", registration, entries=entries)


def _calendar(
    desk: Mailroom, letter: LetterRow, registration: object, *, is_cancelled: bool = False
) -> Attachment:
    data = calendar_file(
        registration,
        meetings_of(desk.session, registration.section_id),  # type: ignore[attr-defined]
        domain=desk.identity.mail_domain,
        school=desk.service.school_name,
        at=letter.created_at,
        is_cancelled=is_cancelled,
    )
    method = "CANCEL" if is_cancelled else "PUBLISH"
    return Attachment("class-dates.ics", "text/calendar", data, {"method": method, "charset": "utf-8"})

"""What every letter about a registration has in common: its facts, its link, its reply address, and what may be repeated in it."""

from typing import Any

from enrollment_service.domain import registrations
from enrollment_service.domain.sections import meetings_of
from enrollment_service.mail import words
from shared.letter_bytes import Attachment, Composed
from shared.letters import LetterRow
from shared.mailroom import LetterPointless, Mailroom

REPLY_PURPOSE = "registration"
DATES_SHOWN = 8  # a year of evenings is in the calendar file; a letter stays short


def compose(
    desk: Mailroom,
    template: str,
    registration: Any,
    *,
    attachments: tuple[Attachment, ...] = (),
    **facts: Any,
) -> Composed:
    """The letter about the registration, rendered from `template` with the facts that all of them show."""
    settings = desk.service
    locale, zone = settings.school_locale, registration.time_zone
    meetings = meetings_of(desk.session, registration.section_id)
    subject, plain, html = desk.render(
        template,
        locale=locale,
        school=settings.school_name,
        phone=settings.school_phone,
        # an address that has not proven itself is told nothing that a visitor typed, the name included
        name=registration.name if registration.is_proven else "",
        for_name=registration.for_name if registration.is_proven else "",
        reference=registration.reference,
        program=registration.program_title,
        section=registration.section_title,
        place=registration.place,
        price=words.money(registration.price_cents, locale),
        zone=words.zone_name(zone, locale),
        meetings=[
            (words.day(one.starts_at, zone, locale), words.hours(one.starts_at, one.ends_at, zone, locale))
            for one in meetings[:DATES_SHOWN]
        ],
        later_dates=max(len(meetings) - DATES_SHOWN, 0),
        program_url=f"{settings.public_url}/programs/{registration.program}",
        link=f"{settings.public_url}/my/{desk.public_link(registration.id)}",
        **facts,
    )
    return Composed(
        subject=subject,
        text=plain,
        html=html,
        sender_name=settings.school_name,
        reply_to=desk.reply_address(REPLY_PURPOSE, registration.id),
        recipient_name=registration.name if registration.is_proven else "",
        attachments=attachments,
    )


def subject_of(desk: Mailroom, letter: LetterRow, *statuses: str) -> Any:
    """The registration that the letter is about. Raises LetterPointless when it is in none of these states any more."""
    registration = registrations.show(desk.session, letter.subject_id)
    if registration.status not in statuses:
        raise LetterPointless(f"the registration is {registration.status}")
    return registration


def once_a_day(desk: Mailroom, registration: Any) -> None:
    """An address that has not proven itself gets one letter of a kind a day: nobody is flooded through us. Raises LetterPointless."""
    if not registration.is_proven and not desk.is_first_today():
        raise LetterPointless("an unproven address had a letter of this kind today")

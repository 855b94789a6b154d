"""The Celery door and the relay's own hands: everything that works on rows, put together once."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from inquiry_service.clients.enrollment import EnrollmentClient
from inquiry_service.domain.service_levels import ZONE
from inquiry_service.domain.staff import has_account
from inquiry_service.jobs import KINDS
from inquiry_service.jobs.context import Desk
from inquiry_service.jobs.live_facts import bringer_of
from inquiry_service.mail.letter_templates import templates_of
from inquiry_service.mail.letters import COMPOSERS, FACTS
from inquiry_service.mail.reader import MailReader, reader_of_this_process
from inquiry_service.settings import InquirySettings
from shared.db import Database
from shared.letter_freezing import Freezer
from shared.letters import LetterRow
from shared.references import References
from shared.workshop import Workshop


def make_workshop(
    settings: InquirySettings, database: Database, reader: MailReader | None = None
) -> Workshop:
    """The hands of one process of this service; mails are read by the process's own reader, or the one that is given."""
    enrollment = EnrollmentClient(settings.enrollment_internal_url, settings.pair_secret)
    database.facts[ZONE] = settings.zone
    desk = Desk(
        settings,
        References(database, "inquiry_reference_seq", "Q"),
        enrollment,
        reader or reader_of_this_process(),
    )
    templates = templates_of(settings)
    freezer = Freezer(
        database,
        COMPOSERS,
        templates,
        settings.mail_identity,
        settings,
        _receivers(settings),
        FACTS,
        {"answer": bringer_of(enrollment)},
    )
    return Workshop(database, KINDS, desk, freezer, settings.transport)


def _receivers(settings: InquirySettings) -> Callable[[Session, LetterRow], bool]:
    """Who may get letters: everybody, or (with a sample school and a real relay) staff alone."""
    if not settings.writes_to_staff_only:
        return lambda session, letter: True
    return lambda session, letter: has_account(session, letter.recipient)

"""The hands: letters are rendered and sent, jobs are run. Celery's worker and the relay both use this."""

from pathlib import Path

from enrollment_service.jobs import KINDS
from enrollment_service.mail import TEMPLATES
from enrollment_service.mail.letters import COMPOSERS
from enrollment_service.settings import EnrollmentSettings
from shared.catalogs import catalog_folders, read_catalog
from shared.db import Database
from shared.letter_freezing import Freezer
from shared.letter_rendering import letter_templates
from shared.workshop import Workshop


def make_workshop(settings: EnrollmentSettings, database: Database) -> Workshop:
    """Everything that one process needs to do this service's work."""
    freezer = Freezer(
        database,
        COMPOSERS,
        letter_templates(
            TEMPLATES, read_catalog(settings.school_locale, catalog_folders(Path(__file__).parent))
        ),
        settings.mail_identity,
        settings,
        may_receive=lambda session, letter: (
            not settings.writes_to_staff_only
        ),  # our letters go to students alone
    )
    return Workshop(database, KINDS, settings, freezer, settings.transport)

"""The templates of this service's letters, in the school's language."""

from pathlib import Path

from inquiry_service.mail import TEMPLATES
from inquiry_service.settings import InquirySettings
from shared.catalogs import catalog_folders, read_catalog
from shared.letter_rendering import LetterTemplates, letter_templates


def templates_of(settings: InquirySettings) -> LetterTemplates:
    """Made once a process."""
    return letter_templates(
        TEMPLATES,
        read_catalog(settings.school_locale, catalog_folders(Path(__file__).parents[1])),
        school_name=settings.school_name,
        school_phone=settings.school_phone,
        locale=settings.school_locale,
    )

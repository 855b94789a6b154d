"""Where the sentences of other languages lie: `translations/<locale>/LC_MESSAGES/messages.mo`, shared ones and each service's own."""

from gettext import NullTranslations
from pathlib import Path

from babel.support import Translations

SHARED = Path(__file__).parent


def catalog_folders(service: Path) -> tuple[Path, ...]:
    """The folders that are looked into for the service in this package; what stands later wins."""
    return SHARED / "translations", service / "translations"


def read_catalog(locale: str, folders: tuple[Path, ...]) -> NullTranslations:
    """All sentences of the language in one catalog; English stays where none has them."""
    whole = Translations()
    for folder in folders:
        found = Translations.load(folder, [locale])
        if isinstance(found, Translations):
            whole.merge(found)
            whole.plural = found.plural
    return whole

"""A catalog in which every sentence of the code stands between ⟦ and ⟧: what a page shows outside of them, nobody can translate."""

import re
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo

ROOT = Path(__file__).parents[2]
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "phrase": None,
    "counted": (1, 2),
}
METHODS = [("**.py", "python"), ("**/templates/**", "jinja2"), ("**/letter_templates/**", "jinja2")]
_SAID = re.compile(r"⟦[^⟦⟧]*⟧|\b[0-9a-f]{32}\b")  # a request's id is nobody's language


def write_marked_catalog(folder: Path, locale: str) -> Path:
    """The folder of translations, with the marked sentences as its only language."""
    catalog = Catalog(locale=locale)
    for package in ("shared", "inquiry_service", "enrollment_service"):
        for _, _, message, _, _ in extract_from_dir(
            ROOT / package, METHODS, {"**/templates/**": {"trimmed": "false"}}, keywords=KEYWORDS
        ):
            said = f"⟦{message}⟧" if isinstance(message, str) else tuple(f"⟦{form}⟧" for form in message)
            catalog.add(message, said)
    place = folder / locale / "LC_MESSAGES"
    place.mkdir(parents=True)
    with (place / "messages.mo").open("wb") as file:
        write_mo(file, catalog)
    return folder


class _Shown(HTMLParser):
    """What a person reads or hears of a page."""

    HEARD = ("title", "aria-label", "placeholder", "alt", "content")

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style")
        if tag != "meta":
            self.texts += [value or "" for name, value in attrs if name in self.HEARD]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.texts.append(data)


def unsaid(page: str, data: tuple[str, ...]) -> list[str]:
    """Texts of the page that come from no catalog and are not `data`: names, and what somebody typed."""
    reader = _Shown()
    reader.feed(page)
    left = []
    for text in reader.texts:
        while text != (text := _SAID.sub(" ", text)):
            continue
        for known in sorted(data, key=len, reverse=True):
            text = text.replace(known, " ")
        if re.search(r"[^\W\d_]{2,}", text):
            left.append(" ".join(text.split()))
    return left

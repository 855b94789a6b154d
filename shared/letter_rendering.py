"""A letter's words from its templates. Letters that differ in a reference and a link alone are laid out once, and filled."""

import re
from collections.abc import Hashable, Mapping
from functools import lru_cache
from gettext import NullTranslations
from pathlib import Path
from typing import Any, NamedTuple

import css_inline
from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    select_autoescape,
)

from shared.light_markup import formatted

LAYOUTS = 64  # kept; a promise ("by 10:30") makes a new one every half hour
# Of these characters a value stands in plain text, in HTML and in an attribute as it is, and no header can begin in it.
_STANDS_AS_IT_IS = re.compile(r"[A-Za-z0-9:/._~-]+")


class Words(NamedTuple):
    """What a template makes of its data; the HTML with its styles inlined."""

    subject: str
    text: str
    html: str


class LetterTemplates:
    """The templates of a service's letters, made once a process."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._laid_out = lru_cache(maxsize=LAYOUTS)(self._lay_out)

    def render(self, template: str, data: Mapping[str, Any]) -> Words:
        """The template's three files with the same data. Raises what Jinja raises: a missing value is an error."""
        subject, text, html = (
            self._environment.get_template(f"{template}.{ending}").render(data)
            for ending in ("subject", "txt", "html")
        )
        return Words(" ".join(subject.split()), text.strip() + "\n", css_inline.inline(html))

    def fill(self, template: str, shared: Mapping[str, Hashable], own: Mapping[str, str]) -> Words:
        """The same as `render` with both, but rendered once for all letters with the same `shared` data.

        The template may only print the `own` values, not ask about them. One that HTML would write otherwise is rendered.
        """
        if not all(map(_STANDS_AS_IT_IS.fullmatch, own.values())):
            return self.render(template, {**shared, **own})
        layout = self._laid_out(template, tuple(sorted(shared.items())), tuple(sorted(own)))
        return Words(*(_filled(words, own) for words in layout))

    def _lay_out(self, template: str, shared: tuple[tuple[str, Any], ...], names: tuple[str, ...]) -> Words:
        return self.render(template, dict(shared) | {name: _stand_in(name) for name in names})


def _stand_in(name: str) -> str:
    return f"own-value-{name}-stands-here"


def _filled(words: str, own: Mapping[str, str]) -> str:
    for name, value in own.items():
        words = words.replace(_stand_in(name), value)
    return words


def letter_templates(
    folder: Path, catalog: NullTranslations | None = None, **environment_globals: Any
) -> LetterTemplates:
    """The templates in that folder, with the shared ones behind them; a missing value is an error, not a gap.

    `catalog` has the letters' sentences in the school's language; without one they are English.
    """
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder), PackageLoader("shared", "letter_templates")]),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(catalog or NullTranslations(), newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(environment_globals)
    environment.filters["formatted"] = formatted
    environment.filters["say"] = (catalog or NullTranslations()).gettext  # what was stored in English
    return LetterTemplates(environment)

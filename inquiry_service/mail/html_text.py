"""The text of an HTML mail, with its paragraphs, and its quotations marked by `>`; for reading, not for showing as HTML.

Tags are found by one pattern that never looks twice at a character: a parser for pages takes minutes for `<a<a<a…`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import NamedTuple

from inquiry_service.mail.html_signs import Sign, sign_of

MAX_HTML = 1_000_000  # characters
_MOST_QUOTES = 10  # signs before a line, however deep it is quoted
_MOST_OPEN = 2_000  # elements in each other that are kept in mind
_BLOCKS = frozenset(
    "p div br tr li h1 h2 h3 h4 h5 h6 table ul ol dl dd dt blockquote hr pre section article header footer center address title".split()  # noqa: SIM905
)
_CELLS = frozenset(["td", "th"])
_EMPTY = frozenset("br hr img meta link input base col area wbr embed source track param".split())  # noqa: SIM905
_SILENT = frozenset(["script", "style", "title"])
_TAG = re.compile(r"<!--|<[!?][^<>]*+>|<(/?)([a-zA-Z][\w:-]*+)([^<>]*+)>")
_LONG_NUMBER = re.compile(r"&#(?:[0-9]{8,}+|[xX][0-9a-fA-F]{8,}+);?")
_SPACES = re.compile(" {2,}")


@dataclass(frozen=True, slots=True)
class HtmlLine:
    """A line with what its mail program says of it: `quotes` deep in quotations; `part` counts the enclosing quoted part, 0 outside."""

    text: str
    quotes: int
    is_cited: bool
    is_signature: bool
    is_attribution: bool
    begins: bool
    part: int
    is_wholly_quoted: bool

    @property
    def marked(self) -> str:
        """The line with its signs of quotation."""
        return "> " * min(self.quotes, _MOST_QUOTES) + self.text


class _Open(NamedTuple):
    name: str
    sign: Sign
    part: int


class _Reader:
    def __init__(self, html: str) -> None:
        self.lines: list[HtmlLine] = []
        self._html = html
        self._lower = html.lower() if len(html.lower()) == len(html) else html
        self._pieces: list[str] = []
        self._endless: set[str] = set()  # what was looked for and does not come any more
        self._open: list[_Open] = []
        self._counts: dict[str, int] = {}
        self._signs: dict[Sign, int] = dict.fromkeys(Sign, 0)
        self._parts = [0]
        self._part_count = 0
        self._begins = False

    def read(self) -> None:
        at = 0
        while (tag := _TAG.search(self._html, at)) is not None:
            self._words(self._html[at : tag.start()])
            at = self._after(tag)
        self._words(self._html[at:])
        self._end_line()

    def _after(self, tag: re.Match[str]) -> int:
        """Where reading goes on: behind the tag, the comment, or the script."""
        if tag.group() == "<!--":
            return self._behind("-->", tag.end())
        name, attributes = (tag.group(2) or "").lower(), tag.group(3) or ""
        if attributes.startswith("@"):
            self._pieces.append(tag.group())  # an address that its program did not escape
            return tag.end()
        if name in _SILENT and not tag.group(1):
            return self._behind(f"</{name}", tag.end())
        if name in _BLOCKS:
            self._end_line()
        elif name in _CELLS:
            self._pieces.append(" ")  # beside each other, but words of their own
        if tag.group(1):
            self._close(name)
        elif name:
            self._enter(name, attributes)
        return tag.end()

    def _enter(self, name: str, attributes: str) -> None:
        sign = sign_of(name, attributes)
        if sign is Sign.BEGINS:
            self._end_line()
            self._begins = True
        if name in _EMPTY or attributes.endswith("/") or len(self._open) >= _MOST_OPEN:
            return
        part = 0
        if sign in (Sign.PART, Sign.WHOLE_PART):
            self._end_line()
            self._part_count += 1
            part = self._part_count
            self._parts.append(part)
        self._open.append(_Open(name, sign, part))
        self._counts[name] = self._counts.get(name, 0) + 1
        self._signs[sign] += 1

    def _close(self, name: str) -> None:
        if not self._counts.get(name):
            return
        while self._open:
            opened = self._open.pop()
            self._counts[opened.name] -= 1
            if opened.sign is not Sign.NONE:
                self._end_line()
            self._signs[opened.sign] -= 1
            if opened.part:
                self._parts.pop()
            if opened.name == name:
                return

    def _behind(self, end: str, start: int) -> int:
        """What is never closed hides nothing: the rest is read as text."""
        found = -1 if end in self._endless else self._lower.find(end, start)
        if found < 0:
            self._endless.add(end)
            return start
        return found if end.startswith("<") else found + len(end)

    def _words(self, raw: str) -> None:
        if not raw:
            return
        data = unescape(_LONG_NUMBER.sub("\ufffd", raw))
        if self._counts.get("pre") and "\n" in data:
            *whole, data = data.split("\n")
            for line in whole:
                self._take(line)
                self._end_line()
        self._take(data)

    def _take(self, data: str) -> None:
        words = " ".join(data.split())
        if words:
            self._pieces.append(
                (" " if data[0].isspace() else "") + words + (" " if data[-1].isspace() else "")
            )
        elif self._pieces and data:
            self._pieces.append(" ")

    def _end_line(self) -> None:
        line = _SPACES.sub(" ", "".join(self._pieces)).strip()
        self._pieces = []
        if not line:
            return
        signs = self._signs
        self.lines.append(
            HtmlLine(
                line,
                quotes=signs[Sign.QUOTE] + signs[Sign.CITED],
                is_cited=signs[Sign.CITED] > 0,
                is_signature=signs[Sign.SIGNATURE] > 0,
                is_attribution=signs[Sign.ATTRIBUTION] > 0,
                begins=self._begins,
                part=self._parts[-1],
                is_wholly_quoted=signs[Sign.WHOLE_PART] > 0,
            )
        )
        self._begins = False


def lines_of_html(html: str) -> Iterator[HtmlLine]:
    """The lines with words; scripts and styles are left out."""
    reader = _Reader(html[:MAX_HTML])
    reader.read()
    yield from reader.lines


def text_of_html(html: str) -> str:
    """Plain lines; scripts and styles are left out."""
    return "\n".join(line.marked for line in lines_of_html(html)).strip()

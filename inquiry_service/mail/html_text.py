"""The text of an HTML mail, with its paragraphs, and its quotations marked by `>`; for reading, not for showing as HTML.

Tags are found by one pattern that never looks twice at a character: a parser for pages takes minutes for `<a<a<a…`.
"""

import re
from html import unescape

MAX_HTML = 1_000_000  # characters
_MOST_QUOTES = 10  # signs before a line, however deep it is quoted
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "br",
        "tr",
        "li",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "table",
        "ul",
        "ol",
        "blockquote",
        "hr",
        "pre",
    ]
)
_SILENT = frozenset(["script", "style", "title"])
_TAG = re.compile(r"<!--|<[!?][^<>]*+>|<(/?)([a-zA-Z][\w:-]*+)([^<>]*+)>")
_LONG_NUMBER = re.compile(r"&#(?:[0-9]{8,}+|[xX][0-9a-fA-F]{8,}+);?")


class _Reader:
    def __init__(self, html: str) -> None:
        self.lines: list[str] = [""]
        self._html = html
        self._lower = html.lower() if len(html.lower()) == len(html) else html
        self._quotes = 0
        self._pieces: list[str] = []
        self._endless: set[str] = set()  # what was looked for and does not come any more

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
        name = (tag.group(2) or "").lower()
        if name in _SILENT and not tag.group(1):
            return self._behind(f"</{name}", tag.end())
        if name in _BLOCKS:
            self._end_line()
        if name == "blockquote":
            self._quotes = max(self._quotes + (-1 if tag.group(1) else 1), 0)
        return tag.end()

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
        words = " ".join(data.split())
        if words:
            self._pieces.append(
                (" " if data[0].isspace() else "") + words + (" " if data[-1].isspace() else "")
            )
        elif self._pieces and data:
            self._pieces.append(" ")

    def _end_line(self) -> None:
        line = re.sub(" {2,}", " ", "".join(self._pieces)).strip()
        self._pieces = []
        if line:
            self.lines.append("> " * min(self._quotes, _MOST_QUOTES) + line)


def text_of_html(html: str) -> str:
    """Plain lines; scripts and styles are left out."""
    reader = _Reader(html[:MAX_HTML])
    reader.read()
    return "\n".join(reader.lines).strip()

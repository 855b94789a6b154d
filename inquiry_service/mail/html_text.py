"""The text of an HTML mail, with its paragraphs, and its quotations marked by `>`; for reading, not for showing as HTML."""

from html.parser import HTMLParser

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
    ]
)
_SILENT = frozenset(["script", "style", "head", "title"])


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self._quotes = 0
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        if tag in _BLOCKS:
            self._break()
        if tag == "blockquote":
            self._quotes += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT and self._silent:
            self._silent -= 1
        if tag == "blockquote" and self._quotes:
            self._break()
            self._quotes -= 1
        if tag in _BLOCKS:
            self._break()

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        words = " ".join(data.split())
        if words:
            line = self.lines[-1]
            gap = " " if line and (data[0].isspace() or line[-1:].isspace()) else ""
            if not line and self._quotes:
                line = "> " * self._quotes
            self.lines[-1] = line + gap + words + (" " if data[-1].isspace() else "")

    def _break(self) -> None:
        if self.lines[-1]:
            self.lines.append("")


def text_of_html(html: str) -> str:
    """Plain lines; scripts and styles are left out."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "\n".join(line.rstrip() for line in reader.lines).strip()

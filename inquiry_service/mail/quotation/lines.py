"""A text as lines: how deep each is quoted, and its bare words as the rules look at them."""

import re
from dataclasses import dataclass

MAX_LOOKED_AT = 500  # characters of a line that a pattern reads; no mail program writes a longer one

_SIGNS = re.compile(r"(?:[>\s]|&gt;)*+")
_INVISIBLE = dict.fromkeys(
    [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF, 0xAD]
)
_DECORATION = re.compile(r"[-_=*~—–#\s]{2,}")


@dataclass(slots=True)
class Line:
    """`depth` counts the signs of quotation before it. An HTML mail says more: `is_cited` and `begins` are its program's own marks.

    `is_set_apart`: it stands in a block quote that may be the writer's.
    """

    raw: str
    depth: int
    words: str
    is_cited: bool = False
    begins: bool = False
    is_signature: bool = False
    is_set_apart: bool = False

    @property
    def is_blank(self) -> bool:
        """Nothing but signs and spaces."""
        return not self.words

    @property
    def is_quoted(self) -> bool:
        """It is marked, by a sign or by the program."""
        return self.depth > 0 or self.is_cited

    @property
    def is_decoration(self) -> bool:
        """A rule of dashes or the like."""
        return len(self.words) <= MAX_LOOKED_AT and bool(_DECORATION.fullmatch(self.words))


def bare(text: str) -> str:
    """The words with single spaces, without what nobody sees."""
    if not text.isascii():
        text = text.translate(_INVISIBLE)
    return " ".join(text.split())


def lines_of(text: str) -> list[Line]:
    """Every line, blank ones too."""
    return [line_of(raw) for raw in text.split("\n")]


def line_of(raw: str) -> Line:
    """One line; a sign of quotation may follow spaces."""
    if ">" not in raw[:80] and "&gt;" not in raw[:80]:
        return Line(raw, 0, bare(raw))
    signs = _SIGNS.match(raw)
    end = signs.end() if signs else 0
    return Line(raw, raw.count(">", 0, end) + raw.count("&gt;", 0, end), bare(raw[end:]))


class Text:
    """The lines, and for each place the next line that has words: `len(lines)` when there is none."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self._next = [len(lines)] * (len(lines) + 1)
        for at in range(len(lines) - 1, -1, -1):
            self._next[at] = at if lines[at].words else self._next[at + 1]

    def next_with_words(self, start: int) -> int:
        """At `start`, or the first after it."""
        return self._next[min(start, len(self.lines))]

    def is_blank_round(self, start: int, end: int) -> bool:
        """A paragraph of its own."""
        above, below = (
            start == 0 or self.lines[start - 1].is_blank,
            end >= len(self.lines) or self.lines[end].is_blank,
        )
        return above and below

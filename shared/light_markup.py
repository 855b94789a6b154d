"""Plain writing as HTML: paragraphs, lists of `- `, `*bold*`, `_emphasis_`, bare links. Pure; nothing else that is typed is markup."""

import re
from collections.abc import Iterator
from itertools import groupby

from markupsafe import Markup, escape

_ITEM = re.compile(r"\s{0,8}- +(?=\S)")
_BLANK = re.compile(r"\n[^\S\n]*\n")
# An address ends before the punctuation behind it. A mark stands at the edge of a word, and closes in the same line.
_INLINE = re.compile(
    r"(?P<link>https?://[^\W_][^\s<>\"'`]{0,2000})"
    r"|(?<![\w*])\*(?P<bold>(?!\s)[^*\n]+(?<!\s))\*(?![\w*])"
    r"|(?<![\w_])_(?P<emphasis>(?!\s)[^_\n]+(?<!\s))_(?![\w_])"
)
_AFTER_A_LINK = ".,;:!?*_~)]}"
_DEEPEST = 2
_BOLD, _EMPHASIS = Markup("<strong>{}</strong>"), Markup("<em>{}</em>")


def formatted(text: str) -> Markup:
    """The text as HTML of `p ul li br strong em a`, whatever was typed."""
    blocks = _BLANK.split(text.replace("\r\n", "\n").strip())
    return Markup("\n").join(part for block in blocks if block.strip() for part in _parts(block))


def _parts(block: str) -> Iterator[Markup]:
    for is_list, lines in groupby(block.strip("\n").split("\n"), lambda line: bool(_ITEM.match(line))):
        if is_list:
            items = (
                Markup('<li dir="auto">{}</li>').format(_inline(_ITEM.sub("", line, count=1)))
                for line in lines
            )
            yield Markup("<ul>{}</ul>").format(Markup("").join(items))
        else:
            yield Markup('<p dir="auto">{}</p>').format(Markup("<br>").join(_inline(line) for line in lines))


def _inline(text: str, depth: int = 0) -> Markup:
    found, at = [], 0
    for match in _INLINE.finditer(text):
        kind = match.lastgroup
        end = match.end()
        if kind == "link":
            address = _address(match.group("link"))
            end = match.start() + len(address)
            inner = Markup('<a href="{0}">{0}</a>').format(address)
        elif depth == _DEEPEST:
            continue
        else:
            frame = _BOLD if kind == "bold" else _EMPHASIS
            inner = frame.format(_inline(match.group(kind or ""), depth + 1))
        found += [escape(text[at : match.start()]), inner]
        at = end
    return Markup("").join([*found, escape(text[at:])])


def _address(run: str) -> str:
    """The run without the punctuation that ends a sentence; a closing bracket stays where the address opened one."""
    while run and run[-1] in _AFTER_A_LINK and not (run[-1] == ")" and run.count("(") >= run.count(")")):
        run = run[:-1]
    return run

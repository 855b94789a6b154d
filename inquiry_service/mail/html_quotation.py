"""What a person wrote in an HTML mail: its program's own signs of quotation first, then the rules for text."""

import re

from inquiry_service.mail.html_text import HtmlLine, lines_of_html
from inquiry_service.mail.quotation import Written, attribution, header_block, what_was_written_in
from inquiry_service.mail.quotation.lines import Line, Text, line_of

_BEGINS_PAGE = re.compile(
    r"\s{0,200}<(?:!doctype\s+html|\?xml|html|head|body|div|meta|style|table|span|font|p|br)\b", re.IGNORECASE
)
_MOST_ABOVE_QUOTES = 3  # lines of an attribution in no known language
_BEGINNING_SAYS = 80  # characters; in them a header line has its colon


def is_page(text: str) -> bool:
    """Whether a text that is called plain is HTML: it begins with a tag and ends with one."""
    return _BEGINS_PAGE.match(text) is not None and text.rstrip()[-1:] == ">"


def what_was_written_in_html(html: str) -> Written:
    """The writer's own words; answers between quotations are theirs. Never empty for a page with words."""
    found = list(lines_of_html(html))
    lines = [_line(line) for line in found]
    text = Text(lines)
    parts: dict[int, list[int]] = {}
    for at, line in enumerate(found):
        if line.part:
            parts.setdefault(line.part, []).append(at)
    for part in parts.values():
        _mark_part(text, part)
    written = what_was_written_in(text, keeps_forwards=False)
    return written if written.text else Written("", False, False)


def _line(found: HtmlLine) -> Line:
    own = line_of(found.text)
    return Line(
        raw=found.marked,
        depth=found.quotes + own.depth,
        words=own.words,
        is_cited=found.is_cited or found.is_wholly_quoted or found.is_attribution,
        begins=found.begins and any(colon in found.text[:_BEGINNING_SAYS] for colon in ":："),
        is_signature=found.is_signature,
        is_set_apart=found.quotes > 0 and own.depth == 0,
    )


def _mark_part(text: Text, part: list[int]) -> None:
    """A part with quotations in it: what stands above the first is their attribution, what stands below is the writer's. Without: all is quoted."""
    first = next((count for count, at in enumerate(part) if text.lines[at].depth), None)
    head = part if first is None else part[:first]
    begins = next((count for count, at in enumerate(head) if _begins(text, at)), None)
    if first is None or (begins is not None and _is_forward(text, head[begins])):
        quoted = part if begins is None else part[begins:]
    elif begins is None:
        quoted = head if len(head) <= _MOST_ABOVE_QUOTES else []
    else:
        quoted = head[begins:]
    for at in (*quoted, *(at for at in part if text.lines[at].depth)):
        text.lines[at].is_cited = True


def _begins(text: Text, at: int) -> bool:
    line = text.lines[at]
    return (
        line.is_cited
        or line.begins
        or attribution.find(text, at) is not None
        or header_block.find(text, at) is not None
        or header_block.separator(text, at) is not None
    )


def _is_forward(text: Text, at: int) -> bool:
    separator = header_block.separator(text, at)
    return separator is not None and separator.is_forward

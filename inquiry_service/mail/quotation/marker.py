"""A director's answer to a notice of ours: what stands above the notice's first line, our marker. Only here can a reading be certain."""

import re

from inquiry_service.mail.quotation import attribution, facts, header_block, signatures
from inquiry_service.mail.quotation.lines import MAX_LOOKED_AT, Line, Text
from inquiry_service.mail.quotation.reading import Reader, Written

MARKER = "Write your answer above this line"

_MARKER_LINE = re.compile(rf"[\s*_–—-]*{MARKER}[\s*_–—-]*\Z")
_REFERENCE = re.compile(r"\bQ-[0-9A-Z]{6}\b")
_MOST_PREVIEW_LINES = 4
_SHORTEST_PREVIEW = 4  # characters
_MOST_LINES_BELOW = 40
_FARTHEST_ABOVE = 40  # lines that a program's own may begin above the marker


def marker_in(lines: list[Line]) -> int | None:
    """The line of the first marker."""
    return next(
        (at for at, line in enumerate(lines) if MARKER in line.words and _MARKER_LINE.match(line.words)), None
    )


def read(text: Text, marker: int) -> Written:
    """What stands above our marker, and what stands unmarked below it."""
    reader = Reader(text, keeps_forwards=False)
    return _above_marked(reader, marker) if text.lines[marker].is_quoted else _above_unmarked(reader, marker)


def _above_marked(reader: Reader, marker: int) -> Written:
    lines = reader.lines
    start, _, own_words = _programs_lines(reader.text, marker)
    reader.leave_out(start, marker + 1)
    if own_words:
        reader.is_own[start] = True
        reader.replaced[start] = own_words
    for at in range(marker + 1, len(lines)):
        reader.is_own[at] = not lines[at].is_quoted
    _leave_signature_below_out(reader, marker + 1)
    is_certain = _is_plain(reader, start) and not any(
        reader.is_own[at] and lines[at].words for at in range(marker + 1, len(lines))
    )
    for at in range(start):
        reader.is_own[at] = True  # what the writer quoted themselves belongs to their words
    _leave_programs_line_out(reader, start)
    return reader.written(has_quotation=True, is_certain=is_certain and _has_words(reader, start))


def _above_unmarked(reader: Reader, marker: int) -> Written:
    """Some programs quote without a sign: what is below is the notice when a program says that its quotation begins above it."""
    start, is_sure, own_words = _programs_lines(reader.text, marker)
    is_certain = (
        is_sure
        and not own_words
        and _is_plain(reader, start)
        and _has_words(reader, start)
        and _ends_as_ours(reader.lines, marker)
        and not reader.announces_answers_inside(start)
    )
    if not is_certain:
        reader.keep_all()
        return reader.written(has_quotation=True, is_certain=False)
    reader.leave_out(start, len(reader.lines))
    _leave_programs_line_out(reader, start)
    return reader.written(has_quotation=True, is_certain=True)


def _programs_lines(text: Text, marker: int) -> tuple[int, bool, str]:
    """Where the program's own lines above the marker begin, whether they are without doubt, and the writer's words in the first of them."""
    above = Text(text.lines[:marker])
    for at in range(max(marker - _FARTHEST_ABOVE, 0), marker):
        if text.lines[at].is_blank:
            continue
        if text.lines[at].begins:
            return _with_rules_above(text, at), True, ""
        block = header_block.find(above, at)
        if block is not None and _reaches(text, block.end, marker):
            return _with_rules_above(text, at), block.is_full, ""
        said = attribution.find(text, at)
        if said is not None and _reaches(text, said.end, marker):
            return _with_separator_above(text, at), not text.lines[marker].is_quoted, said.own_words
    end = marker
    while end and (text.lines[end - 1].is_cited or _is_marked_and_nobodys(text, end - 1, marker)):
        end -= 1
    return end, text.lines[marker].is_cited, ""


def _reaches(text: Text, end: int, marker: int) -> bool:
    """Nothing of a person's stands between."""
    if end > marker or sum(not line.is_blank for line in text.lines[end:marker]) > _MOST_PREVIEW_LINES:
        return False
    return all(_is_nobodys(text, at, marker) for at in range(end, marker))


def _is_marked_and_nobodys(text: Text, at: int, marker: int) -> bool:
    return text.lines[at].is_quoted and _is_nobodys(text, at, marker)


def _is_nobodys(text: Text, at: int, marker: int) -> bool:
    """A blank line, or the unseen one that a list of mails shows: it repeats the asker's first words, which stand below the marker again."""
    line = text.lines[at]
    if line.is_blank or line.is_decoration:
        return True
    below = " ".join(line.words for line in text.lines[marker + 1 : marker + _MOST_LINES_BELOW])
    return len(line.words) >= _SHORTEST_PREVIEW and line.words[:MAX_LOOKED_AT] in below


def _with_rules_above(text: Text, start: int) -> int:
    """The line of dashes above a block of headers is the program's."""
    at = _with_separator_above(text, start)
    if at and text.lines[at - 1].is_decoration:
        return _without_blank(text.lines, at - 1)
    return at


def _with_separator_above(text: Text, start: int) -> int:
    at = _without_blank(text.lines, start)
    if at and header_block.separator(text, at - 1) is not None:
        return _without_blank(text.lines, at - 1)
    return at


def _without_blank(lines: list[Line], end: int) -> int:
    while end and lines[end - 1].is_blank:
        end -= 1
    return end


def _is_plain(reader: Reader, start: int) -> bool:
    """Nothing above is another's: no sign, no other quotation that begins, and no last line that may be an unknown attribution."""
    lines = reader.lines
    last = next((lines[at].words for at in range(start - 1, -1, -1) if lines[at].words), "")
    if any(line.is_quoted for line in lines[:start]) or facts.looks_like_one(last):
        return False
    return not any(
        facts.says_much(lines[at].words)
        or attribution.find(reader.text, at) is not None
        or header_block.find(reader.text, at) is not None
        for at in range(start)
        if lines[at].words
    )


def _has_words(reader: Reader, start: int) -> bool:
    return any(line.words for line in reader.lines[:start]) or bool(reader.replaced)


def _ends_as_ours(lines: list[Line], marker: int) -> bool:
    """The notice ends with its reference; what stands below that was written by the director."""
    end = _without_blank(lines, len(lines))
    if end - 1 <= marker:
        return False
    last, above = lines[end - 1].words, lines[end - 2].words
    return bool(_REFERENCE.search(last)) or (
        above.endswith(",") and bool(_REFERENCE.search(above))
    )  # wrapped once


def _leave_signature_below_out(reader: Reader, start: int) -> None:
    """Only dashes and a space: what people write, they write without."""
    own = [at for at in range(start, len(reader.lines)) if reader.is_own[at] and reader.lines[at].words]
    if (
        own
        and signatures.is_closed_by_dashes(reader.lines[own[0]].raw)
        and len(own) <= signatures.MOST_LINES_IN_DOUBT
    ):
        reader.leave_out(own[0], len(reader.lines))


def _leave_programs_line_out(reader: Reader, start: int) -> None:
    reader.leave_out(signatures.end_without_programs_line(reader.lines[:start]), start)
    if reader.replaced and start in reader.replaced:
        reader.is_own[start] = True

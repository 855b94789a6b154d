"""What stands under a person's words without being theirs: a signature below its dashes, a telephone's line, a mailing list's."""

import re
from collections.abc import Sequence

from inquiry_service.mail.quotation.lines import Line, bare
from inquiry_service.mail.quotation.program_words import DEVICES, SENT_FROM

_MOST_LINES = 40  # below dashes and a space, as programs write them
MOST_LINES_IN_DOUBT = 10  # below dashes alone, which people write too
_MOST_WORDS = 72  # characters of a line there
_DASHES = re.compile(r"(?:--|__|—)\Z")
_RULE = re.compile(r"[-_]{2,}\Z")
_OF_A_LIST = re.compile(
    r"mailing.?list\b|listinfo|to (?:\w+ )?unsubscribe\b|-unsubscribe@|un\)?subscri\w+ information|mailingliste\b|liste de diffusion|lista de correo"
    r"|lista di discussione|google groups|yahoo! groups|groups\.io|se désabonner|список рассылки",
    re.IGNORECASE,
)
_MOST_LIST_LINES = 6
_LONGEST_OF_A_LIST = 100  # characters of such a line
_ADDRESS = re.compile(r"https?://|www\.|\S@\S")
_LINK = re.compile(r"[<(\[][^<>()\[\]\s]*(?:://|mailto:|www\.)[^<>()\[\]\s]*[>)\]]")
_GOES_ON = re.compile(r"[!?;:]|, (?!please|sorry|excuse)(?:an? )?")
_MY = re.compile(r"\bmy\b|mein|\bmon\b|\bmi\b|\bmeu|\bmio|\bmijn|\bmoj|\bmin\b|мое|من|我|私|나의|내")
_MOST_SIGNATURES = 10
_LONGEST = 90  # characters of a telephone's line


def is_programs_line(words: str) -> bool:
    """`Sent from my iPhone` in any language that is known; a sentence that begins so is the writer's."""
    words = _LINK.sub("", words[:300]).strip(" *_-–—<>()[]")
    folded = words.strip(".").casefold()
    match = SENT_FROM.match(folded) if len(folded) <= _LONGEST else None
    if match is None:
        return False
    rest = folded[match.end() :].strip()
    if DEVICES.search(folded):
        goes_on = _GOES_ON.search(rest)
        return goes_on is None or len(rest.split()) <= 4 or bool(DEVICES.match(rest, goes_on.end()))
    return (
        bool(_MY.search(match.group()))
        and len(rest.split()) <= 3
        and not re.search(r"[,;:!?.]", rest + words[-1:])
    )


def end_without_signature(lines: Sequence[Line], *, may_be_all: bool = False) -> int:
    """Where the words end: above a signature, a list's lines, or a telephone's line, at the end of these lines."""
    end = _without_blank(lines, len(lines))
    for _ in range(_MOST_SIGNATURES):
        shorter = _without_blank(lines, _without_one(lines, end))
        if shorter == end or (shorter == 0 and not may_be_all):
            break
        end = shorter
    return end


def end_without_programs_line(lines: Sequence[Line]) -> int:
    """Where the words end above a telephone's line alone."""
    end = _without_blank(lines, len(lines))
    shorter = _without_blank(lines, end - 1) if end and is_programs_line(lines[end - 1].words) else end
    return shorter or end


def _without_blank(lines: Sequence[Line], end: int) -> int:
    while end and lines[end - 1].is_blank:
        end -= 1
    return end


def _without_one(lines: Sequence[Line], end: int) -> int:
    if end and (is_programs_line(lines[end - 1].words) or lines[end - 1].is_signature):
        return end - 1
    if end > 1 and _is_wrapped_programs_line(lines[end - 2].words, lines[end - 1].words):
        return end - 2
    below = 0
    for at in range(end - 1, max(end - 1 - 2 * _MOST_LINES, -1), -1):
        line = lines[at]
        if not line.is_blank and _RULE.match(line.words) and _is_signature(line, lines[at + 1 : end], below):
            return at
        below += not line.is_blank
        if below > _MOST_LINES:
            break
    return end


def _is_wrapped_programs_line(first: str, second: str) -> bool:
    return (
        bool(first and second)
        and second.startswith(("<", "(", "["))
        and is_programs_line(f"{first} {second}")
    )


def _is_signature(rule: Line, below: Sequence[Line], count: int) -> bool:
    """A list's lines below any rule, and a signature below two dashes."""
    if _is_of_a_list(below, count):
        return True
    if not _DASHES.match(rule.words):
        return False
    if rule.raw.lstrip("> \t").startswith(("-- ", "--\xa0")):
        return True
    return count <= MOST_LINES_IN_DOUBT and all(
        len(line.words) <= _MOST_WORDS and not line.words.endswith((".", "?", "!", ":", ","))
        for line in below
    )


def _is_of_a_list(below: Sequence[Line], count: int) -> bool:
    """A few short lines that name the list, and where it is."""
    if count > _MOST_LIST_LINES or any(len(line.words) > _LONGEST_OF_A_LIST for line in below):
        return False
    return any(_OF_A_LIST.search(line.words) for line in below) and any(
        _ADDRESS.search(line.words) for line in below
    )


def is_closed_by_dashes(raw: str) -> bool:
    """The dashes and the space that programs write above a signature."""
    return raw.rstrip("\r\n") in ("-- ", "--\xa0") or bare(raw) == "--"

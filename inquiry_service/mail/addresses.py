"""The addresses in a header, whatever else stands there."""

import re
from email.utils import getaddresses

MAX_READ = 100_000  # characters of one header
_ANGLED = re.compile(r"<\s*([^<>@\s\"]{1,256}@[^<>\s\"]{1,256})\s*>")
_QUOTED = re.compile(r"\"(?:[^\"\\\\]|\\\\.)*\"")
_BETWEEN = re.compile(r"[,;]")


def named_addresses(value: str) -> list[tuple[str, str]]:
    """Each name with its address, as they came; nothing where the header cannot be read.

    What stands in `<…@…>` is the address and what is before it the name, also where that looks like another address: whoever reads
    `desk@school.example <somebody@else.example>` the other way round believes a stranger.
    """
    value = value[:MAX_READ]
    quoted = [match.span() for match in _QUOTED.finditer(value)]
    found: list[tuple[str, str]] = []
    at = 0
    for match in _ANGLED.finditer(value):
        if any(start <= match.start() < end for start, end in quoted):
            continue
        *others, name = _pieces(value, at, match.start(), quoted)
        found += [pair for other in others for pair in _by_library(other)]
        found.append((_name(name), match.group(1)))
        at = match.end()
    if not at:
        return _by_library(value)
    rest = _pieces(value, at, len(value), quoted)
    return found + [pair for other in rest for pair in _by_library(other)]


def bare_addresses(values: list[str]) -> list[str]:
    """The addresses alone."""
    return [address for value in values for _, address in named_addresses(value) if "@" in address]


def _pieces(value: str, start: int, end: int, quoted: list[tuple[int, int]]) -> list[str]:
    """What stands between commas; a comma in a quoted name is none."""
    cuts = [
        match.start()
        for match in _BETWEEN.finditer(value, start, end)
        if not any(begin <= match.start() < close for begin, close in quoted)
    ]
    begins = [start, *(cut + 1 for cut in cuts)]
    return [value[begin:cut] for begin, cut in zip(begins, [*cuts, end], strict=True)]


def _name(piece: str) -> str:
    """Without its quotes, and without the name of a group before it."""
    piece = piece.strip()
    if not piece.startswith('"'):
        piece = piece.rpartition(":")[2].strip()
    if len(piece) > 1 and piece[0] == piece[-1] == '"':
        piece = re.sub(r"\\(.)", r"\1", piece[1:-1])
    return piece


def _by_library(value: str) -> list[tuple[str, str]]:
    if "@" not in value:
        return []
    try:
        return getaddresses([value])
    except Exception:  # the library raises many kinds on broken headers, RecursionError among them
        return []

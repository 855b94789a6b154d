"""The header lines that a program copies above a quotation (From, Sent, To, Subject; in any language that is known), and the line of dashes above it."""

import re
from dataclasses import dataclass

from inquiry_service.mail.quotation.facts import facts_of, has_address, has_date
from inquiry_service.mail.quotation.lines import MAX_LOOKED_AT, Text
from inquiry_service.mail.quotation.program_words import FORWARDED, LABELS, ORIGINAL

_MOST_LINES = 40
_MOST_GOING_ON = 3  # lines of one value; of recipients more
_MOST_RECIPIENT_LINES = 12
_SEPARATOR = re.compile(r"[-_=*—–+> ]{2,}\s*([^\s-].{1,58}?[^\s-])\s*[-_=*—–+<: ]{2,}\Z")


@dataclass(frozen=True)
class HeaderBlock:
    """Lines `start` to `end`. `is_full` with a sender, a moment, and a recipient or a subject."""

    start: int
    end: int
    is_full: bool


@dataclass(frozen=True)
class Separator:
    """A line such as `-----Original Message-----`."""

    at: int
    is_forward: bool


def label_of(words: str) -> tuple[str, str] | None:
    """The kind of header, and what it says."""
    name, colon, value = words[:MAX_LOOKED_AT].replace("：", ":", 1).partition(":")
    if not colon or len(name) > 40:
        return None
    kind = LABELS.get(name.strip(" *_|").casefold())
    return (kind, value.strip(" *_|")) if kind else None


def find(text: Text, at: int) -> HeaderBlock | None:
    """A block of header lines that begins here, and says enough to be a mail's."""
    first = label_of(text.lines[at].words)
    if first is None or first[0] in ("copy", "other"):
        return None
    block = _Block()
    end = block.take(text, at)
    return HeaderBlock(at, end, block.is_full) if block.is_mails else None


class _Block:
    def __init__(self) -> None:
        self._values: dict[str, str] = {}
        self._kind = ""
        self._labels = self._gaps = self._going_on = 0
        self._is_even = True

    def take(self, text: Text, start: int) -> int:
        """Reads the lines; where the block ends."""
        at = end = start
        depth = text.lines[start].depth
        while at < min(start + _MOST_LINES, len(text.lines)):
            line = text.lines[at]
            if line.is_blank:
                following = text.next_with_words(at)
                if not self._bridges(text, following, following - at):
                    break
                at = following
                self._gaps += 1
                continue
            if (
                line.depth != depth
                or line.is_cited != text.lines[start].is_cited
                or (line.begins and at > start)
            ):
                break
            if not self._line(line.words):
                break
            at += 1
            end = at
        return end

    def _bridges(self, text: Text, following: int, blanks: int) -> bool:
        """A block has a blank line between all of its lines, or between none."""
        if blanks > 2 or following >= len(text.lines) or self._gaps < self._labels - 1:
            return False
        label = label_of(text.lines[following].words)
        if label is None or self._going_on:
            return False
        if "from" in self._values:
            return True  # `Subject: my form` may be the writer's last line
        return label[0] == "from" and self._values.keys() == {"sent"} and self._is_dated

    def _line(self, words: str) -> bool:
        label = label_of(words)
        if label is not None:
            if self._gaps and self._gaps < self._labels:
                self._is_even = (
                    False  # a line of the writer's, such as `Date: Monday`, above a program's block
                )
                return False
            if label[0] in self._values and label[0] not in ("copy", "other"):
                self._is_even = not self._gaps
                return False
            self._kind = label[0]
            self._labels += 1
            self._going_on = 0
            self._values[self._kind] = f"{self._values.get(self._kind, '')} {label[1]}"
            return True
        self._going_on += 1
        most = _MOST_RECIPIENT_LINES if self._kind in ("to", "copy") else _MOST_GOING_ON
        self._values[self._kind] += f" {words[:MAX_LOOKED_AT]}"
        return self._going_on <= most

    @property
    def _is_dated(self) -> bool:
        return any(has_date(self._values.get(kind, "")) for kind in ("sent", "date"))

    @property
    def _has_time(self) -> bool:
        return any(facts_of(self._values.get(kind, "")).has_time for kind in ("sent", "date"))

    @property
    def _has_address(self) -> bool:
        return any(has_address(self._values.get(kind, "")) for kind in ("from", "to", "copy"))

    @property
    def is_mails(self) -> bool:
        """`From: 9 AM` and `To: 5 PM` is not: an address, a subject, or a moment of sending must be there."""
        kinds = self._values.keys()
        if not self._is_even:
            return False
        if next(iter(kinds)) in ("subject", "to") and not (self._has_address or self._has_time):
            return False  # a list of somebody's own: a program begins with who, or when
        if "from" not in kinds:
            return self._is_dated and self._has_address and "to" in kinds
        moment = "sent" in kinds or self._is_dated
        if moment and ("sent" in kinds or "subject" in kinds or self._has_address):
            return self._is_dated or self._has_address or {"to", "subject"} <= kinds
        return "subject" in kinds and ("to" in kinds or self._has_address)

    @property
    def is_full(self) -> bool:
        """Nothing that a program writes there is missing."""
        kinds = self._values.keys()
        return "from" in kinds and self._is_dated and bool({"to", "subject"} & kinds)


def separator(text: Text, at: int) -> Separator | None:
    """A line of dashes with words of a mail program; unknown words count above a block of headers."""
    words = text.lines[at].words
    if len(words) > 100:
        return None
    match = _SEPARATOR.match(words)
    said = (match.group(1) if match else words.strip("*:： ")).strip(" -*").casefold()
    if FORWARDED.search(said) and (match or _is_above_headers(text, at)):
        return Separator(at, is_forward=True)
    if match is None or not said:
        return None
    if said in ORIGINAL or (words[0] in "-_*" and _is_above_headers(text, at)):
        return Separator(at, is_forward=False)
    return None


def _is_above_headers(text: Text, at: int) -> bool:
    after = text.next_with_words(at + 1)
    return after < len(text.lines) and after - at <= 3 and find(text, after) is not None

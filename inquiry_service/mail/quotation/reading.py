"""From the lines of a mail to what its writer wrote. In doubt everything is theirs: a quoted line too many is a blemish, a lost word a fault."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from inquiry_service.mail.quotation import attribution, facts, header_block, signatures
from inquiry_service.mail.quotation.lines import Text
from inquiry_service.mail.quotation.program_words import ANSWERS_INSIDE

_LINK_ALONE = re.compile(r"[<(]?(?:https?://|www\.)[^\s<>()]*[>)]\s*>?\Z")
_LINK_OPEN = re.compile(r"[<(](?:https?://|mailto:)[^\s<>()]*\Z")
_FULL_LINE = 72  # characters; a program that wraps a quoted line again does so beyond them


@dataclass(frozen=True)
class Written:
    """`text` is the writer's, `quoted` the rest in its order; `is_certain` where nothing in `text` can be another's, and no word is missing."""

    text: str
    has_quotation: bool
    is_certain: bool
    quoted: str = ""


@dataclass(frozen=True)
class Beginning:
    """Where a quotation begins, and where its program's own lines end. `is_marked` when the quoted lines are."""

    start: int
    end: int
    is_marked: bool
    is_forward: bool = False
    own_words: str = ""


class Reader:
    """Decides line by line whose it is."""

    def __init__(self, text: Text, *, keeps_forwards: bool) -> None:
        self.text = text
        self.lines = text.lines
        self.is_own = [not line.is_cited for line in self.lines]
        self.replaced: dict[int, str] = {}
        self._keeps_forwards = keeps_forwards
        self._has_broken_lines = False
        self._leave_known_signatures_out()

    def written(self, *, has_quotation: bool, is_certain: bool) -> Written:
        """The lines that are the writer's; all of them when none is."""
        own = [self.replaced.get(at, line.raw) for at, line in enumerate(self.lines) if self.is_own[at]]
        if not any(line.strip() for line in own):
            return Written(_joined(line.raw for line in self.lines), has_quotation, False)
        rest = [line.raw for at, line in enumerate(self.lines) if not self.is_own[at]]
        return Written(_joined(own), has_quotation, is_certain, _joined(rest))

    def read(self) -> Written:
        """A mail without our marker."""
        first = self._first_beginning()
        if first is None:
            has_quotation = self._read_signs_alone()
            self._leave_signature_out(0, len(self.lines))
            return self.written(has_quotation=has_quotation, is_certain=False)
        if first.is_forward and self._keeps_forwards:
            return self.written(has_quotation=True, is_certain=False)
        self._leave_beginning_out(first)
        if first.is_marked:
            self._read_below_marked(first.end)
            if self.announces_answers_inside(first.start) and not self._has_words(first.start + 1):
                self.keep_all()
        else:
            self.leave_out(first.end, len(self.lines))
            self._leave_signature_out(0, first.start)
            if self.announces_answers_inside(first.start) or self._says_nothing(first.start):
                self.keep_all()
        return self.written(has_quotation=True, is_certain=False)

    def _says_nothing(self, end: int) -> bool:
        """Only a telephone's line stands above: what was written stands below, where nothing marks it."""
        own = [
            line.words
            for own, line in zip(self.is_own[:end], self.lines[:end], strict=True)
            if own and line.words
        ]
        return bool(own) and all(signatures.is_programs_line(words) for words in own)

    def announces_answers_inside(self, end: int) -> bool:
        """The writer says that their answers stand in the quotation, where nothing marks them."""
        return any(
            ANSWERS_INSIDE.search(line.words[:500].casefold())
            for line in self.lines[:end]
            if not line.is_quoted
        )

    def beginning(self, at: int) -> Beginning | None:
        """A quotation that begins in this line."""
        if self.lines[at].begins:
            return self._as_the_program_marked(at)
        if (said := attribution.find(self.text, at)) is not None:
            return Beginning(at, said.end, self._is_marked_below(said.end), own_words=said.own_words)
        if (block := header_block.find(self.text, at)) is not None:
            return Beginning(at, block.end, self._is_marked_at(block.end))
        if (separator := header_block.separator(self.text, at)) is not None:
            return self._below_separator(at, separator.is_forward)
        return None

    def keep_all(self) -> None:
        """In doubt everything is the writer's."""
        self.is_own = [True] * len(self.lines)
        self.replaced = {}

    def leave_out(self, start: int, end: int) -> None:
        """These lines are not the writer's."""
        self.is_own[start:end] = [False] * (end - start)

    def _has_words(self, start: int) -> bool:
        return any(
            own and line.words for own, line in zip(self.is_own[start:], self.lines[start:], strict=True)
        )

    def _leave_known_signatures_out(self) -> None:
        """What a program says is a signature, with the dashes above it, as long as there are other words."""
        found = [at for at, line in enumerate(self.lines) if line.is_signature and self.is_own[at]]
        known = {*found, *(at - 1 for at in found if at and self.lines[at - 1].is_decoration)}
        if any(
            own and line.words and at not in known
            for at, (own, line) in enumerate(zip(self.is_own, self.lines, strict=True))
        ):
            for at in known:
                self.is_own[at] = False

    def _as_the_program_marked(self, at: int) -> Beginning:
        block = header_block.find(self.text, at)
        separator = header_block.separator(self.text, at)
        return Beginning(
            at,
            block.end if block else at,
            is_marked=False,
            is_forward=bool(separator and separator.is_forward),
        )

    def _below_separator(self, at: int, is_forward: bool) -> Beginning:
        after = self.text.next_with_words(at + 1)
        if not is_forward and after < len(self.lines):
            said = attribution.find(self.text, after)
            if said is not None or self.lines[after].is_quoted:
                end = said.end if said else after
                return Beginning(at, end, self._is_marked_below(end))
            if (block := header_block.find(self.text, after)) is not None:
                return Beginning(at, block.end, self._is_marked_at(block.end))
        return Beginning(at, at + 1, is_marked=False, is_forward=is_forward)

    def _is_marked_at(self, at: int) -> bool:
        """Old programs mark lines below a block of headers too."""
        at = self.text.next_with_words(at)
        return at < len(self.lines) and self.lines[at].is_quoted

    def _is_marked_below(self, at: int) -> bool:
        """The next lines with signs belong to this attribution: no other stands between."""
        at = self.text.next_with_words(at)
        while at < len(self.lines):
            if self.lines[at].is_quoted:
                return True
            if attribution.find(self.text, at) is not None or header_block.find(self.text, at) is not None:
                return False
            at = self.text.next_with_words(at + 1)
        return False

    def _first_beginning(self) -> Beginning | None:
        at = self.text.next_with_words(0)
        while at < len(self.lines):
            if not self.lines[at].is_quoted and (found := self.beginning(at)) is not None:
                return found
            at = self.text.next_with_words(at + 1)
        return None

    def _leave_beginning_out(self, found: Beginning) -> None:
        self.leave_out(self.start_of_rules_above(found.start), found.end)
        if found.own_words:
            self.is_own[found.start] = True
            self.replaced[found.start] = found.own_words

    def start_of_rules_above(self, start: int) -> int:
        """Rules of dashes right above are the program's too."""
        above = start
        while above and self._is_rule(above - 1):
            above -= 1
        while above < start and self.lines[above].is_blank:
            above += 1
        return above

    def _is_rule(self, at: int) -> bool:
        line = self.lines[at]
        return line.is_blank or line.is_decoration or facts.is_dashed(line.words)

    def _read_below_marked(self, start: int) -> None:
        """Marked lines are quoted; between and below them the writer goes on, until a quotation without marks begins."""
        at, last_quoted = start, start
        self._has_broken_lines = any(self._is_left_over(at) for at in range(start, len(self.lines)))
        while at < len(self.lines):
            line = self.lines[at]
            if line.is_quoted or self._is_left_over(at):
                self.is_own[at] = False
                last_quoted = at + 1
            elif line.words and (found := self.beginning(at)) is not None and not found.is_forward:
                self._leave_beginning_out(found)
                if not found.is_marked:
                    self.leave_out(found.end, len(self.lines))
                    return
                at = max(found.end, at + 1)
                last_quoted = at
                continue
            at += 1
        self._leave_signature_out(last_quoted, len(self.lines))

    def _is_left_over(self, at: int) -> bool:
        """The end of a quoted line that a program wrapped again, without a sign: the writer's own would not stand so close."""
        if not (0 < at < len(self.lines) - 1) or not self.lines[at].words:
            return False
        above, line, below = self.lines[at - 1], self.lines[at], self.lines[at + 1]
        if not (above.depth and not above.is_blank and below.depth):
            return (
                False
                if not (above.depth and below.depth)
                else bool(_LINK_ALONE.match(line.words) and line.words.endswith(">"))
            )
        if (
            _LINK_OPEN.search(above.words[-300:])
            and " " not in line.words
            and line.words.endswith((")", ">"))
        ):
            return True
        if _LINK_ALONE.match(line.words) and line.words.endswith(">") and line.words.startswith(("(", "<")):
            return True
        if (
            "(http" in above.words[-300:].rpartition(")")[2]
            and " " not in line.words
            and line.words.endswith(")")
        ):
            return True
        first = line.words.split(None, 1)[0]
        is_full = len(above.raw.rstrip()) + 1 + len(first) > _FULL_LINE
        return (
            is_full and line.words[0].islower() and (self._has_broken_lines or above.words[-1] not in ".?!:;")
        )

    def _read_signs_alone(self) -> bool:
        """Marked lines under no program's line: quoted where they begin or end the mail, or where an attribution is among them."""
        runs = self._runs()
        if not runs:
            return any(line.is_cited for line in self.lines)
        if any(self._is_quotation(start, end) for start, end in runs) or self._ends_the_mail(*runs[-1]):
            for at, line in enumerate(self.lines):
                if line.is_quoted or self._is_left_over(at):
                    self.is_own[at] = False
        return True

    def _runs(self) -> list[tuple[int, int]]:
        runs: list[tuple[int, int]] = []
        at = 0
        while at < len(self.lines):
            start = at
            while at < len(self.lines) and self.lines[at].is_quoted:
                at += 1
            if at > start:
                runs.append((start, at))
            at = max(at, start + 1)
        return runs

    def _is_quotation(self, start: int, end: int) -> bool:
        first = self.text.next_with_words(start)
        if first >= end:
            return False
        if self.lines[first].is_cited or self.beginning(first) is not None:
            return True
        begins_the_mail = self.text.next_with_words(0) == first and not self.lines[first].is_set_apart
        return begins_the_mail and self.text.next_with_words(end) < len(self.lines)

    def _ends_the_mail(self, start: int, end: int) -> bool:
        """Only a signature stands below. What the writer introduces with a colon belongs to their words."""
        above = next((line for line in reversed(self.lines[max(start - 3, 0) : start]) if line.words), None)
        if above is None or above.words.endswith((":", "：")) or self.lines[start].is_set_apart:
            return False
        return signatures.end_without_signature(self.lines[end:], may_be_all=True) == 0

    def _leave_signature_out(self, start: int, end: int) -> None:
        own = [at for at in range(start, end) if self.is_own[at]]
        has_words_above = any(self.is_own[at] and self.lines[at].words for at in range(start))
        kept = signatures.end_without_signature([self.lines[at] for at in own], may_be_all=has_words_above)
        for at in own[kept:]:
            self.is_own[at] = False


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(lines).strip()

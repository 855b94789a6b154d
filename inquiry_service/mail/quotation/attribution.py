"""The line that a mail program writes above its quotation: who wrote, and when; in any language, wrapped or not.

No language is asked for. A line is one when enough facts of a mail stand in it: an address, a time of day, a full date, the word for `wrote`.
"""

import re
from dataclasses import dataclass
from itertools import islice

from mailparser_reply.constants import MAIL_LANGUAGES

from inquiry_service.mail.quotation.facts import Facts, begins, facts_of, has_date, has_verb
from inquiry_service.mail.quotation.lines import MAX_LOOKED_AT, Text, bare
from inquiry_service.mail.quotation.program_words import DAYS, WROTE

MOST_LINES = 5  # that one attribution is wrapped over
_LAST_WORDS = tuple(
    {verb.replace("\\", "").rpartition(" ")[2] for verbs in WROTE.values() for verb in verbs.split("|")}
)
_FULL_LINE = 28  # characters; a program wraps no shorter line, except at an address

_WORTH_A_LOOK = re.compile(r"[\d@]|\A\W{0,3}-{2,20} ?\w")
_ADDRESS_LAST = re.compile(
    r"\S{1,64}@[^\s<>]{1,250}[:：]\Z|[<(\[][^<>\[\]]{0,200}@[^<>]{1,250}[>)\]]{1,2}[,\s]*[:：]\Z"
)
_ADDRESS_CLOSED = re.compile(r"<[^<>\s]+@[^<>\s]+>\Z")
_WITHIN_A_LINE = re.compile(  # the word that begins it is a capital one: `hat am 23.11. geschrieben` goes on
    rf"(?<=[\s-])(?:On|Am|Le|El|Em|Il|Op|Den|Dnia|W dniu)(?= (?:\d|(?i:{'|'.join(map(re.escape, sorted(DAYS, key=len, reverse=True)))})[., ]))"
)
_SHARED_COLON = re.compile(r":(?:  (?=\s*\S)|(?=[A-Za-z>]))")
_MOST_COLONS = 5
_WRITER_ALONE = re.compile(
    r"(?P<name>(?:[^\s<>@:,;]{1,40} ){0,4})[<(]?[^\s<>()@:,;]{1,64}@[^\s<>()@:,;]{1,250}[>)]? \S{1,20}(?: \S{1,20})?\Z"
)
_OPEN = re.compile(r"[<(\[][^<>()\[\]]*\Z")
_KNOWN_TO_THE_LIBRARY = [
    re.compile(words["wrote_header"]) for words in MAIL_LANGUAGES.values() if "wrote_header" in words
]
_MOST_FOR_THE_LIBRARY = 200  # characters; its patterns are not linear


@dataclass(frozen=True)
class Attribution:
    """Lines `start` to `end`. `own_words` are the writer's, where they share its first line."""

    start: int
    end: int
    is_marked: bool
    own_words: str = ""


def find(text: Text, at: int) -> Attribution | None:
    """An attribution that begins in this line; the shortest that is one."""
    lines = text.lines
    if not _WORTH_A_LOOK.search(lines[at].words[:MAX_LOOKED_AT]):
        return None
    joined, end = "", at
    for _ in range(MOST_LINES):
        if end >= len(lines) or (lines[end].is_blank and not _may_go_on_after_a_blank(joined, text, end)):
            return None
        if lines[end].is_blank:
            end += 1
            continue
        if joined and (lines[end].is_quoted > lines[at].is_quoted) and not _is_open(joined):
            return None
        if joined and not _goes_on(joined, lines[end - 1].words, lines[end].words):
            return None
        joined = f"{joined} {_as_it_goes_on(text, at, end)}".strip()
        end += 1
        if len(joined) > MAX_LOOKED_AT:
            return None
        is_marked = _is_marked(text, at, end)
        if _may_end_here(joined) or (is_marked and joined.endswith(">")):
            found = _of(text, at, end, joined, is_marked=is_marked)
            if found is not None:
                return None if _begins_later(text, at, end) else found
        if end == at + 1 and (shared := _sharing_a_line(text, at)) is not None:
            return shared
    return None


def _sharing_a_line(text: Text, at: int) -> Attribution | None:
    """Yahoo's telephones put the quotation behind its attribution, after some spaces; other programs right behind its colon."""
    raw = text.lines[at].raw[:MAX_LOOKED_AT]
    for colon in islice(_SHARED_COLON.finditer(raw), _MOST_COLONS):
        facts = facts_of(bare(raw[: colon.start() + 1]))
        if facts.ends_with_verb and facts.begins_like_one and not facts.is_said_by_writer:
            least = 3 if colon.group().endswith(" ") else 2
            return Attribution(at, at + 1, is_marked=False) if facts.count >= least else None
    return None


def _begins_later(text: Text, start: int, end: int) -> bool:
    """The writer's last lines stand close above an attribution: without them it is one too."""
    for at in range(start + 1, end):
        joined = " ".join(text.lines[line].words for line in range(at, end))
        begins_with_date, begins_like_one = begins(joined)
        if not begins_like_one or _of(text, at, end, joined, is_marked=_is_marked(text, at, end)) is None:
            continue
        rest = facts_of(joined)
        if not (rest.has_verb or rest.has_address):
            continue  # a wrapped date
        above = " ".join(text.lines[line].words for line in range(start, at))
        if not begins_with_date or not begins(above)[1] or facts_of(above).has_date:
            return True
    return False


def _may_end_here(joined: str) -> bool:
    """A colon, dashes or the word for `wrote`: cheap to see, and rare."""
    end = joined.rstrip(' *_-"”»')
    if end.endswith((":", "：")) or joined.endswith("--"):
        return True
    return end.rpartition(" ")[2].casefold().endswith(_LAST_WORDS)


def _as_it_goes_on(text: Text, start: int, at: int) -> str:
    """A sign before `:` or `wrote:` closes an address, and is no sign of quotation."""
    line = text.lines[at]
    if at > start and line.depth > text.lines[start].depth:
        return ">" * (line.depth - text.lines[start].depth) + line.words
    return line.words


def _may_go_on_after_a_blank(joined: str, text: Text, at: int) -> bool:
    after = text.next_with_words(at)
    return (
        bool(joined)
        and after == at + 1
        and after < len(text.lines)
        and text.lines[after].words.startswith("<")
        and len(joined) >= _FULL_LINE
    )


def _is_open(joined: str) -> bool:
    return bool(_OPEN.search(joined)) or joined.count("<") > joined.count(">")


def _goes_on(joined: str, above: str, words: str) -> bool:
    """A wrapped line is long, or ends within an address, or has begun as an attribution; it does not end as a sentence."""
    if _is_open(joined) or words.startswith(("<", "(", "[", ">")):
        return True
    if above.endswith(".") and not (words[0].isdigit() or above[:-1].rpartition(" ")[2].isdigit()):
        return False
    if above.endswith(("!", "?", ":", "：", ";")):
        return False
    if len(above) >= _FULL_LINE or (len(words) <= 30 and words.endswith((":", "：")) and has_verb(words)):
        return True
    return begins(joined)[1] and facts_of(joined).count > 0


def _of(text: Text, start: int, end: int, joined: str, *, is_marked: bool) -> Attribution | None:
    within = _last_within(joined)
    if within > len(text.lines[start].words):
        return None  # it begins in a later line
    if within > 0:
        facts = facts_of(joined[within:])
        if facts.ends_with_verb and facts.count >= 2 and (is_marked or facts.has_colon):
            return Attribution(start, end, is_marked, joined[:within].rstrip(" -—–"))
        if facts.has_verb and facts.has_colon and facts.count >= 2:
            return Attribution(start, end, is_marked, joined[:within].rstrip(" -—–"))
    facts = facts_of(joined)
    if is_marked or text.lines[start].is_quoted:
        is_one = _above_marked(facts)
    else:
        is_one = _above_unmarked(facts, is_paragraph=text.is_blank_round(start, end))
    return Attribution(start, end, is_marked) if is_one else None


def _is_marked(text: Text, start: int, end: int) -> bool:
    after = text.next_with_words(end)
    return after < len(text.lines) and text.lines[after].is_quoted and not text.lines[start].is_quoted


def _last_within(joined: str) -> int:
    found = 0
    for match in _WITHIN_A_LINE.finditer(joined):
        found = match.start()
    return found


def _above_marked(facts: Facts) -> bool:
    """What follows is marked, so that little is lost: one fact beside the word for `wrote`, or two without."""
    if facts.is_dashed and facts.has_verb:
        return True
    if facts.is_said_by_writer:
        return False
    if not facts.has_colon:
        return (facts.ends_with_verb and facts.count >= 2 and facts.begins_like_one) or (
            facts.begins_with_date and facts.has_date and bool(_ADDRESS_CLOSED.search(facts.words))
        )
    if facts.has_verb and (
        facts.count >= 2 or (facts.count and facts.ends_with_verb and facts.begins_like_one)
    ):
        return True
    if _names_a_writer(facts) or (facts.count >= 2 and facts.begins_with_date):
        return True
    if _ADDRESS_LAST.search(facts.words) and len(facts.words.split()) <= 8:
        return True
    if facts.has_verb and (facts.ends_with_verb or facts.count) and _begins_with_a_name(facts.words):
        return True
    return facts.count == 3 or _library_knows(facts.words)


def _above_unmarked(facts: Facts, *, is_paragraph: bool) -> bool:
    """What follows cannot be told from the writer's words but by this line: it must be a program's without doubt."""
    if facts.is_dashed and facts.has_verb and facts.count >= 1:
        return True
    if facts.is_said_by_writer:
        return False
    if facts.has_colon and facts.has_verb and facts.has_address and facts.count >= 2:
        return facts.begins_like_one or facts.count == 3
    if facts.has_colon and facts.count == 3 and facts.begins_with_date:
        return bool(_ADDRESS_LAST.search(facts.words))
    if is_paragraph and facts.has_colon and facts.ends_with_verb and _is_writer_alone(facts.words):
        return True
    return (
        is_paragraph
        and facts.ends_with_verb
        and facts.begins_like_one
        and facts.has_date
        and (facts.has_colon or facts.count == 3)
    )


def _names_a_writer(facts: Facts) -> bool:
    """`Name <address> wrote:`, in a few words."""
    return facts.has_address and facts.ends_with_verb and len(facts.words.split()) <= 9


def _begins_with_a_name(words: str) -> bool:
    """`Ann Lee wrote:`, `Ann schrieb am 3.5.2026:`: a few words, the first with a capital."""
    return words[:1].isupper() and len(words.split()) <= 6


def _is_writer_alone(words: str) -> bool:
    """`Ann Lee <ann@example.com> wrote:` and nothing else: names have capitals, or are of a script that has none."""
    found = _WRITER_ALONE.match(words.rstrip(" *_:："))
    return found is not None and not any(word[0].islower() for word in found["name"].split())


def _library_knows(words: str) -> bool:
    return (
        len(words) <= _MOST_FOR_THE_LIBRARY
        and has_date(words)
        and any(wrote.fullmatch(words) for wrote in _KNOWN_TO_THE_LIBRARY)
    )

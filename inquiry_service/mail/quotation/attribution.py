"""The line that a mail program writes above its quotation: who wrote, and when; in any language, wrapped or not.

No language is asked for. A line is one when enough facts of a mail stand in it: an address, a time of day, a full date, the word for `wrote`.
"""

import re
from dataclasses import dataclass

from mailparser_reply.constants import MAIL_LANGUAGES

from inquiry_service.mail.quotation.lines import MAX_LOOKED_AT, Text
from inquiry_service.mail.quotation.program_words import BEGINS, DAYS, WROTE, WROTE_WITHOUT_SPACE, any_of

MOST_LINES = 5  # that one attribution is wrapped over
_MOST_SMALL_WORDS = 8
_FULL_LINE = 35  # characters; a program wraps no shorter line, except at an address

_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:@]{1,64}@[^\s<>()\[\]\"',;:@]{1,255}")
_TIME = re.compile(
    r"(?<![\d.:/-])\d{1,2}(?:[:：٫h]|\.(?=\d\d(?![\d.])))[ ]?\d{2}(?!\d|[./-]\d)|\b\d{1,2} ?(?:[ap]\.?m\b|uhr\b)|[時点时시] ?\d{0,2}",
    re.IGNORECASE,
)
_NUMERIC_DATE = re.compile(r"(?<!\d)\d{1,4} ?[./-] ?\d{1,2} ?[./-] ?\d{1,4}(?!\d)|\d{4} ?[年년]")
_NAMED_DATE = re.compile(
    r"(?<!\d)\d{1,2}\.?[- ][^\W\d_]{3,12}\.?[-, ]{1,2}\d{2,4}(?!\d)|[^\W\d_]{3,12}\.?[- ]\d{1,2}(?:st|nd|rd|th)?[-, ]{1,2}(?:\d{4}|\d{2}(?!\d))"
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_DAY = re.compile(r"(?<!\d)(?<!\d:)\d{1,2}(?![\d:])")
_VERB = re.compile(rf"(?<![^\W\d_])(?:{any_of(WROTE)})(?![^\W\d_])|(?:{any_of(WROTE_WITHOUT_SPACE)})")
_ENDS = re.compile(r"[\s*_\"”»]*[:：]?[\s*_-]*\Z")
_DASHED = re.compile(r"\W{0,2}-{2,}.*-{2,}:?\Z")
_WORTH_A_LOOK = re.compile(r"[\d@]|\A\W{0,3}-{2,20} ?\w")
_ADDRESS_LAST = re.compile(
    r"\S{1,64}@[^\s<>]{1,250}[:：]\Z|[<(\[][^<>\[\]]{0,200}@[^<>]{1,250}[>)\]]{1,2}[,\s]*[:：]\Z"
)
_ADDRESS_CLOSED = re.compile(r"<[^<>\s]+@[^<>\s]+>\Z")
_WITHIN_A_LINE = re.compile(  # the word that begins it is a capital one: `hat am 23.11. geschrieben` goes on
    rf"(?<=[\s-])(?:On|Am|Le|El|Em|Il|Op|Den|Dnia|W dniu)(?= (?:\d|(?i:{'|'.join(map(re.escape, sorted(DAYS, key=len, reverse=True)))})[., ]))"
)
_SAID_BY_WRITER = re.compile(  # `On 3 March at 5 pm I sent you:`, and what ends as no attribution does within
    r"[?!] |\b(?:i|we)(?: have| had|'ve)? (?:wrote|sent|said|asked)\b|\b(?:ich|wir) (?:schrieb|habe)|\b(?:schrieb|habe) ich\b|\bj'ai\b|\bho scritto\b"
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


@dataclass(frozen=True)
class _Facts:
    words: str
    has_address: bool
    has_time: bool
    has_date: bool
    has_verb: bool
    has_colon: bool
    ends_with_verb: bool
    is_dashed: bool
    begins_with_date: bool
    begins_like_one: bool
    is_said_by_writer: bool

    @property
    def count(self) -> int:
        return self.has_address + self.has_time + self.has_date


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
        if (found := _of(text, at, end, joined)) is not None:
            return found
    return None


def looks_like_one(words: str) -> bool:
    """It may be an attribution that no rule knows: a line that ends with a colon and names an address or a time."""
    return words.endswith((":", "：")) and bool(
        _ADDRESS.search(words[-MAX_LOOKED_AT:]) or _TIME.search(words[-MAX_LOOKED_AT:])
    )


def is_dashed(words: str) -> bool:
    """`-----Ann wrote: -----`, which some programs write above a block of headers."""
    return len(words) <= 100 and bool(_DASHED.match(words)) and bool(_VERB.search(words.casefold()))


def says_much(words: str) -> bool:
    """A line with a colon at its end and two facts of a mail: another's mail may begin below it, in whatever language."""
    return words.endswith((":", "：")) and len(words) <= MAX_LOOKED_AT and _facts(words).count >= 2


def has_address(words: str) -> bool:
    """A mail address stands in it."""
    return "@" in words and bool(_ADDRESS.search(words[:MAX_LOOKED_AT]))


def has_date(words: str) -> bool:
    """A full date, or a time of day."""
    words = words[:MAX_LOOKED_AT]
    return bool(_TIME.search(words)) or _is_dated(words)


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
    if len(joined) >= _FULL_LINE or (
        len(words) <= 30 and words.endswith((":", "：")) and _VERB.search(words.casefold())
    ):
        return True
    facts = _facts(joined)
    return facts.begins_like_one and facts.count > 0


def _of(text: Text, start: int, end: int, joined: str) -> Attribution | None:
    after = text.next_with_words(end)
    is_marked = after < len(text.lines) and text.lines[after].is_quoted and not text.lines[start].is_quoted
    if (within := _last_within(joined)) > 0:
        facts = _facts(joined[within:])
        if facts.ends_with_verb and facts.count >= 2 and (is_marked or facts.has_colon):
            return Attribution(start, end, is_marked, joined[:within].rstrip(" -—–"))
        if facts.has_verb and facts.has_colon and facts.count >= 2:
            return Attribution(start, end, is_marked, joined[:within].rstrip(" -—–"))
    facts = _facts(joined)
    if is_marked or text.lines[start].is_quoted:
        is_one = _above_marked(facts)
    else:
        is_one = _above_unmarked(facts, is_paragraph=text.is_blank_round(start, end))
    return Attribution(start, end, is_marked) if is_one else None


def _last_within(joined: str) -> int:
    found = 0
    for match in _WITHIN_A_LINE.finditer(joined):
        found = match.start()
    return found


def _above_marked(facts: _Facts) -> bool:
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
    return facts.count == 3 or _library_knows(facts.words)


def _above_unmarked(facts: _Facts, *, is_paragraph: bool) -> bool:
    """What follows cannot be told from the writer's words but by this line: it must be a program's without doubt."""
    if facts.is_dashed and facts.has_verb and facts.count >= 1:
        return True
    if facts.is_said_by_writer:
        return False
    if facts.has_colon and facts.has_verb and facts.has_address and facts.count >= 2:
        return facts.begins_like_one or facts.count == 3
    if facts.has_colon and facts.count == 3 and facts.begins_with_date:
        return bool(_ADDRESS_LAST.search(facts.words))
    return (
        is_paragraph
        and facts.ends_with_verb
        and facts.begins_like_one
        and facts.has_date
        and (facts.has_colon or facts.count == 3)
    )


def _names_a_writer(facts: _Facts) -> bool:
    """`Name <address> wrote:`, in a few words."""
    return facts.has_address and facts.ends_with_verb and len(facts.words.split()) <= 9


def _library_knows(words: str) -> bool:
    return (
        len(words) <= _MOST_FOR_THE_LIBRARY
        and has_date(words)
        and any(wrote.fullmatch(words) for wrote in _KNOWN_TO_THE_LIBRARY)
    )


def _is_dated(words: str) -> bool:
    if _NUMERIC_DATE.search(words) or _NAMED_DATE.search(words):
        return True
    return bool(_YEAR.search(words)) and bool(_DAY.search(words))


def _is_prose(words: str) -> bool:
    """Names have capitals; of the small words that programs write there are never so many."""
    return (
        sum(word.islower() and word.isalpha() and len(word) > 1 for word in words.split()) > _MOST_SMALL_WORDS
    )


def _facts(words: str) -> _Facts:
    words = words.strip(" *_")
    folded = words.casefold()
    verb = next(reversed([*_VERB.finditer(folded)]), None)
    first, second = ([word.strip("*_,.'\"(-").casefold() for word in words.split(None, 2)[:2]] + ["", ""])[:2]
    digit_first = first[:1].isdigit()
    day_first = first in DAYS and (second[:1].isdigit() or words.split(None, 1)[0].endswith((",", ".")))
    return _Facts(
        words=words,
        has_address=has_address(words),
        has_time=bool(_TIME.search(words)),
        has_date=_is_dated(words),
        has_verb=verb is not None,
        has_colon=words.rstrip("*_- ").endswith((":", "：")),
        ends_with_verb=verb is not None and bool(_ENDS.match(folded, verb.end())),
        is_dashed=bool(_DASHED.match(words)),
        begins_with_date=digit_first or day_first,
        begins_like_one=digit_first or first in DAYS or first in BEGINS,
        is_said_by_writer=bool(_SAID_BY_WRITER.search(folded)) or _is_prose(words),
    )

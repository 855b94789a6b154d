"""What of a mail stands in a line: an address, a time of day, a full date, the word for `wrote`; in any language."""

import re
from dataclasses import dataclass

from inquiry_service.mail.quotation.lines import MAX_LOOKED_AT
from inquiry_service.mail.quotation.program_words import BEGINS, DAYS, WROTE, WROTE_WITHOUT_SPACE, any_of

_MOST_SMALL_WORDS = 8
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
_SAID_BY_WRITER = re.compile(  # `On 3 March at 5 pm I sent you:`, and what ends as no attribution does within
    r"[?!] |\b(?:i|we)(?: have| had|'ve)? (?:wrote|sent|said|asked)\b|\b(?:ich|wir) (?:schrieb|habe)|\b(?:schrieb|habe) ich\b|\bj'ai\b|\bho scritto\b"
)


@dataclass(frozen=True)
class Facts:
    """`begins_like_one` with a date or a word that attributions begin with; `is_said_by_writer` where a person speaks."""

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
        """Of address, time and date."""
        return self.has_address + self.has_time + self.has_date


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
    return words.endswith((":", "：")) and len(words) <= MAX_LOOKED_AT and facts_of(words).count >= 2


def has_address(words: str) -> bool:
    """A mail address stands in it."""
    return "@" in words and bool(_ADDRESS.search(words[:MAX_LOOKED_AT]))


def has_date(words: str) -> bool:
    """A full date, or a time of day."""
    words = words[:MAX_LOOKED_AT]
    return bool(_TIME.search(words)) or _is_dated(words)


def _is_dated(words: str) -> bool:
    if _NUMERIC_DATE.search(words) or _NAMED_DATE.search(words):
        return True
    return bool(_YEAR.search(words)) and bool(_DAY.search(words))


def _is_prose(words: str) -> bool:
    """Names have capitals; of the small words that programs write there are never so many."""
    return (
        sum(word.islower() and word.isalpha() and len(word) > 1 for word in words.split()) > _MOST_SMALL_WORDS
    )


def begins(words: str) -> tuple[bool, bool]:
    """Whether a date comes first, and whether it may be an attribution's first word at all."""
    head = words.split(None, 2)[:2]
    first, second = ([word.strip("*_,.'\"(-").casefold() for word in head] + ["", ""])[:2]
    is_digit = first[:1].isdigit()
    is_day = first in DAYS and (second[:1].isdigit() or head[0].endswith((",", ".")))
    return is_digit or is_day, is_digit or first in DAYS or first in BEGINS


def facts_of(words: str) -> Facts:
    """All of them; only of a line that may be an attribution, for it takes time."""
    words = words.strip(" *_")
    folded = words.casefold()
    verb = next(reversed([*_VERB.finditer(folded)]), None)
    begins_with_date, begins_like_one = begins(words)
    return Facts(
        words=words,
        has_address=has_address(words),
        has_time=bool(_TIME.search(words)),
        has_date=_is_dated(words),
        has_verb=verb is not None,
        has_colon=words.rstrip("*_- ").endswith((":", "：")),
        ends_with_verb=verb is not None and bool(_ENDS.match(folded, verb.end())),
        is_dashed=bool(_DASHED.match(words)),
        begins_with_date=begins_with_date,
        begins_like_one=begins_like_one,
        is_said_by_writer=bool(_SAID_BY_WRITER.search(folded)) or _is_prose(words),
    )


def has_verb(words: str) -> bool:
    """The word for `wrote` stands in it."""
    return bool(_VERB.search(words.casefold()))

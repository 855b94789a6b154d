"""What somebody typed into the search, taken apart. Pure: `from:ana status:open before:2026-11-01 "part time"`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from inquiry_service.domain.tag_words import tag_word
from inquiry_service.terms import InquiryStatus
from shared.errors import Invalid
from shared.phrases import Phrase, phrase

OPERATORS = ("from", "program", "status", "tag", "before", "after", "has", "is")
_TERM = re.compile(r'(-?)(?:([a-z]+):)?("([^"]*)"?|\S+)', re.IGNORECASE)
_DIGITS_OF_A_PHONE = 4
_PHONE = re.compile(r"\+?[\d\s().-]{7,}")
_LONGEST_NATIONAL = 10  # digits; what stands before them says the country, which few people store
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class SearchTerms:
    """`words` as typed, for a search of all texts; `beginning` is the last of them, which may not be typed to its end.

    `before` and `after` are days of the school: before the first is, from the day behind the second on.
    """

    words: str = ""
    beginning: str = ""
    senders: tuple[str, ...] = ()
    program: str | None = None
    status: str | None = None
    tag: str | None = None
    before: date | None = None
    after: date | None = None
    phone_digits: str = ""  # as they end a number
    has_files: bool = False
    is_mine: bool = False
    is_unassigned: bool = False
    name_words: tuple[str, ...] = field(default=(), compare=False)


def search_terms(typed: str) -> SearchTerms:
    """The terms. Raises Invalid with a sentence about `q` for an operator that cannot be."""
    text = " ".join(typed.split())
    digits = re.sub(r"\D", "", text)
    if _PHONE.fullmatch(text) and len(digits) >= _DIGITS_OF_A_PHONE:
        return SearchTerms(phone_digits=digits[-_LONGEST_NATIONAL:])
    found: dict[str, object] = {}
    senders: list[str] = []
    words: list[str] = []
    for minus, operator, value, quoted in _TERM.findall(text):
        plain = quoted if value.startswith('"') else value
        if operator.lower() not in OPERATORS or minus:
            words.append(f"{minus}{operator}:{value}" if operator else f"{minus}{value}")
        elif operator.lower() == "from":
            senders.append(_sender(plain))
        else:
            found |= _READERS[operator.lower()](plain)
    beginning = words[-1] if words and _WORD.fullmatch(words[-1]) and not words[-1].isdigit() else ""
    return SearchTerms(
        words=" ".join(words[:-1] if beginning else words),
        beginning=beginning,
        senders=tuple(senders),
        name_words=tuple(
            word.casefold() for word in [*words, *senders] if _WORD.fullmatch(word) and word.isalpha()
        ),
        **found,  # type: ignore[arg-type]
    )


def _sender(value: str) -> str:
    if not _WORD.search(value):
        raise _no(phrase("from: needs a name or an address."))
    return value.lower()


def _day(name: str, value: str) -> dict[str, object]:
    try:
        day = date.fromisoformat(value)
        return {name: day + timedelta(days=1) if name == "after" else day}
    except (ValueError, OverflowError):
        raise _no(phrase("Write the day as in %(name)s:2026-11-01.", name=name)) from None


def _tag(value: str) -> dict[str, object]:
    word = tag_word(value)
    if not word:
        raise _no(phrase("tag: needs a word."))
    return {"tag": word}


def _status(value: str) -> dict[str, object]:
    if value.lower() not in tuple(InquiryStatus):
        raise _no(phrase("status: is one of %(names)s.", names=", ".join(InquiryStatus)))
    return {"status": value.lower()}


def _has(value: str) -> dict[str, object]:
    if value.lower() not in ("attachment", "file"):
        raise _no(phrase("has: knows has:attachment."))
    return {"has_files": True}


def _is(value: str) -> dict[str, object]:
    names = {"mine": "is_mine", "unassigned": "is_unassigned"}
    if value.lower() not in names:
        raise _no(phrase("is: knows is:mine and is:unassigned."))
    return {names[value.lower()]: True}


_READERS = {
    "program": lambda value: {"program": value.lower()},
    "tag": _tag,
    "status": _status,
    "before": lambda value: _day("before", value),
    "after": lambda value: _day("after", value),
    "has": _has,
    "is": _is,
}


def filters_of(terms: SearchTerms, person_id: UUID) -> dict[str, object]:
    """The values of the queue's filters, by the names they have there; those that were not asked for are left out."""
    values: dict[str, object] = {
        "words": terms.words,
        "beginning": f"{terms.beginning}:*" if terms.beginning else "",
        "senders": list(terms.senders),
        "program": terms.program,
        "tag": terms.tag,
        "status": terms.status,
        "before": terms.before,
        "after": terms.after,
        "phone": f"{terms.phone_digits[::-1]}%" if terms.phone_digits else "",
        "files": terms.has_files,
        "assignee": str(person_id) if terms.is_mine else None,
        "unassigned": terms.is_unassigned,
    }
    return {name: value for name, value in values.items() if value}


def sender_words(senders: Sequence[str]) -> str:
    """The senders as a query of word beginnings: of an address, how it begins."""
    return " & ".join(f"{found.group()}:*" for sender in senders if (found := _WORD.search(sender)))


def _no(sentence: Phrase) -> Invalid:
    return Invalid(phrase("The search cannot be read"), fields={"q": [sentence]})

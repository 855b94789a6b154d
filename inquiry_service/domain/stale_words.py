"""What in an old answer may no longer be true: prices, days, counts of seats. Pure; a hint for the eye, not a judgement."""

import re
from collections.abc import Iterator

_MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
_STALE = re.compile(
    rf"(?P<money>[$€£]\s?\d[\d,.]*\d|[$€£]\s?\d|\b\d[\d,]*(?:\.\d\d)?\s?(?:dollars|USD)\b)"
    rf"|\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?{_MONTH}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?\b"
    rf"|\b\d{{1,2}}\.?\s+{_MONTH}\b(?:\s+\d{{4}})?"
    r"|\b\d{4}-\d\d-\d\d\b|\b\d{1,2}/\d{1,2}(?:/\d{2,4})?\b"
    r"|\b\d{1,3}\s+(?:open\s+|free\s+)?(?:seats?|places?|spots?)\b"
    r"|https?://\S*/register/\S+",
    re.IGNORECASE,
)


def stale_in(text: str) -> list[str]:
    """The words to look at before they are sent again, once each."""
    return list(dict.fromkeys(match.group(0) for match in _STALE.finditer(text)))


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text in its order, each piece with whether it may be stale."""
    at = 0
    for match in _STALE.finditer(text):
        if match.start() > at:
            yield text[at : match.start()], False
        yield match.group(0), True
        at = match.end()
    if at < len(text):
        yield text[at:], False

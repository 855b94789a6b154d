"""The fields of saved replies, such as `{next_start}`: which there are, and how they are filled in. Pure."""

import re
from collections.abc import Mapping

FIELDS = (
    "name",
    "program",
    "next_start",
    "next_starts",
    "seats_left",
    "price",
    "registration_link",
    "director",
    "school_phone",
)
OF_A_SECTION = frozenset({"next_start", "next_starts", "seats_left", "price", "registration_link"})
_BRACED = re.compile(r"\{([^{}\n]{1,60})\}")


def unknown_in(text: str) -> list[str]:
    """What stands in braces and is no field, as it was typed, once each."""
    return [name for name in dict.fromkeys(_BRACED.findall(text)) if name not in FIELDS]


def fields_in(text: str) -> list[str]:
    """The fields that the text still has, in their order, once each."""
    return [name for name in dict.fromkeys(_BRACED.findall(text)) if name in FIELDS]


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with the values that are known; a field without one stays, for a person to see."""
    return _BRACED.sub(lambda match: values.get(match.group(1)) or match.group(0), text)

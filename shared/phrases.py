"""Sentences that are written where no language is known: English there, and said in the reader's language at the edge."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import reduce


class Phrase(str):
    """English text that remembers how it was made: `msgid` with `values`, or `plural` for a count `num` other than one.

    It is a `str` everywhere; only who shows it to people (`shared/web/words.say`) asks for more.
    """

    msgid: str
    plural: str | None
    values: Mapping[str, object]

    def __new__(cls, msgid: str, plural: str | None, values: Mapping[str, object]) -> "Phrase":
        """The English, with the values in their places."""
        english = msgid if plural is None or values["num"] == 1 else plural
        shown = {name: _in_english(value) for name, value in values.items()}
        made = super().__new__(cls, english % shown if shown else english)
        made.msgid, made.plural, made.values = msgid, plural, values
        return made


def phrase(msgid: str, **values: object) -> Phrase:
    """A sentence to be said at an edge; a value may be a phrase, or a moment in the zone it is said in."""
    return Phrase(msgid, None, values)


def counted(msgid: str, plural: str, number: int, **values: object) -> Phrase:
    """The same for a number of things, which stands in the sentence as `%(num)s`."""
    return Phrase(msgid, plural, {"num": number, **values})


def listed(parts: Sequence[Phrase]) -> Phrase:
    """At least one phrase; several are one after the other with commas."""
    return reduce(lambda before, part: phrase("%(before)s, %(part)s", before=before, part=part), parts)


def _in_english(value: object) -> object:
    if isinstance(value, datetime):
        return f"{value:%A, %B} {value.day} at {value:%H:%M} {value:%Z}"
    return value

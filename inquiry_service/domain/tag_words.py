"""One spelling for a tag, however it is typed. Pure."""

import re
import unicodedata

LONGEST = 30
_BETWEEN = re.compile(r"[^\w-]+|_+")
_LINES = re.compile("-{2,}")


def tag_word(typed: str) -> str:
    """Small letters, digits and single hyphens: `#Part time ` is `part-time`. Empty when nothing of it can be a tag."""
    plain = unicodedata.normalize("NFKC", typed).casefold().strip().lstrip("#")
    return _LINES.sub("-", _BETWEEN.sub("-", plain)).strip("-")

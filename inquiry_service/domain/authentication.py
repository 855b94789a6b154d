"""Whether our own mail server says that a mail is from whom it says it is from (RFC 8601, DMARC). Pure.

A sender can write any number of such headers; only the topmost of our server's own name counts, because it writes above what came.
"""

import re
from collections.abc import Sequence

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_RESULT = re.compile(r"\s*dmarc\s*(?:/\s*\d+\s*)?=\s*([a-z]+)\b(.*)", re.IGNORECASE | re.DOTALL)
_FROM_DOMAIN = re.compile(r"\bheader\.from\s*=\s*([^\s;]+)", re.IGNORECASE)
_MAX_LENGTH = 8_000


def vouches_for(results: Sequence[str], authserv_id: str, sender: str) -> bool:
    """Whether the server of that name found an aligned DMARC pass for the sender's domain. `results` are the headers, topmost first."""
    if not authserv_id:
        return False
    for header in results:
        name, _, said = _without_comments(header[:_MAX_LENGTH]).partition(";")
        if name.split()[:1] and name.split()[0].casefold() == authserv_id.casefold():
            return _is_dmarc_pass(said, sender.rpartition("@")[2].casefold())
    return False


def _is_dmarc_pass(said: str, domain: str) -> bool:
    """One DMARC result, a pass, for that very domain; two results contradict each other."""
    found = [match for part in said.split(";") if (match := _RESULT.fullmatch(part))]
    if len(found) != 1 or found[0].group(1).casefold() != "pass":
        return False
    named = _FROM_DOMAIN.findall(found[0].group(2))
    return len(named) == 1 and named[0].strip("\"'").rpartition("@")[2].casefold() == domain


def _without_comments(header: str) -> str:
    """The header without `(comments)`, which nest, and with no `;` left inside quotes: both can hold anything."""
    kept, depth = [], 0
    header = _QUOTED.sub(lambda match: re.sub(r"[;()\\]", "_", match.group(0)), header)
    is_escaped = False
    for char in header:
        if is_escaped:
            is_escaped = False
        elif char == "\\":
            is_escaped = True
        elif char == "(":
            depth += 1
        elif char == ")" and depth:
            depth -= 1
        elif not depth:
            kept.append(char)
    return "".join(kept)

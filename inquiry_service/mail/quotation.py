"""What a person wrote, told from what they quoted. In doubt everything is theirs: a quoted line too many is a blemish, a lost word a fault."""

import re
from dataclasses import dataclass

from mailparser_reply.constants import MAIL_LANGUAGES

MARKER = "Write your answer above this line"
MAX_ATTRIBUTION = (
    500  # characters; the library's patterns are not linear, and no mail program writes a longer one
)

_QUOTED = re.compile(r"\s*>")
_SIGNS = re.compile(r"[>\s]+")
_MARKER_LINE = re.compile(rf"[>\s*_–—-]*{MARKER}[\s*_–—-]*\Z")
_WROTE = [re.compile(words["wrote_header"]) for words in MAIL_LANGUAGES.values() if "wrote_header" in words]
_NAME_AND_ADDRESS = re.compile(r"[^<>]{0,200}<[^<>\s]+@[^<>\s]+>\s?:\Z")
_BEGUN_AND_ENDED = re.compile(  # the library's own rules miss some spacings
    r"(?:On|El|Am|Le|Em|Il|Op|Dnia|W dniu|Den) .*"
    r"(?:wrote|escribió|schrieb|a écrit|escreveu|ha scritto|schreef|napisał\(a\)|napisał|skrev)\s?:\Z"
)
_OF_A_MAIL = re.compile(
    r"@|\d{1,2}[:.]\d{2}"
)  # an address or a time of day: a mail program's, not a sentence's


@dataclass(frozen=True)
class Written:
    """`text` is the writer's; `is_certain` where nothing else of the mail can be, because our own marker ends it."""

    text: str
    has_quotation: bool
    is_certain: bool


def what_was_written(text: str) -> Written:
    """The writer's own words: never less than what stands unquoted, and never empty for a text that is not."""
    lines = text.split("\n")
    quoted = [bool(_QUOTED.match(line)) for line in lines]
    marker = next((n for n, line in enumerate(lines) if _MARKER_LINE.match(line)), None)
    if marker is not None and quoted[marker]:
        return _round_marker(lines, quoted, marker)
    if marker is not None:  # some programs quote without a sign: what is below may be the writer's
        return Written(text.strip(), has_quotation=True, is_certain=False)
    return Written(_above_last_quotation(lines, quoted), any(quoted), is_certain=False)


def _round_marker(lines: list[str], quoted: list[bool], marker: int) -> Written:
    own = _without_attribution(_without_quoted_attribution(lines[:marker], quoted))
    below = [
        line
        for line, is_quoted in zip(lines[marker + 1 :], quoted[marker + 1 :], strict=True)
        if not is_quoted
    ]
    last = next((line.strip() for line in reversed(own) if line.strip()), "")
    is_certain = not (
        any(line.strip() for line in below)
        or any(quoted[: len(own)])
        or (last.endswith(":") and _OF_A_MAIL.search(last))  # an attribution that no rule knows
    )
    written = "\n".join([*own, *below]).strip()
    whole = "\n".join(lines).strip()
    return Written(written or whole, has_quotation=True, is_certain=is_certain and bool(written))


def _without_quoted_attribution(above: list[str], quoted: list[bool]) -> list[str]:
    """Some programs put the attribution inside the quotation, with empty quoted lines round it."""
    end = _end_of_words(above, quoted)
    if end and quoted[end - 1] and _is_attribution(_bare(above[end - 1])):
        end = _end_of_words(above[: end - 1], quoted)
    return above[:end]


def _end_of_words(above: list[str], quoted: list[bool]) -> int:
    end = len(above)
    while end and quoted[end - 1] and not _bare(above[end - 1]):
        end -= 1
    return end


def _above_last_quotation(lines: list[str], quoted: list[bool]) -> str:
    """Without our marker a quotation ends the mail only under a mail program's own line; else all of it is the writer's."""
    end = len(lines)
    while end and (quoted[end - 1] or not lines[end - 1].strip()):
        end -= 1
    own = _without_attribution(lines[:end], must_look_like_a_mails=True) if any(quoted[end:]) else lines
    whole = "\n".join(lines).strip()
    return "\n".join(own if len(own) < end else lines).strip() or whole


def _without_attribution(above: list[str], *, must_look_like_a_mails: bool = False) -> list[str]:
    """The lines without the one (wrapped to three at most) that a mail program put right above its quotation."""
    end = len(above)
    while end and len(above) - end < 3 and not above[end - 1].strip():
        end -= 1
    for count in (1, 2, 3):
        said = above[max(end - count, 0) : end]
        if len(said) < count or not all(line.strip() for line in said):
            break
        if count > 1 and not _can_be_wrapped(said):
            break
        line = " ".join(" ".join(said).split())
        if _is_attribution(line) and (not must_look_like_a_mails or _OF_A_MAIL.search(line)):
            return above[: end - count]
    return above


def _can_be_wrapped(said: list[str]) -> bool:
    """A sentence of the writer's above `Frontdesk wrote:` is no part of it: a wrapped line is long, and does not end as a sentence."""
    return all(len(line) >= 40 and line.rstrip()[-1] not in ".!?:;" for line in said[:-1]) and bool(
        _OF_A_MAIL.search(" ".join(said))
    )


def _is_attribution(line: str) -> bool:
    if len(line) > MAX_ATTRIBUTION or not line.endswith((":", "：")):
        return False
    words = line.split()
    if (
        words[0] in words[1:]
    ):  # `On Friday come at nine. On Mon, Nov 23 … wrote:` begins with the writer's words
        return False
    return bool(_NAME_AND_ADDRESS.match(line) or _BEGUN_AND_ENDED.match(line)) or any(
        wrote.fullmatch(line) for wrote in _WROTE
    )


def _bare(line: str) -> str:
    return _SIGNS.sub(" ", line).strip()

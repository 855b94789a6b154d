"""How much a public form looks like a machine's. A score and its reasons; it only ever sets aside, it never refuses. Pure."""

import re
from dataclasses import dataclass

from shared.phrases import phrase

QUARANTINE_AT = 5
_LINK = re.compile(r"https?://|www\.|\[url|<a\s", re.IGNORECASE)
_SALES = re.compile(
    r"\b(seo|backlinks?|guest post|casino|viagra|cialis|crypto(currency)?|bitcoin|forex|payday loans?|web ?design services|"
    r"rank(ing)? (higher|on google)|increase your (traffic|sales)|porn|escorts?|telegram|earn \$|investment opportunity|"
    r"first page of google|domain authority|cheap (pills|meds)|adult dating|million (visitors|leads))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class FormTraces:
    """What a form leaves behind. `fill_s` is None without a usable token; `has_token` is False for the JSON address."""

    name: str
    email: str
    question: str
    honeypot: str = ""
    is_form: bool = False
    has_token: bool = False
    is_expired: bool = False
    is_too_fast: bool = False
    is_used_token: bool = False


@dataclass(frozen=True)
class SpamScore:
    """`points` with a word for each reason; QUARANTINE_AT and more are set aside."""

    points: int
    reasons: tuple[str, ...]

    @property
    def is_suspect(self) -> bool:
        """Whether a person should look first."""
        return self.points >= QUARANTINE_AT


NO_SUSPICION = SpamScore(0, ())


def score(traces: FormTraces) -> SpamScore:
    """The sum of what speaks against the form."""
    found: list[tuple[int, str]] = []
    if traces.honeypot:
        found.append((6, phrase("filled the trap field")))
    if traces.is_form and not traces.has_token and not traces.is_expired:
        found.append((3, phrase("no form token")))
    if traces.is_too_fast:
        found.append((3, phrase("filled in faster than a person types")))
    if traces.is_used_token:
        found.append((2, phrase("the form was used before")))
    links = len(_LINK.findall(traces.question))
    if links:
        found.append((min(2 * links, 6), f"{links} links"))
    if _LINK.search(traces.name):
        found.append((5, phrase("a link for a name")))
    sales = {match.group(0).lower() for match in _SALES.finditer(traces.question)}
    if sales:
        found.append((min(3 * len(sales), 6), "sales talk"))
    return SpamScore(sum(points for points, _ in found), tuple(reason for _, reason in found))

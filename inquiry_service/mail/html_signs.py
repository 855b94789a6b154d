"""What mail programs write into their HTML to mark a quotation, its attribution, and a signature. Facts about formats."""

import re
from enum import Enum, auto


class Sign(Enum):
    """What an element says of the words in it.

    PART holds a quotation whose own words stand in block quotes, if it has some; in WHOLE_PART all is quoted.
    BEGINS: from here to the end of the mail it is quoted. QUOTE may also be the writer's.
    """

    NONE = auto()
    QUOTE = auto()
    CITED = auto()
    PART = auto()
    WHOLE_PART = auto()
    ATTRIBUTION = auto()
    BEGINS = auto()
    SIGNATURE = auto()


_ATTRIBUTE = re.compile(
    r"(?i)\b(class|id|name|type|cite|style)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))"
)
_MAX_ATTRIBUTES = 2_000  # characters that are looked at
_NAMES = ("class", "id", "name")

# Gmail's button for a citation of the writer's own makes the same block quote as its quotations: only the part round it tells.
_MAY_BE_OWN = re.compile(r"\bgmail_quote\b")
_CITED = re.compile(
    r"protonmail_quote|tutanota_quote|zmail_extra|moz-quote|yahoo_quoted|cite|front-blockquote|qt\b|mailquote|quoted"
)
_WHOLE_PART = re.compile(
    r"yahoo_quoted|yahooquoted|olk_src_body_section|moz-forward-container|mail-editor-reference-message-container"
    r"|ms-outlook-mobile-reference-message|messagereplysection|messageforwardsection|aolmsgpart|js-helper|js-readmsg-msg|mailbirdquoted"
)
_PART = re.compile(
    r"gmail_quote|protonmail_quote|zmail_extra|tutanota_quote|quoted-?content|mail-?quote\b|replied-?content|reply-?quoted"
)
_ATTRIBUTION = re.compile(
    r"gmail_attr|moz-cite-prefix|reply-intro|gmail_quote_attribution|zmail_extra_hr|moz-email-headers-table|replyheader|reply-header|apple-mail-attribution"
)
_BEGINS = re.compile(
    r"divrplyfwdmsg|appendonsend|stopspelling|zwchr|hrduplicateresponse|mailoriginal|ymail_android_quoted"
)
_SIGNATURE = re.compile(
    r"gmail_signature|moz-signature|protonmail_signature_block|ms-outlook-mobile-signature|composer_signature|yahoo_signature|ydp\w*signature"
    r"|data-signature|tutanota_signature|bloop_sign|applemailsignature|apple-mail-signature|zoho_signature|mail-signature|linebreakatbeginningofsignature"
)
# The line above Outlook's block of headers, in the colours of its versions; only the top edge is drawn.
_TOP_EDGE = re.compile(r"border:\s*none;\s*border-top:\s*solid\s*(?:#[0-9a-f]{3,6}|rgb\([\d, ]+\))\s*1\.0pt")
_EDGE = re.compile(r"border(?:-left)?:[^;]{0,60}(?:solid|\dpx|\dpt)|border-left-(?:style|width)")
_NO_EDGE = re.compile(r"border(?:-left)?:\s*(?:none|0)")


def sign_of(name: str, attributes: str) -> Sign:
    """What the element says. `name` is in lower case."""
    if "=" not in attributes:
        return Sign.QUOTE if name == "blockquote" else Sign.NONE
    said = _said(attributes)
    names = " ".join(said.get(attribute, "") for attribute in _NAMES)
    if name == "blockquote":
        return _sign_of_quote(said, names)
    if name == "div" and said.get("name", "") == "quote":
        return Sign.WHOLE_PART
    if not names.strip():
        return Sign.BEGINS if name == "div" and _TOP_EDGE.search(said.get("style", "")) else Sign.NONE
    for sign, pattern in _BY_NAME:
        if pattern.search(names):
            return sign
    return Sign.BEGINS if name == "div" and _TOP_EDGE.search(said.get("style", "")) else Sign.NONE


def _sign_of_quote(said: dict[str, str], names: str) -> Sign:
    if said.get("type") == "cite" or "cite" in said or _CITED.search(names):
        return Sign.CITED
    style = said.get("style", "")
    if _MAY_BE_OWN.search(names):
        return Sign.QUOTE
    return Sign.NONE if _NO_EDGE.search(style) and not _EDGE.search(style) else Sign.QUOTE


def _said(attributes: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(attributes[:_MAX_ATTRIBUTES]):
        value = match.group(2) or match.group(3) or match.group(4) or ""
        found.setdefault(match.group(1).lower(), value.strip().lower())
    return found


_BY_NAME = (
    (Sign.SIGNATURE, _SIGNATURE),
    (Sign.ATTRIBUTION, _ATTRIBUTION),
    (Sign.BEGINS, _BEGINS),
    (Sign.WHOLE_PART, _WHOLE_PART),
    (Sign.PART, _PART),
)

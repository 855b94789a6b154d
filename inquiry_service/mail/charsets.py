"""Bytes to text, in a charset that may be missing, wrong, too small or unheard of: what can be read is read."""

import re

_SLOW_OR_NONE = frozenset(["punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined"])
# What programs name, and the larger one that they write. Source: the WHATWG encoding standard, which browsers follow.
_WRITTEN = {
    "iso8859_1": "cp1252",
    "latin_1": "cp1252",
    "latin1": "cp1252",
    "iso8859_9": "cp1254",
    "iso8859_11": "cp874",
    "tis_620": "cp874",
    "windows_874": "cp874",
    "iso8859_8_i": "iso8859_8",
    "iso8859_8_e": "iso8859_8",
    "gb2312": "gb18030",
    "gb_2312_80": "gb18030",
    "x_gbk": "gb18030",
    "gbk": "gb18030",
    "euc_cn": "gb18030",
    "shift_jis": "cp932",
    "x_sjis": "cp932",
    "sjis": "cp932",
    "x_euc_jp": "euc_jp",
    "euc_kr": "cp949",
    "ks_c_5601_1987": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "big5": "cp950",
    "x_x_big5": "cp950",
    "macintosh": "mac_roman",
    "x_mac_roman": "mac_roman",
    "x_mac_cyrillic": "mac_cyrillic",
    "unicode_1_1_utf_7": "utf_7",
    "x_unicode_2_0_utf_7": "utf_7",
    "utf8mb4": "utf_8",
    "utf": "utf_8",
    "iso_2022_jp": "iso2022_jp",
    "cp50220": "iso2022_jp",
    "cp50221": "iso2022_jp",
}
_NEXT = {"cp950": ("big5hkscs",), "iso2022_jp": ("iso2022_jp_ext",), "gb18030": ("gbk",)}
_ASCII = frozenset(
    ["", "ascii", "us_ascii", "ansi_x3.4_1968", "unknown_8bit", "x_unknown", "default", "none"]
)
_TOO_SMALL = frozenset(["cp1252", "cp1254"])
_NO_NAME = re.compile(r"[^a-z0-9.]+")
_SOME_BYTES = b"abcd"  # no charset is looked up for none
_MAX_META = 2048  # bytes of a page in which it may name its charset
_META = re.compile(rb"<meta\s[^<>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)


def decoded(data: bytes, charset: str) -> str:
    """The text: in the charset that is named where all bytes are of it, in UTF-8 where they are of that, else as well as may be."""
    if data.isascii() and b"\x1b" not in data and not _is_wide(charset):
        return data.decode("ascii")
    named = _known(charset)
    if named in _TOO_SMALL and (text := _strictly(data, "utf-8")) is not None:
        return text  # nobody writes `Ã¼`
    last = () if data.isascii() else ("utf_8",)
    for one in (named, *_NEXT.get(named, ()), *last):
        if one and (text := _strictly(data, one)) is not None:
            return text
    if named == "iso2022_jp":
        return _japanese(data)
    if named in ("", "utf_8"):
        return _hardly_utf8(data)
    return data.decode(named, "replace")


def named_in_page(data: bytes) -> str:
    """The charset that an HTML page names itself."""
    found = _META.search(data[:_MAX_META])
    return found.group(1).decode("ascii", "replace") if found else ""


def _is_wide(charset: str) -> bool:
    """Its texts are ASCII bytes that mean others."""
    return bool(re.search(r"(?i)utf-?_?(?:7|16|32)|2022|hz|ucs", charset))


def _known(charset: str) -> str:
    """What Python calls it; empty for none, and for one that says nothing."""
    name = _NO_NAME.sub("_", charset.lower()).strip("_").replace("iso_8859", "iso8859")
    name = _WRITTEN.get(name, name)
    if name in _ASCII or name in _SLOW_OR_NONE:
        return ""
    try:
        _SOME_BYTES.decode(name, "replace")
    except (LookupError, ValueError):
        return ""
    return name


def _strictly(data: bytes, charset: str) -> str | None:
    try:
        return data.decode(charset)
    except (UnicodeError, LookupError, ValueError):
        return None


def _hardly_utf8(data: bytes) -> str:
    """A cut letter among others is a blemish; where most letters beyond ASCII cannot be read it was never UTF-8: two letters of an
    older charset are one of UTF-8 by chance.
    """
    text = data.decode("utf-8", "replace")
    unread = text.count("\ufffd")
    read = sum(letter > "\x7f" for letter in text) - unread
    return text if read > unread else data.decode("cp1252", "replace")


def _japanese(data: bytes) -> str:
    """Letters that the first set has not, such as a circled 1: a later one has them at the same place."""
    larger = data.replace(b"\x1b$B", b"\x1b$(Q").replace(b"\x1b$@", b"\x1b$(Q")
    text = _strictly(larger, "iso2022_jp_2004")
    return data.decode("iso2022_jp", "replace") if text is None else text

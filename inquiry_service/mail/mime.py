"""A mail's bytes to its parts. Every step is bounded, so that no shape of a mail costs more than reading its bytes does."""

import binascii
import mimetypes
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from itertools import islice

from inquiry_service.mail.charsets import decoded, named_in_page

MAX_HEADERS_BYTES = 64 * 1024
MAX_HEADER_BYTES = 20 * 1024
MAX_TYPE = 4 * 1024  # characters of a header that describes its part
MAX_DEPTH = 10
MAX_PARTS = 100
MAX_SEARCHED_BYTES = 80_000_000  # for boundaries, over all depths: a mail is at most 25 MB
MAX_TEXT_BYTES = 1_000_000
MAX_UUENCODED_BYTES = 200_000
_MOST_HEADER_LINES = 10_000
_MOST_HEADER_BLOCK = 1_000_000  # bytes; what comes without a blank line after so many is the body
_MOST_BOUNDARY_LINES = 1000
_MAX_LINE = 1000
_LEAST_ENCODED = 20  # characters that stand together in a line of base64, even where spaces were put between

_NAME = re.compile(rb"[!-9;-~]{1,200}$")
_SURELY_HEADER = re.compile(
    rb"(?im)^(?:from|to|cc|subject|date|message-id|in-reply-to|references|reply-to|return-path|received|mime-version|delivered-to"
    rb"|content-[a-z-]{2,40}|x-[a-z0-9-]{2,60}|list-[a-z-]{2,20}|dkim-signature|authentication-results)[ \t]?:"
)
_BOUNDARY_LINE = re.compile(rb"(?m)^--([^\r\n]{1,70}?)[ \t]*\r?\nContent-[A-Za-z-]{2,40}:")
_CHARSET = re.compile(rb"(?i)charset\s{0,3}=\s{0,3}\"?([\w.:-]{2,40})")
_MAX_CHARSET_SEARCHED = 64 * 1024
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_WHOLE_BASE64 = re.compile(rb"[A-Za-z0-9+/\r\n]*={0,2}[\r\n\s]*")
_SHORT = 60  # bytes: less than a line of base64
_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]+")
_BASE64_BLOCK = re.compile(rb"[A-Za-z0-9+/]+")
_UU_BEGINS = re.compile(rb"(?m)^begin [0-7]{3,4} ([^\r\n]{1,200})\r?\n")
_UU_ENDS = re.compile(rb"(?m)^end[ \t]*\r?$")
_AS_IT_IS = ("", "7bit", "8bit", "binary")
_TOKEN = re.compile(r"[\w-]+")
_BETWEEN_WORDS = re.compile(r"(?<=\?=)\s+(?==\?)")
# `text/plain  charset="x"`: some old servers forget the semicolon, and their text would be a file of an unknown kind
_TYPE_WITHOUT_SEMICOLON = re.compile(r"^(\s*[\w.+-]{1,60}/[\w.+-]{1,60})\s+(?=[\w-]{1,40}\s*=)")
_READABLE_TYPE = re.compile(r"\s*[\w.+-]{1,80}/[\w.+-]{1,80}\s*(?:;|$)")
_TYPE_HEADERS = ("content-type", "content-disposition", "content-transfer-encoding")


@dataclass(frozen=True)
class Headers:
    """The header lines, unfolded, encoded words as they came. Names are lower-cased."""

    fields: tuple[tuple[str, str], ...]

    def all(self, name: str) -> list[str]:
        """Every value of that name, the topmost first."""
        return [value for known, value in self.fields if known == name.lower()]

    def first(self, name: str) -> str | None:
        """The topmost value."""
        return next(iter(self.all(name)), None)


@dataclass
class Part:
    """A leaf with its bytes as they came, or a container with its parts. `is_whole` is false where a bound left something unread."""

    headers: Headers
    described: Message
    body: bytes
    parts: list["Part"] = field(default_factory=list)
    is_whole: bool = True

    @property
    def type(self) -> str:
        """`text/plain` where it says nothing that can be read; a file's by its name then."""
        given = self.headers.first("content-type")
        if given and not _READABLE_TYPE.match(given) and (name := self.file_name):
            return mimetypes.guess_type(name)[0] or "application/octet-stream"
        return self.described.get_content_type()

    @property
    def file_name(self) -> str | None:
        """As it was given, not made safe."""
        try:
            return self.described.get_filename()
        except Exception:  # the library raises many kinds on broken parameters
            return None

    @property
    def is_attached(self) -> bool:
        """It says so itself."""
        return (self.headers.first("content-disposition") or "").strip().lower().startswith("attachment")

    def walk(self) -> Iterator["Part"]:
        """The part and all parts in it, in their order."""
        yield self
        for part in self.parts:
            yield from part.walk()


def read(data: bytes) -> Part:
    """The mail with its parts, at most 100 of them, ten deep; what lies deeper is a leaf."""
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    return _Reader().part(data.lstrip(b"\r\n"), 0)


class _Reader:
    def __init__(self) -> None:
        self._count = 0
        self._searched_bytes = 0

    def part(self, data: bytes, depth: int, default_type: str = "text/plain") -> Part:
        self._count += 1
        headers, body = _split(data)
        part = Part(headers, _described(headers, default_type), body)
        if part.described.get_content_maintype() == "multipart":
            self._fill(part, depth)
        elif part.type == "message/rfc822":
            if depth < MAX_DEPTH and self._count < MAX_PARTS:
                part.parts = [self.part(bytes_of(part), depth + 1)]
            else:
                part.is_whole = False
        elif part.type == "text/plain" and not part.is_attached:
            part.parts = self._with_files_inline(part)
        return part

    def _with_files_inline(self, part: Part) -> list[Part]:
        """The text and the files that an old program put into it (uuencode); nothing where there are none."""
        found = list(_uuencoded(part.body)) if _transfer_encoding(part) in _AS_IT_IS else []
        if not found or self._count + len(found) >= MAX_PARTS:
            return []
        self._count += len(found) + 1
        between = zip(
            [0, *(end for _, end, _ in found)],
            [*(start for start, _, _ in found), len(part.body)],
            strict=True,
        )
        text = Part(part.headers, part.described, b"".join(part.body[start:end] for start, end in between))
        return [text, *(_inline_file(name, part.body[start:end]) for start, end, name in found)]

    def _fill(self, part: Part, depth: int) -> None:
        boundary = _boundary(part.described)
        self._searched_bytes += len(part.body)
        if depth >= MAX_DEPTH or self._searched_bytes > MAX_SEARCHED_BYTES:
            part.is_whole = False
            return
        sections = _sections(part.body, boundary) if boundary else []
        if not sections and (named := _BOUNDARY_LINE.search(part.body)):
            boundary = named.group(1)  # its header names none, or another
            sections = _sections(part.body, boundary)
        default = "message/rfc822" if part.type == "multipart/digest" else "text/plain"
        inner: Part | None = None  # one that has the boundary of the outer one, as some programs write it
        for section, closes in sections:
            if self._count >= MAX_PARTS:
                part.is_whole = False
                return
            child = self.part(section, depth + 1, default)
            (inner or part).parts.append(child)
            if closes:
                inner = None
            elif inner is None and not child.parts and _boundary(child.described) == boundary:
                inner = child if child.described.get_content_maintype() == "multipart" else None


def _split(data: bytes) -> tuple[Headers, bytes]:
    """Headers and body. A line that is no header begins the body, as mail programs read it."""
    if data[:2].startswith((b"\n", b"\r\n")):
        return Headers(()), data.partition(b"\n")[2]
    end, begins = _end_of_headers(data)
    lines: list[tuple[str, bytes]] = []
    below: _Below | None = None
    at = kept_bytes = 0
    for _ in range(_MOST_HEADER_LINES):
        if at >= end or kept_bytes >= MAX_HEADERS_BYTES:
            break
        line_end = data.find(b"\n", at, end)
        line_end = end if line_end < 0 else line_end
        line = data[at : min(line_end, at + MAX_HEADER_BYTES)]
        name, colon, value = line.partition(b":")
        if line[:1] in (b" ", b"\t"):
            if lines and len(lines[-1][1]) < MAX_HEADER_BYTES:
                lines[-1] = (lines[-1][0], lines[-1][1] + line)
                kept_bytes += len(line)
        elif colon and _NAME.match(name.rstrip()):
            lines.append((name.rstrip().decode("ascii").lower(), value))
            kept_bytes += len(line)
        elif _goes_on(
            lines[-1] if lines else None, line, (below := below or _Below(data, end)).count(line_end)
        ):
            if (
                lines
                and lines[-1][1].rstrip().endswith((b";", b","))
                and len(lines[-1][1]) < MAX_HEADER_BYTES
            ):
                lines[-1] = (lines[-1][0], lines[-1][1] + b" " + line)
        elif not (at == 0 and line.startswith((b"From ", b">From "))):
            return _headers(lines, data), data[at:]
        at = line_end + 1
    return _headers(lines, data), data[begins:]


class _Below:
    """Where the headers go on below a line that is none; looked for once."""

    def __init__(self, data: bytes, end: int) -> None:
        first_part = data.find(b"\n--", 0, end)
        stop = end if first_part < 0 else first_part
        found = _SURELY_HEADER.finditer(data, 0, stop)
        self._starts = [match.start() for match in islice(found, _MOST_HEADER_LINES)]

    def count(self, at: int) -> int:
        """How many there are from that place on."""
        return len(self._starts) - bisect_left(self._starts, at)


def _goes_on(above: tuple[str, bytes] | None, line: bytes, more: int) -> bool:
    """A line that is no header lost its fold when the one above it is not at its end, or when headers follow: it does not begin the body."""
    if not line.strip():
        return False
    if above is None:
        return more > 1
    return more > 0 or (above[0].startswith("content-") and above[1].rstrip().endswith(b";"))


def _end_of_headers(data: bytes) -> tuple[int, int]:
    """Where the header block ends and where the body begins."""
    found = [
        (at, at + len(blank))
        for blank in (b"\n\n", b"\n\r\n")
        if (at := data.find(blank, 0, _MOST_HEADER_BLOCK)) >= 0
    ]
    nowhere = min(len(data), _MOST_HEADER_BLOCK)
    return min(found, default=(nowhere, nowhere))


def _headers(lines: list[tuple[str, bytes]], data: bytes) -> Headers:
    return Headers(tuple((name, _unfolded(value, data)) for name, value in lines))


def _unfolded(value: bytes, data: bytes) -> str:
    """Bytes that are not UTF-8 are of the charset that the mail's text names, as its program wrote both."""
    value = value[:MAX_HEADER_BYTES].replace(b"\r", b"").strip()
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        named = _CHARSET.search(data, 0, _MAX_CHARSET_SEARCHED)
        return decoded(value, named.group(1).decode("ascii") if named else "latin-1")


def _described(headers: Headers, default_type: str) -> Message:
    described: Message = Message()
    described.set_default_type(default_type)
    for name in _TYPE_HEADERS:
        if value := headers.first(name):
            described[name] = _TYPE_WITHOUT_SEMICOLON.sub(r"\1; ", value[:MAX_TYPE])
    return described


def _boundary(described: Message) -> bytes:
    try:
        return (described.get_boundary() or "").encode("utf-8", "surrogateescape")
    except Exception:
        return b""


def _sections(body: bytes, boundary: bytes) -> list[tuple[bytes, bool]]:
    """What stands between the boundary's lines, and whether a closing one comes after it; nothing where there is none."""
    line = b"\n--" + boundary
    sections: list[tuple[bytes, bool]] = []
    begins = None
    at = -1 if body.startswith(line[1:]) else body.find(line)  # the first line has no line end before it
    for number in range(_MOST_BOUNDARY_LINES):
        if at < 0 and (number or not body.startswith(line[1:])):
            break
        end = body.find(b"\n", at + 1)
        end = len(body) if end < 0 else end
        tail = body[at + len(line) : min(end, at + len(line) + 200)].strip()
        if tail in (b"", b"--"):
            if begins is not None:
                sections.append((_cut(body, begins, at), bool(tail)))
            begins = None if tail else end + 1
        at = body.find(line, end)
    if begins is not None:
        sections.append((_cut(body, begins, len(body)), True))
    return sections


def _cut(body: bytes, begins: int, ends: int) -> bytes:
    section = body[begins : max(begins, ends)]
    return section[:-1] if section.endswith(b"\r") else section


def _uuencoded(body: bytes) -> Iterator[tuple[int, int, str]]:
    """Where each file begins and ends in a text, and its name."""
    at = 0
    for begins in islice(_UU_BEGINS.finditer(body), MAX_PARTS):
        if begins.start() < at:
            continue
        ends = _UU_ENDS.search(body, begins.end())
        if ends is None:
            return
        try:
            is_one = bool(binascii.a2b_uu(body[begins.end() :].split(b"\n", 1)[0].rstrip(b"\r")))
        except binascii.Error:
            is_one = False
        if is_one:
            at = ends.end()
            yield begins.start(), at, begins.group(1).decode("utf-8", "replace").strip()


def _inline_file(name: str, body: bytes) -> Part:
    quoted = name.replace("\\", "_").replace('"', "_")
    headers = Headers(
        (
            ("content-type", mimetypes.guess_type(name)[0] or "application/octet-stream"),
            ("content-disposition", f'attachment; filename="{quoted}"'),
            ("content-transfer-encoding", "x-uuencode"),
        )
    )
    return Part(headers, _described(headers, "text/plain"), body)


def _transfer_encoding(part: Part) -> str:
    found = _TOKEN.match(str(part.described.get("content-transfer-encoding", "")).strip().lower())
    return found.group() if found else ""


def bytes_of(part: Part, limit: int | None = None) -> bytes:
    """The part's bytes without their transfer encoding; `limit` bounds how many encoded ones are read."""
    body = part.body if limit is None else part.body[:limit]
    encoding = _transfer_encoding(part)
    try:
        if encoding == "quoted-printable":
            return binascii.a2b_qp(body)
        if encoding == "base64":
            return _from_base64(body)
        if encoding in ("x-uuencode", "uuencode", "uue", "x-uue"):
            return _from_uuencoded(body)
    except (binascii.Error, ValueError):
        return body
    return body


def _from_base64(body: bytes) -> bytes:
    if _is_prose(body):
        return body
    if _WHOLE_BASE64.fullmatch(body):
        try:
            return binascii.a2b_base64(body)
        except binascii.Error:
            pass
    return _from_damaged_base64(body)


def _from_damaged_base64(body: bytes) -> bytes:
    """Block by block, each to its padding; a last character too many is dropped, and words that somebody put below stay words."""
    lines = body.split(b"\n")
    below = next((at for at, line in enumerate(lines) if at and _is_words(line)), len(lines))
    blocks = _BASE64_BLOCK.findall(_NO_BASE64.sub(b"", b"".join(lines[:below])))
    found = [binascii.a2b_base64(block[: len(block) - (len(block) % 4 == 1)] + b"==") for block in blocks]
    rest = b"\n".join(lines[below:]).strip()
    data = b"".join(found)
    if len(body) < _SHORT and not _is_utf8(data):
        return body  # a word or two that were never encoded
    return data + (b"\n\n" + rest if rest else b"")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_words(line: bytes) -> bool:
    words = line[:_MAX_LINE].split()
    return len(words) > 2 and max(map(len, words)) < _LEAST_ENCODED


def _is_prose(body: bytes) -> bool:
    """Its first line is of short words: it was never encoded, whatever its header says."""
    words = body[:_MAX_LINE].lstrip().partition(b"\n")[0].split()
    return len(words) > 1 and max(map(len, words)) < _LEAST_ENCODED


def _from_uuencoded(body: bytes) -> bytes:
    found = []
    for line in body[:MAX_UUENCODED_BYTES].splitlines():
        if not line.startswith((b"begin ", b"end")):
            try:
                found.append(binascii.a2b_uu(line))
            except binascii.Error:
                continue
    return b"".join(found) or body


def text_of(part: Part, limit: int) -> tuple[str, bool]:
    """The part's text of at most `limit` bytes, and whether that is all of it."""
    encoded_limit = limit * 4 // 3 + limit // 20  # base64, and its line ends
    data = bytes_of(part, encoded_limit)
    charset = str(part.described.get_content_charset() or "")
    if not charset and part.type == "text/html":
        charset = named_in_page(data)
    return decoded(data[:limit], charset), len(part.body) <= encoded_limit and len(data) <= limit


def words_of(value: str) -> str:
    """A header's value with its encoded words read (RFC 2047); a letter may be cut in two between neighbours."""
    said: list[str] = []
    waiting, charset, at = b"", "", 0
    value = _BETWEEN_WORDS.sub("", value)
    for word in _WORD.finditer(value):
        between, its_charset = value[at : word.start()], word.group(1).partition("*")[0].lower()
        if between or its_charset != charset:
            said += [decoded(waiting, charset), between]
            waiting, charset = b"", its_charset
        waiting += _word(word.group(2), word.group(3))
        at = word.end()
    return "".join([*said, decoded(waiting, charset), value[at:]])


def _word(encoding: str, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    try:
        return _from_base64(data) if encoding in "bB" else binascii.a2b_qp(data, header=True)
    except (binascii.Error, ValueError):
        return data

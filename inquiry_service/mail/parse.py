"""Raw bytes to `ParsedEmail`: whatever can be read is read. The parts are found in `mime`, the writer's words in `quotation`."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from inquiry_service.domain.parsed_email import AttachedFile, Bounce, ParsedEmail
from inquiry_service.mail import mime
from inquiry_service.mail.addresses import named_addresses
from inquiry_service.mail.automatic import kind_by_headers
from inquiry_service.mail.bounces import bounce_of, returned_message_ids
from inquiry_service.mail.html_quotation import is_page, what_was_written_in_html
from inquiry_service.mail.html_text import text_of_html
from inquiry_service.mail.mime import Headers, Part
from inquiry_service.mail.quotation import MARKER as MARKER
from inquiry_service.mail.quotation import what_was_written as what_was_written
from inquiry_service.terms import MailKind
from shared.phrases import phrase

MAX_TEXT = 200_000
MOST_ADDRESSES = 100
MAX_SNIFFED = 4096  # bytes: a text has no NUL among its first ones
_ONLY_A_FILE = ("message/partial", "message/external-body")
_SAYS_HTML = re.compile(r"(?i)\bhtml\b")
_MOST_OF_A_PLACEHOLDER = 500  # characters
CUT = "(The mail goes on: its original has the rest.)"
_NUL = re.compile("[\x00\ud800-\udfff]")


class UnreadableMail(Exception):
    """Nothing can be made of the bytes."""


def parse(data: bytes) -> ParsedEmail:
    """What can be read of the mail. Raises UnreadableMail only for bytes that are neither headers nor a text."""
    mail = mime.read(data)
    headers = mail.headers
    if not headers.fields and (b"\0" in data[:MAX_SNIFFED] or not data.strip()):
        raise UnreadableMail(phrase("it has no headers, and is no text"))
    text, html, is_whole = _text(mail)
    written = what_was_written(text) if html is None else what_was_written_in_html(html)
    bounce = _bounce(mail)
    senders = _addresses(headers, "From")
    return ParsedEmail(
        message_id=_one(headers, "Message-ID"),
        senders=tuple(address.casefold() for _, address in senders),
        sender_name=senders[0][0] if senders else "",
        recipients=tuple(
            address
            for header in ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")
            for _, address in _addresses(headers, header)
        ),
        subject=_one(headers, "Subject") or "",
        text=text,
        written=_whole_or_cut(written.text, is_whole=is_whole),
        quoted=written.quoted[:MAX_TEXT],
        has_quotation=written.has_quotation,
        is_certain=written.is_certain and is_whole,
        references=(*_references(headers), *(returned_message_ids(mail) if bounce else ())),
        kind=MailKind.BOUNCE if bounce else kind_by_headers(mail),
        authentication_results=tuple(_clean(value) for value in headers.all("Authentication-Results")),
        attachments=tuple(_attachments(mail)),
        bounce=bounce,
        sent_at=_sent_at(headers),
    )


def _clean(text: str) -> str:
    return _NUL.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def _one(headers: Headers, name: str) -> str | None:
    value = headers.first(name)
    return _clean(mime.words_of(value)).strip() or None if value is not None else None


def _addresses(headers: Headers, name: str) -> list[tuple[str, str]]:
    """Addresses first, encoded words after: a name that decodes to an address stays a name."""
    found = [pair for value in headers.all(name) for pair in named_addresses(value)]
    return [
        (_clean(mime.words_of(called)), _clean(address)) for called, address in found if address.find("@") > 0
    ][:MOST_ADDRESSES]


def _references(headers: Headers) -> tuple[str, ...]:
    found = " ".join(_one(headers, name) or "" for name in ("References", "In-Reply-To"))
    return tuple(dict.fromkeys(re.findall(r"<[^<>\s]+>", found)))[-50:]


def _bounce(mail: Part) -> Bounce | None:
    """Whatever a mail says of another one must not keep it from being read itself."""
    try:
        return bounce_of(mail)
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def _text(mail: Part) -> tuple[str, str | None, bool]:
    """All text of the mail's body, its HTML where that is all there is, and whether it is whole: also what a writer put below a picture
    is their word.
    """
    reader = _TextReader()
    reader.take(mail)
    if not reader.has_text:
        reader.take_any(mail)
    text = _clean("\n\n".join(piece.strip("\n") for piece in reader.pieces if piece.strip()))
    is_whole = reader.is_whole and len(text) <= MAX_TEXT and all(part.is_whole for part in mail.walk())
    return text[:MAX_TEXT], reader.only_html if is_whole else None, is_whole


def _sent_at(headers: Headers) -> datetime | None:
    try:
        sent_at = parsedate_to_datetime(headers.first("Date") or "")
        return sent_at if sent_at.tzinfo else sent_at.replace(tzinfo=UTC)
    except (
        ValueError,
        TypeError,
        IndexError,
        OverflowError,
    ):  # what the library raises on a date that is none
        return None


def _whole_or_cut(written: str, *, is_whole: bool) -> str:
    return written if is_whole or CUT in written else f"{written}\n\n{CUT}"


class _TextReader:
    """Collects texts until the mail's share is used up."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._htmls: list[str] = []
        self.is_whole = True
        self._left = mime.MAX_TEXT_BYTES

    @property
    def has_text(self) -> bool:
        return any(piece.strip() for piece in self.pieces)

    @property
    def only_html(self) -> str | None:
        """The page, where the text is that of one page alone: its own signs tell more than its text."""
        worded = sum(bool(piece.strip()) for piece in self.pieces)
        return self._htmls[0] if len(self._htmls) == worded == 1 else None

    def take(self, part: Part) -> None:
        """The texts of the body: of alternatives one, of related parts the first, files and forwarded mails left out."""
        if part.is_attached or part.type.startswith("message/"):
            return
        if part.type == "multipart/alternative" and part.parts:
            self._take_one_of(part.parts)
        elif part.described.get_content_maintype() == "multipart" and not part.parts:
            self._read(part)  # its boundary is nowhere: what is there is shown
        elif part.type == "multipart/related":
            for child in part.parts[:1]:
                self.take(child)
        elif part.parts:
            for child in part.parts:
                self.take(child)
        elif part.type in ("text/plain", "text/html") and not part.file_name:
            self._read(part)

    def take_any(self, mail: Part) -> None:
        """A mail with no text of its own: the first text in what it carries. A mail that is a file alone has none."""
        for part in mail.walk() if not _is_file_alone(mail) else ():
            if part.type.startswith("text/") and not self.has_text:
                self._read(part)

    def _take_one_of(self, parts: list[Part]) -> None:
        """Plain text first, HTML where the plain one is empty, then whatever has text."""
        before = len(self.pieces)
        by_type = sorted(parts, key=lambda part: {"text/plain": 0, "text/html": 1}.get(part.type, 2))
        for part in by_type:
            self.take(part)
            taken = self.pieces[before:]
            if any(piece.strip() for piece in taken) and not _is_placeholder("".join(taken), by_type, part):
                return
            del self.pieces[before:]

    def _read(self, part: Part) -> None:
        if self._left <= 0:
            self.is_whole = False
            return
        text, is_whole = mime.text_of(part, self._left)
        self._left -= min(len(part.body), self._left)
        self.is_whole = self.is_whole and is_whole
        if part.type == "text/html" or is_page(text):
            if shown := text_of_html(text):
                self._htmls.append(_clean(text))
            text = shown
        self.pieces.append(text)


def _is_placeholder(text: str, parts: list[Part], part: Part) -> bool:
    """`Please use a program that shows HTML`: a plain text that says none of what the page beside it says."""
    if part.type != "text/plain" or len(text) > _MOST_OF_A_PLACEHOLDER or not _SAYS_HTML.search(text):
        return False
    pages = [
        text_of_html(mime.text_of(one, mime.MAX_TEXT_BYTES)[0]) for one in parts if one.type == "text/html"
    ]
    said, words = (
        set(re.findall(r"\w+", text.casefold())),
        set(re.findall(r"\w+", " ".join(pages).casefold())),
    )
    return bool(words) and 2 * len(said & words) < len(said)


def _attachments(mail: Part) -> list[AttachedFile]:
    """Every part that is a file: it says so, has a name, or is no text. A forwarded mail is one file."""
    found: list[AttachedFile] = []
    waiting = [mail]
    while waiting:
        part = waiting.pop(0)
        if part.type == "message/rfc822" or not part.parts:
            if _is_file(part) and (part is not mail or _is_file_alone(mail)):
                found.append(_file(part, len(found) + 1))
        else:
            waiting = [*part.parts, *waiting]
    return found


def _is_file_alone(mail: Part) -> bool:
    """The mail is nothing but a file, such as one that is encrypted as a whole."""
    main_type = mail.type.partition("/")[0]
    return (
        main_type not in ("text", "multipart", "message")
        or mail.type in _ONLY_A_FILE
        or (mail.is_attached and main_type != "multipart")
    )


def _is_file(part: Part) -> bool:
    if part.described.get_content_maintype() == "multipart":
        return False  # one without a boundary is read as text
    return part.is_attached or bool(part.file_name) or part.type not in ("text/plain", "text/html")


def _file(part: Part, number: int) -> AttachedFile:
    is_shown = part.described.get_content_maintype() == "image" and (
        part.headers.first("content-id") is not None and not part.is_attached
    )
    name = safe_name(part.file_name or f"attachment-{number}")
    return AttachedFile(name, part.type, mime.bytes_of(part), is_shown)


def safe_name(name: str) -> str:
    """A file name without folders, control characters, or a leading dot."""
    last = re.split(r"[\\/]", _clean(mime.words_of(name)))[-1]
    return re.sub(r"[^\w.() -]", "_", last).lstrip(".").strip()[:120] or "attachment"

"""Whether a mail says that a letter did not arrive, whose address it was, and whether anybody still tries.

A report for machines is believed first, then a library that knows the notices of many mail programs, then what the words say.
"""

import re
from collections.abc import Iterable

from inquiry_service.domain.parsed_email import Bounce
from inquiry_service.mail import bounce_library, bounce_words, mime
from inquiry_service.mail.addresses import bare_addresses
from inquiry_service.mail.automatic import has_automatic_subject, has_null_return_path
from inquiry_service.mail.delivery_status import FATES, Fate, Reported, cleaned, is_report, reported
from inquiry_service.mail.html_text import text_of_html
from inquiry_service.mail.mime import Headers, Part

MAX_READ = 100_000  # bytes of a part
MOST_ADDRESSES = 100
REPORTS = ("message/delivery-status", "message/global-delivery-status")
_RETURNED = (
    "message/rfc822",
    "message/global",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/partial",
)
_FROM_DAEMON = re.compile(
    r"(?i)^\W*(?:mailer[-_. ]?daemon|mail[-_. ]?daemon|mdaemon|daemon|post[-_. ]?master"
    r"|mail(?:er)?[-_. ]?(?:delivery|admin|system)|mailadm|delivery[-_. ]?(?:sub)?system|postoffice"
    r"|bounces?|ndr|non-?delivery|undeliver\w*|microsoftexchange\w*|mail[-_. ]?administrator)\b"
)
_SURELY_DAEMON = re.compile(r"(?i)mail(?:er)?[-_. ]?daemon|mail delivery (?:sub)?system|<>|mdaemon@")
_CALLED_DAEMON = re.compile(
    r"(?i)mailer[- ]?daemon|mail(?:er)? delivery|delivery (?:sub)?system|delivery (?:service|agent"
    r"|notification)|mail (?:system|server|service|administrator|router)|postmaster"
    r"|system administrator|mail deliver|microsoft outlook|microsoft exchange"
)
_ANSWERED = re.compile(r"(?i)\s*(?:re|aw|sv|antw|r|res|odp|ynt|回复|答复)\s*(?:\[\d+\])?\s*[::]")
_FORWARDED = re.compile(r"(?i)\s*(?:fwd?|wg|vs|tr|rv|enc|i|pd|vl|转发|轉寄|fwd)\s*(?:\[\d+\])?\s*[::]")


def bounce_of(mail: Part) -> Bounce | None:
    """The bounce that the mail is, or None: it is a person's, an answering machine's, or tells of a letter that did arrive."""
    evidence = _Evidence(mail)
    if not evidence.is_notice:
        return None
    fate, addresses = _reported(evidence.reports)
    if fate == "arrived":
        return None
    is_permanent = fate == "failed" if fate else bounce_words.is_given_up(evidence.subject, evidence.notice)
    reason = bounce_words.reason_in(f"{evidence.diagnosis}\n{evidence.notice}")
    return Bounce((addresses or _named(evidence))[:MOST_ADDRESSES], is_permanent, reason)


def returned_message_ids(mail: Part) -> tuple[str, ...]:
    """The Message-IDs of the letter that came back with the notice."""
    found = [headers.first("message-id") or "" for headers in _Evidence(mail).returned_headers()]
    return tuple(value.strip() for value in found if value.strip())


def _reported(reports: list[Reported]) -> tuple[Fate | None, tuple[str, ...]]:
    """The worst fate that a report has, and whose it is."""
    for fate in FATES:
        if any(report.fate == fate for report in reports):
            return fate, _addresses(report for report in reports if report.fate == fate)
    return None, ()


def _named(evidence: "_Evidence") -> tuple[str, ...]:
    """The addresses, where no report names them."""
    return (
        _from_header(evidence.mail.headers)
        or evidence.known_to_library(of_the_failed=True)
        or bounce_words.recipients_in(evidence.notice, evidence.others)
        or evidence.known_to_library()
        or evidence.returned_to()
    )


def _addresses(reports: Iterable[Reported]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for report in reports:
        if report.address:
            found.setdefault(report.address.lower(), report.address)
    return tuple(found.values())


def _from_header(headers: Headers) -> tuple[str, ...]:
    value = ",".join(headers.all("x-failed-recipients"))
    return tuple(address for piece in value.split(",") if (address := cleaned(piece.strip().strip("<>"))))


class _Evidence:
    """What speaks for a bounce in a mail, read once."""

    def __init__(self, mail: Part) -> None:
        self.mail = mail
        self.subject = mime.words_of(mail.headers.first("subject") or "")
        self._own = list(_own_parts(mail))
        self._sender = mime.words_of(mail.headers.first("from") or "")
        self.text = "\n\n".join(_texts(self._own))
        self.notice = bounce_words.notice_of(self.text)
        self.reports = self._reports()
        self.diagnosis = "\n".join(_text(part) for part in mail.walk() if part.type in REPORTS)[:MAX_READ]
        self.others = self._others()
        self.is_notice = self._is_notice()

    def _reports(self) -> list[Reported]:
        found = [report for part in self._own if part.type in REPORTS for report in reported(_text(part))]
        if not found and self._is_from_daemon():
            found = [
                report
                for part in self.mail.walk()
                if part.type in REPORTS
                for report in reported(_text(part))
            ]
        if not found and is_report(self.text):
            found = reported(self.text)
        return found

    def _is_notice(self) -> bool:
        """A machine made it, and it speaks of a letter that did not arrive. One sign alone is spam's, or somebody's holiday."""
        headers = self.mail.headers
        is_machines = self._is_from_daemon() or has_null_return_path(headers)
        if _FORWARDED.match(self.subject) and not is_machines:
            return False  # somebody shows us what they got
        if _ANSWERED.match(self.subject) and not is_machines:
            return (
                self._is_unsigned()
                and bool(bounce_words.SUBJECT.search(self.subject))
                and not bounce_words.is_told_by_a_person(self.notice)
                and bool(bounce_library.addresses_in(self.mail))
            )
        if self.reports and not self._sender.strip():
            return True  # a report whose own headers cannot be read
        if (
            any(part.type in REPORTS for part in self._own)
            or self.mail.described.get_param("report-type") == "delivery-status"
        ):
            return True
        if headers.first("x-failed-recipients") is not None:
            return True
        if has_automatic_subject(headers):
            return False
        speaks = bounce_words.speaks_of_failure(self.notice)
        has_subject = bool(bounce_words.SUBJECT.match(self.subject))
        if bounce_words.asks_for_a_click(self.notice):
            return False
        if self._is_from_daemon() and (has_subject or self._is_surely_daemon()):
            return speaks or has_subject
        if is_machines and bounce_words.shows_a_refused_recipient(self.notice):
            return not bounce_words.is_told_by_a_person(self.notice)
        if has_null_return_path(headers) and speaks and self._parts_after_own() and self._tells_whose():
            return True
        if self._is_from_daemon() and not _ANSWERED.match(self.subject):
            return speaks and bounce_words.speaks_of_failure(self.subject) and self._tells_whose()
        return (
            has_subject
            and speaks
            and self._is_unsigned()
            and not bounce_words.is_told_by_a_person(self.notice)
            and self._has_proof()
        )

    def known_to_library(self, *, of_the_failed: bool = False) -> tuple[str, ...]:
        """What the library finds. Its patterns run on into the letter that came back: none `of_the_failed` stands only there, or is
        the notice's sender or its reader.
        """
        found = bounce_library.addresses_in(self.mail)
        if not of_the_failed:
            return found
        notice, returned = self.notice.lower(), self.text[len(self.notice) :].lower()
        return tuple(
            one
            for one in found
            if one.lower() not in self.others and (one.lower() in notice or one.lower() not in returned)
        )

    def _tells_whose(self) -> bool:
        """It names an address that is neither its sender's nor its reader's: a postmaster who asks about a mail of their own does not."""
        return not bounce_words.is_told_by_a_person(self.notice) and bool(
            bounce_words.recipients_in(self.notice, self.others)
        )

    def _has_proof(self) -> bool:
        """More than words, which a person may use for a parcel: a server's code, the letter itself, or a form that the library knows."""
        return (
            bounce_words.has_code(self.notice)
            or len(self.notice) < len(self.text)
            or bool(self._parts_after_own())
            or bool(bounce_library.addresses_in(self.mail))
        )

    def _is_unsigned(self) -> bool:
        return not any(self.mail.headers.first(name) for name in ("in-reply-to", "references"))

    def _is_surely_daemon(self) -> bool:
        """Nobody else writes under that name, or wants to hear nothing back; a postmaster is a person, too."""
        return bool(_SURELY_DAEMON.search(self._sender)) or has_null_return_path(self.mail.headers)

    def _is_from_daemon(self) -> bool:
        called, at, address = self._sender.rpartition("<") if "<" in self._sender else ("", "", self._sender)
        return bool(
            _FROM_DAEMON.match(address) or _CALLED_DAEMON.search(called) or (at and address.strip() == ">")
        ) or bool(re.search(r"\((?:mail delivery|mailer-daemon)", self._sender, re.I))

    def _others(self) -> frozenset[str]:
        """Addresses of the notice itself: who sent it, and who is told."""
        headers = self.mail.headers
        names = (
            "from",
            "to",
            "cc",
            "delivered-to",
            "x-original-to",
            "return-path",
            "sender",
            "reply-to",
            "errors-to",
        )
        values = [value for name in names for value in headers.all(name)]
        return frozenset(address.lower() for address in bare_addresses(values))

    def returned_to(self) -> tuple[str, ...]:
        """The one recipient of the letter that came back; a mailing list's letter says nothing of it."""
        for headers in self.returned_headers():
            if headers.first("list-id") or headers.first("precedence"):
                return ()
            for name in ("x-failed-recipients", "x-original-to", "to"):
                found = bare_addresses([headers.first(name) or ""])
                if len(found) == 1 and (address := cleaned(found[0])):
                    return (address,)
        return ()

    def returned_headers(self) -> list[Headers]:
        """The headers of the letter that came back, where there are some."""
        found = []
        for part in self._parts_after_own():
            if part.type in ("message/rfc822", "message/global") and part.parts:
                found.append(part.parts[0].headers)
            else:
                found.append(mime.read(part.body[:MAX_READ]).headers)
        if not found and len(self.notice) < len(self.text):
            rest = self.text[len(self.notice) :].split("\n", 1)
            begins = re.search(
                r"(?im)^(?:received|return-path|from|to|subject|date|message-id|mime-version): ", rest[-1]
            )
            if begins:
                found.append(
                    mime.read(rest[-1][begins.start() :].encode("utf-8", "replace")[:MAX_READ]).headers
                )
        return found

    def _parts_after_own(self) -> list[Part]:
        return [part for part in self.mail.walk() if part.type in _RETURNED][:1]


def _own_parts(mail: Part) -> list[Part]:
    """The mail's parts without those of a letter that it carries."""
    found, waiting = [], [mail]
    while waiting:
        part = waiting.pop(0)
        found.append(part)
        if not part.type.startswith("message/"):
            waiting = [*part.parts, *waiting]
    return found


def _texts(parts: list[Part]) -> list[str]:
    plain = [_text(part) for part in parts if _is_plain(part) and not part.parts]
    if any(text.strip() for text in plain):
        return plain
    return [text_of_html(_text(part)) for part in parts if part.type == "text/html"]


def _is_plain(part: Part) -> bool:
    """Also a mail of several parts in which no boundary is to be found."""
    return part.type == "text/plain" or part.type.startswith("multipart/")


def _text(part: Part) -> str:
    return mime.text_of(part, MAX_READ)[0].replace("\r\n", "\n").replace("\r", "\n")

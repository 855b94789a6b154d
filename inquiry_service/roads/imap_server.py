"""A mail server, as far as reading it needs: TLS from the first byte, a time limit on every answer, raw bytes by UID."""

import contextlib
import imaplib
import re
import ssl
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from imap_tools import MailBox
from imap_tools.errors import ImapToolsError, MailboxLoginError
from imap_tools.imap_utf7 import utf7_encode

from inquiry_service.domain.mailboxes import Folder
from shared.imap_url import ImapSettings

KEYWORD = "FrontdeskTakenIn"
RETRYABLE = (imaplib.IMAP4.error, ImapToolsError, OSError)  # imaplib's abort and ssl's errors are among these
_SIZE = re.compile(rb"UID (\d+)|RFC822\.SIZE (\d+)|INTERNALDATE \"([^\"]+)\"")
_UID = re.compile(rb"\bUID (\d+)")


class MailboxAway(Exception):
    """The server cannot be read now; the words are for the operator, and hold no secret."""


class MailRefused(Exception):
    """The server would not give these mails; the connection may be gone."""


@dataclass(frozen=True)
class Head:
    """What is known of a mail before its bytes are fetched."""

    uid: int
    size_bytes: int
    internal_date: bytes

    @property
    def received_at(self) -> datetime | None:
        """When the server got it, as far as it says so. Read when it is asked for: that costs more than the rest of a mail's head."""
        try:
            return datetime.strptime(self.internal_date.decode("ascii").strip(), "%d-%b-%Y %H:%M:%S %z")
        except ValueError:
            return None


class ImapServer:
    """One connection; `open` selects a folder. Raises MailboxAway with the reason."""

    def __init__(self, settings: ImapSettings) -> None:
        self.settings = settings
        self._mailbox: MailBox | None = None
        self._capabilities: frozenset[str] = frozenset()
        self._may_flag = False

    def __enter__(self) -> Self:
        self.connect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def box(self) -> MailBox:
        """The open connection."""
        if self._mailbox is None:
            raise MailboxAway("not connected")
        return self._mailbox

    @property
    def encryption(self) -> str:
        """What the connection is encrypted with."""
        sock = self.box.client.sock
        return str(sock.version()) if isinstance(sock, ssl.SSLSocket) else "nothing"

    def connect(self) -> None:
        """Signed in, over TLS whose certificate names the host. No word of ours is sent before that holds."""
        settings = self.settings
        where = f"{settings.host}:{settings.port}"
        context = ssl.create_default_context()
        try:
            box = MailBox(settings.host, settings.port, timeout=settings.timeout_s, ssl_context=context)
        except ssl.SSLCertVerificationError as error:
            raise MailboxAway(
                f"{where} shows a certificate that is not trusted ({error.verify_message})"
            ) from error
        except ssl.SSLError as error:
            raise MailboxAway(f"{where} speaks no TLS with us ({error.reason}); nothing was sent") from error
        except RETRYABLE as error:
            raise MailboxAway(f"{where} cannot be reached ({type(error).__name__})") from error
        self._mailbox = box
        try:
            sign_in = box.login if settings.user.isascii() and settings.password.isascii() else box.login_utf8
            sign_in(settings.user, settings.password, initial_folder=None)
            # asked once more: before the sign-in servers name only a few
            told = b" ".join(line for line in box.client.capability()[1] if line)
            self._capabilities = frozenset(told.decode("ascii", "replace").upper().split())
        except (MailboxLoginError, imaplib.IMAP4.error) as error:
            self.close()
            if isinstance(error, imaplib.IMAP4.abort):
                raise MailboxAway(f"{where} hung up at the sign-in") from error
            raise MailboxAway(f"{where} refuses our sign-in") from error
        except RETRYABLE as error:
            self.close()
            raise MailboxAway(f"{where} does not answer our sign-in ({type(error).__name__})") from error

    def close(self) -> None:
        """The connection is gone."""
        if self._mailbox is not None:
            with contextlib.suppress(Exception):
                self._mailbox.client.shutdown()  # no LOGOUT: a server that hangs would keep us
            self._mailbox = None

    def open(self, folder: str, *, may_change: bool) -> Folder:
        """The folder is selected."""
        with self._asking(f"the folder {folder} cannot be opened"):
            self.box.folder.set(folder, readonly=not may_change)
            uidvalidity = _number(self.box.client.response("UIDVALIDITY"))
            uid_next = _number(self.box.client.response("UIDNEXT"))
            flags = b" ".join(line for line in self.box.client.response("PERMANENTFLAGS")[1] if line)
            self._may_flag = b"\\*" in flags or KEYWORD.encode() in flags
        if uidvalidity is None:
            raise MailboxAway(f"the server gives {folder} no UIDVALIDITY")
        return Folder(self.settings.name_of(folder), uidvalidity, uid_next)

    def uids(self, *criteria: str) -> list[int]:
        """The UIDs that a search finds, in order."""
        with self._asking("the server does not search"):
            status, found = self.box.client.uid("SEARCH", *criteria)
            _check(status)
        return sorted({int(uid) for line in found if line for uid in line.split()})

    def uids_after(self, uid: int) -> list[int]:
        """The UIDs greater than this one. (`n:*` always names the last one too.)"""
        return [found for found in self.uids("UID", f"{uid + 1}:*") if found > uid]

    def heads(self, uids: Sequence[int]) -> list[Head]:
        """Sizes and dates of those that are still there, in order."""
        with self._asking("the server tells no sizes"):
            status, found = self.box.client.uid("FETCH", _set(uids), "(UID RFC822.SIZE INTERNALDATE)")
            _check(status)
        heads = [_head(line) for line in found if isinstance(line, bytes)]
        return sorted((head for head in heads if head is not None), key=lambda head: head.uid)

    def fetch(self, uids: Sequence[int], part: str = "BODY.PEEK[]") -> dict[int, bytes]:
        """Their bytes, of those that are still there; nothing is marked as read. Raises MailRefused."""
        try:
            status, found = self.box.client.uid("FETCH", _set(uids), f"(UID {part})")
            _check(status)
        except RETRYABLE as error:
            raise MailRefused(type(error).__name__) from error
        return dict(_bodies(found))

    @property
    def takes_keywords(self) -> bool:
        """Whether the open folder lets us set a keyword of our own."""
        return self._may_flag

    def flag(self, uids: Sequence[int]) -> None:
        """The mails carry our keyword."""
        with self._asking("the server does not flag"):
            for some in _some(uids):
                _check(self.box.client.uid("STORE", _set(some), "+FLAGS.SILENT", f"({KEYWORD})")[0])

    def move(self, uids: Sequence[int], folder: str) -> None:
        """The mails are in the other folder, which is made where it is not there."""
        with self._asking(f"the server does not move mails to {folder}"):
            if not self.box.folder.exists(folder):
                self.box.folder.create(folder)
            for some in _some(uids):
                self._move(_set(some), _quoted(folder))

    def _move(self, uids: str, folder: str) -> None:
        client = self.box.client
        if "MOVE" in self._capabilities:
            _check(client.uid("MOVE", uids, folder)[0])
            return
        if "UIDPLUS" not in self._capabilities:
            raise MailboxAway("the server can neither MOVE nor expunge by UID; use after=flag")
        _check(client.uid("COPY", uids, folder)[0])
        _check(client.uid("STORE", uids, "+FLAGS.SILENT", "(\\Deleted)")[0])
        _check(client.uid("EXPUNGE", uids)[0])  # these alone: a person's own deletions are theirs

    def wait_for_change(self, timeout_s: float) -> bool:
        """Whether the server told of a mail in the open folder within that time (IDLE); flags that change are no mail."""
        with self._asking("IDLE broke off"):
            self.box.client.untagged_responses.pop(
                "EXISTS", None
            )  # of before: whoever listens has read since
            with self.box.idle as idle:
                told = self._told_already() or idle.poll(timeout=timeout_s)
            told_at_the_end = self.box.client.untagged_responses.pop("EXISTS", None)
            return bool(told_at_the_end) or any(b"EXISTS" in line for line in told)

    def _told_already(self) -> list[bytes]:
        """What came in one go with the answer to IDLE: it is read from the socket already, and waiting there would miss it."""
        client, told = self.box.client, []
        before = client.sock.gettimeout()
        client.sock.settimeout(0)
        try:
            while True:
                told.append(client._get_line())
        except OSError:
            return told
        except imaplib.IMAP4.abort as error:
            if "EOF" not in str(error):  # how imaplib calls it that there is nothing
                raise
            return told
        finally:
            client.sock.settimeout(before)

    @property
    def can_idle(self) -> bool:
        """Whether the server tells by itself."""
        return "IDLE" in self._capabilities

    @contextlib.contextmanager
    def _asking(self, what: str) -> Iterator[None]:
        try:
            yield
        except RETRYABLE as error:
            raise MailboxAway(f"{what} ({type(error).__name__})") from error


def _check(status: str) -> None:
    if status != "OK":
        raise imaplib.IMAP4.error("refused")


def _number(response: tuple[str, Sequence[Any]]) -> int | None:
    values = [value for value in response[1] if value]
    return int(values[-1]) if values else None


def _set(uids: Iterable[int]) -> str:
    """A set of UIDs, runs of them as ranges."""
    ranges: list[list[int]] = []
    for uid in sorted(uids):
        if ranges and uid == ranges[-1][1] + 1:
            ranges[-1][1] = uid
        else:
            ranges.append([uid, uid])
    return ",".join(str(low) if low == high else f"{low}:{high}" for low, high in ranges)


def _quoted(folder: str) -> str:
    """A folder's name as the protocol writes it."""
    name = utf7_encode(folder).decode("ascii")
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _some(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (uids[begin : begin + 500] for begin in range(0, len(uids), 500))


def _head(line: bytes) -> Head | None:
    uid = size = 0
    date = b""
    for found_uid, found_size, found_date in _SIZE.findall(line):
        uid, size, date = int(found_uid or uid), int(found_size or size), found_date or date
    return Head(uid, size, date) if uid else None


def _bodies(found: Sequence[Any]) -> Iterator[tuple[int, bytes]]:
    """imaplib gives `(b'5 (UID 7 BODY[] {12}', bytes)`, then `b')'`; some servers name the UID behind the bytes."""
    for index, item in enumerate(found):
        if isinstance(item, tuple):
            behind = found[index + 1] if index + 1 < len(found) else b""
            uid = _UID.search(item[0]) or (_UID.search(behind) if isinstance(behind, bytes) else None)
            if uid:
                yield int(uid.group(1)), item[1]

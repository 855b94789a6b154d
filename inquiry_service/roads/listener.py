"""Takes mail by LMTP or SMTP, for our own addresses alone; 250 is said after the commit, and 4xx while that is not possible."""

import asyncio
import contextlib
import logging
import os
import re
import signal
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy.exc import SQLAlchemyError

from inquiry_service.domain.intake import MOST_BYTES, store_at_once
from inquiry_service.domain.our_addresses import OurAddresses
from shared.db import Database
from shared.listen_url import ListenSettings

Store = Callable[[bytes, str], str]
MOST_CONNECTIONS = 20  # as many as a mail server opens; each may hold a mail of 25 MB
MOST_RECIPIENTS = 100
MOST_LINE_BYTES = 65_536  # RFC 5321 promises a thousand; programs send more
CHUNK_BYTES = 1 << 20  # more than is ever buffered, so a read leaves nothing behind
_END = b"\r\n.\r\n"
_LONG = re.compile(rb"[^\n]{%d}" % MOST_LINE_BYTES)
_PLAIN = re.compile(r"\s*<([A-Za-z0-9+=_.\-]{1,64}@[A-Za-z0-9.\-]{1,255}|)>\s*(.*)", re.ASCII)
DRAINED_BYTES = 4 * MOST_BYTES  # of a mail that is refused anyway: its sender is to hear why
TIMEOUT_S = 300.0
HANDS = 8
NOT_OURS = "550 5.7.1 No such recipient here, and nothing is relayed"
TOO_MANY = "452 4.5.3 Too many recipients"
TOO_LARGE = "552 5.3.4 The mail is too large"
BARE_LINE_END = "550 5.6.0 A line ends with a bare CR or LF: refused, see RFC 5321 2.3.8"
LONG_LINE = "550 5.6.0 A line is too long"
AWAY = "451 4.3.0 The mail cannot be kept now, try again"
BUSY = b"421 4.3.2 Too many connections, try again\r\n"
log = structlog.get_logger()


def keeper(database: Database, road: str) -> Store:
    """What keeps a mail that came by that road, and says what the sender is told."""

    def keep(data: bytes, recipients: str) -> str:
        try:
            is_new = store_at_once(database, data, mailbox=road, envelope_to=recipients)
        except SQLAlchemyError as error:
            log.warning("mail_not_kept", error=type(error).__name__)
            return AWAY
        return "250 2.0.0 kept" if is_new else "250 2.0.0 known already"

    return keep


class Handler:
    """What the protocol asks us."""

    def __init__(self, addresses: OurAddresses, store: Store) -> None:
        self._addresses = addresses
        self._store = store
        self._hands = ThreadPoolExecutor(HANDS, thread_name_prefix="listener")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Ours, or refused."""
        if not self._addresses.include(address):
            return NOT_OURS
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return TOO_MANY
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ours"

    async def keep(self, data: bytes, recipients: list[str]) -> str:
        """The answer to the final dot: 250 once the bytes are committed."""
        loop, ours = asyncio.get_running_loop(), " ".join(dict.fromkeys(recipients))
        try:
            return await loop.run_in_executor(self._hands, self._store, data, ours)
        except Exception as error:
            return await self.handle_exception(error)

    async def handle_exception(self, error: Exception) -> str:
        """Nothing that goes wrong here is the sender's fault for good."""
        log.error("listener_failed", error=type(error).__name__)
        return AWAY


class _Strict(SMTP):
    """DATA read by us: a mail ends at CR LF dot CR LF and nowhere else, and one with other line ends is refused.

    Whoever takes a bare LF for a line's end sees a second mail where the sender's server saw none (SMTP smuggling).
    """

    line_length_limit = MOST_LINE_BYTES
    answers_each_recipient = False

    def __init__(self, handler: Handler, conversations: "set[_Strict]") -> None:
        super().__init__(
            handler,
            data_size_limit=MOST_BYTES,
            enable_SMTPUTF8=True,
            hostname=socket.gethostname(),
            ident="Frontdesk",
            timeout=TIMEOUT_S,
            loop=asyncio.get_running_loop(),
        )
        self._conversations = conversations
        conversations.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        """One conversation fewer."""
        self._conversations.discard(self)
        super().connection_lost(error)

    def hang_up(self) -> None:
        """The connection is closed, with what was said before it."""
        if self.transport is not None:
            self.transport.close()

    async def smtp_DATA(self, arg: str) -> None:
        """The mail is kept, or refused; after a refusal the connection ends, and what follows is nobody's command."""
        if await self.check_helo_needed():
            return
        envelope = self.envelope or Envelope()
        if not envelope.rcpt_tos:
            await self.push("503 5.5.1 Error: need RCPT command")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        mail = bytearray(
            f"Return-Path: <{_written(envelope.mail_from)}>\r\n".encode("utf-8", "surrogateescape")
        )
        fault = await self._read_mail(mail)
        recipients = list(envelope.rcpt_tos)
        answer = fault or await self.event_handler.keep(bytes(mail), recipients)
        self.envelope = self._create_envelope()
        for _ in recipients if self.answers_each_recipient else recipients[:1]:
            await self.push(answer)
        if fault:
            self.hang_up()

    async def _read_mail(self, mail: bytearray) -> str:
        """Everything until the final dot is in `mail`, and the answer is empty; or the answer says what is wrong with it."""
        read, seen, is_too_large = bytearray(b"\r\n"), 0, False
        while True:
            looked = max(0, len(read) - len(_END) + 1)
            chunk = await self._reader.read(CHUNK_BYTES)
            if not chunk:
                raise ConnectionResetError
            read += chunk
            seen += len(chunk)
            end = read.find(_END, looked)
            if end >= 0:
                break
            if seen > MOST_BYTES + len(_END):  # its end is looked for all the same: the sender is to hear why
                is_too_large, read = True, read[-len(_END) :]
            if seen > DRAINED_BYTES:
                return TOO_LARGE
        if rest := bytes(read[end + len(_END) :]):
            self._reader.feed_data(
                rest
            )  # commands behind the mail; nothing else is buffered, all of it was read
        if is_too_large or seen - len(rest) > MOST_BYTES + len(_END):
            return TOO_LARGE
        del read[end + 2 :]
        mail += read.replace(b"\r\n.", b"\r\n")[2:]
        return _fault_of(read)

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """An address in angle brackets, as nearly all are, without the library's parser: that costs more than the rest of a mail."""
        plain = _PLAIN.fullmatch(arg)
        return (plain.group(1) or "<>", plain.group(2)) if plain else super()._getaddr(arg)


def _fault_of(read: bytearray) -> str:
    """Why lines like these are refused; nothing where they all end as they must."""
    if not read.count(b"\r\n") == read.count(b"\n") == read.count(b"\r"):
        return BARE_LINE_END
    return LONG_LINE if _LONG.search(read) else ""


class SmtpConversation(_Strict):
    """SMTP: one answer to the final dot."""


class LmtpConversation(_Strict, LMTP):
    """LMTP (RFC 2033): an answer for each recipient."""

    answers_each_recipient = True


class Listener:
    """Listens until it is told to stop."""

    def __init__(self, settings: ListenSettings, addresses: OurAddresses, store: Store) -> None:
        self._settings = settings
        self._handler = Handler(addresses, store)
        self._open: set[_Strict] = set()

    def run(self, ready: Callable[[int], None] = lambda port: None) -> None:
        """Serves until SIGTERM or SIGINT; `ready` is called with the port (0: a socket) when somebody may come."""
        logging.getLogger("mail.log").setLevel(
            logging.ERROR
        )  # it quotes what clients say, and that may be an address
        asyncio.run(self._serve(ready))

    async def _serve(self, ready: Callable[[int], None]) -> None:
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        server = await self._listen(loop)
        ready(0 if self._settings.path else server.sockets[0].getsockname()[1])
        await stop.wait()
        server.close()
        for conversation in list(self._open):  # whoever is in the middle tries again: no 250 was said
            conversation.hang_up()
        if self._settings.path:
            with contextlib.suppress(OSError):
                Path(self._settings.path).unlink()

    async def _listen(self, loop: asyncio.AbstractEventLoop) -> asyncio.Server:
        if not self._settings.path:
            return await loop.create_server(self._answer, self._settings.host, self._settings.port)
        _clear(self._settings.path)
        server = await loop.create_unix_server(self._answer, self._settings.path)
        os.chmod(self._settings.path, 0o660)  # who may deliver is a matter of the folder, and of the group
        return server

    def _answer(self) -> asyncio.BaseProtocol:
        if len(self._open) >= MOST_CONNECTIONS:
            return _Busy()
        kind = LmtpConversation if self._settings.protocol == "lmtp" else SmtpConversation
        return kind(self._handler, self._open)


class _Busy(asyncio.Protocol):
    """One connection too many."""

    def connection_made(self, transport: Any) -> None:
        transport.write(BUSY)
        transport.close()


def _written(sender: str | None) -> str:
    return "" if sender in (None, "<>") else str(sender)


def _clear(path: str) -> None:
    """A socket that a killed listener left is gone. Raises OSError where somebody listens."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
        except (FileNotFoundError, ConnectionRefusedError):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
            return
    raise OSError(f"somebody listens at {path} already")

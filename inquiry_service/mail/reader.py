"""Reading a mail in a process that can be killed: whatever the mail does, it costs ten seconds at most, and nobody else anything."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock

import structlog

from inquiry_service.domain.parsed_email import ParsedEmail
from inquiry_service.mail.frames import PipeBroken, PipeSilent, exchange
from inquiry_service.mail.parsed_bytes import READ, WORN_OUT, unpacked
from shared.phrases import phrase

MAX_MAIL_BYTES = 25 * 1024 * 1024
DEADLINE_S = 10.0
START_S = 60.0
MAILS_A_CHILD = 500
CHILD = ("-m", "inquiry_service.mail.reading_child")
_ROOT = Path(__file__).parents[2]
log = structlog.get_logger()


class MailUnreadable(Exception):
    """This mail cannot be read, for the reason in words; to try again may help after the program changed."""


class ReaderAway(Exception):
    """No process could be started to read it: that is about this machine, not about the mail."""


class MailReader:
    """One child, kept for many mails, given one at a time; safe to share between threads."""

    def __init__(self, program: Sequence[str] = CHILD) -> None:
        self._program = program
        self._child: subprocess.Popen[bytes] | None = None
        self._mails_read = 0
        self._lock = Lock()

    def read(self, data: bytes) -> ParsedEmail:
        """What can be read of the mail. Raises MailUnreadable, ReaderAway."""
        if len(data) > MAX_MAIL_BYTES:
            raise MailUnreadable(phrase("it is larger than 25 MB"))
        with self._lock:
            for is_last in (False, True):
                try:
                    return self._asked(data)
                except PipeBroken:  # an operator may have ended it, or the machine: once more decides
                    self._end()
                    if is_last:
                        raise MailUnreadable(phrase("whoever reads it dies of it")) from None
        raise AssertionError

    def close(self) -> None:
        """The child has ended."""
        with self._lock:
            self._end()

    @property
    def pid(self) -> int | None:
        """The child's process id, where one lives."""
        return self._child.pid if self._child is not None else None

    def _asked(self, data: bytes) -> ParsedEmail:
        child = self._living()
        try:
            answer = exchange(_out(child), _in(child), data, DEADLINE_S)
        except PipeSilent:
            self._end()
            log.warning("mail_reader_killed", mail_bytes=len(data))
            raise MailUnreadable(phrase("to read it takes longer than ten seconds")) from None
        self._mails_read += 1
        verdict, rest = answer[:1], answer[1:]
        if verdict == WORN_OUT or self._mails_read >= MAILS_A_CHILD:
            self._end()
        if verdict != READ:
            raise MailUnreadable(rest.decode("utf-8", "replace")[:200])
        try:
            return unpacked(rest)
        except (ValueError, KeyError, TypeError) as error:
            raise PipeBroken from error

    def _living(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._end()
            self._child = self._begun()
        return self._child

    def _begun(self) -> subprocess.Popen[bytes]:
        # nothing of our environment but where Python is: what reads strangers' bytes knows no secret
        environment = {"PATH": os.defpath, "PYTHONPATH": str(_ROOT), "LANG": "C.UTF-8"}
        try:
            child = subprocess.Popen(
                [sys.executable, *self._program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                env=environment,
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            raise ReaderAway(type(error).__name__) from error
        self._child = child
        for fd in (_out(child), _in(child)):
            os.set_blocking(fd, False)
        try:
            exchange(_out(child), _in(child), None, START_S)
        except (PipeBroken, PipeSilent) as error:
            self._end()
            raise ReaderAway(type(error).__name__) from error
        return child

    def _end(self) -> None:
        child, self._child, self._mails_read = self._child, None, 0
        if child is not None:
            child.kill()
            for stream in (child.stdin, child.stdout):
                with contextlib.suppress(OSError):
                    stream.close()  # type: ignore[union-attr]
            child.wait()


@lru_cache(maxsize=1)
def reader_of_this_process() -> MailReader:
    """The one that all hands of the process share; its child begins with the first mail."""
    return MailReader()


def _out(child: subprocess.Popen[bytes]) -> int:
    assert child.stdin is not None
    return child.stdin.fileno()


def _in(child: subprocess.Popen[bytes]) -> int:
    assert child.stdout is not None
    return child.stdout.fileno()

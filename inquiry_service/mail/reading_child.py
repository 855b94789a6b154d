"""The process that parses mails, and nothing else: no database, no secret, no network; bounded memory, and an end of its own.

It answers each mail on its standard input with the parsed mail, or with why it cannot be read, and ends when its parent is gone.
"""

import contextlib
import resource
import signal
import sys
from collections.abc import Callable

from inquiry_service.domain.parsed_email import ParsedEmail
from inquiry_service.mail.frames import receive, send
from inquiry_service.mail.parse import UnreadableMail, parse
from inquiry_service.mail.parsed_bytes import NOT_READ, READ, WORN_OUT, packed
from shared.phrases import phrase

MEMORY_BYTES = 512 * 1024 * 1024
OWN_END_S = 20  # twice what the parent waits: an orphan in the middle of a mail does not work on for ever
READY = b"ready"


def serve(read: Callable[[bytes], ParsedEmail]) -> None:
    """Reads mails until the parent closes the pipe."""
    with contextlib.suppress(ValueError, OSError):  # some systems know no such limit
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the parent ends first, and with it the pipe
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    send(outgoing, READY)
    while (data := receive(incoming)) is not None:
        signal.setitimer(signal.ITIMER_REAL, OWN_END_S)
        send(outgoing, _answer(read, data))
        signal.setitimer(signal.ITIMER_REAL, 0)


def _answer(read: Callable[[bytes], ParsedEmail], data: bytes) -> bytes:
    try:
        return READ + packed(read(data))
    except MemoryError:
        return WORN_OUT + phrase("it needs more memory than a mail may").encode()
    except UnreadableMail as error:
        return NOT_READ + str(error).encode()
    except Exception as error:  # RecursionError too: whatever it is, it is about this mail
        return NOT_READ + type(error).__name__.encode()


if __name__ == "__main__":
    serve(parse)

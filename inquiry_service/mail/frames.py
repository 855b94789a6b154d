"""Messages on a pipe: eight bytes that say how long it is, then the message; and how one is exchanged before a deadline."""

import os
import selectors
import struct
from collections.abc import Iterator
from typing import BinaryIO

from shared.clock import monotonic_s

LENGTH = struct.Struct(">Q")
MAX_FRAME_BYTES = 120_000_000  # a mail of 25 MB comes back as its text and its files
_PIECE_BYTES = 1 << 20


class PipeBroken(Exception):
    """The process at the other end is gone."""


class PipeSilent(Exception):
    """The deadline passed."""


def send(stream: BinaryIO, message: bytes) -> None:
    """The message is on the stream; waits as long as it takes."""
    stream.write(LENGTH.pack(len(message)))
    stream.write(message)
    stream.flush()


def receive(stream: BinaryIO) -> bytes | None:
    """The next message, or None when the other end closed the stream."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    message = stream.read(length)
    return message if len(message) == length else None


def exchange(out_fd: int, in_fd: int, message: bytes | None, deadline_s: float) -> bytes:
    """What the other process answers to the message (or says by itself). Both pipes must not block.

    Raises PipeSilent when `deadline_s` passed, PipeBroken when the process is gone.
    """
    answer = bytearray()
    waiting = memoryview(LENGTH.pack(len(message)) + message if message is not None else b"")
    for is_writable in _turns(out_fd if waiting else None, in_fd, monotonic_s() + deadline_s):
        try:
            if is_writable:
                waiting = waiting[os.write(out_fd, waiting[:_PIECE_BYTES]) :]
                if not waiting:
                    return _answer(in_fd, answer, deadline_s)
                continue
        except BlockingIOError:
            continue
        except OSError as error:
            raise PipeBroken from error
        if _read_some(in_fd, answer):
            return bytes(answer)
    raise PipeSilent


def _answer(in_fd: int, answer: bytearray, deadline_s: float) -> bytes:
    for _ in _turns(None, in_fd, monotonic_s() + deadline_s):
        if _read_some(in_fd, answer):
            return bytes(answer)
    raise PipeSilent


def _turns(out_fd: int | None, in_fd: int, until_s: float) -> Iterator[bool]:
    """One turn each time that a pipe is ready; true for the one to write on. Ends when the time is over."""
    with selectors.DefaultSelector() as selector:
        selector.register(in_fd, selectors.EVENT_READ)
        if out_fd is not None:
            selector.register(out_fd, selectors.EVENT_WRITE)
        while (left_s := until_s - monotonic_s()) > 0:
            for key, _ in selector.select(left_s):
                yield key.fd == out_fd


def _read_some(in_fd: int, answer: bytearray) -> bool:
    """Whether the answer is whole; its length is taken off its front."""
    try:
        piece = os.read(in_fd, _PIECE_BYTES)
    except BlockingIOError:
        return False
    except OSError as error:
        raise PipeBroken from error
    if not piece:
        raise PipeBroken
    answer += piece
    if len(answer) < LENGTH.size:
        return False
    (length,) = LENGTH.unpack_from(answer)
    if length > MAX_FRAME_BYTES:
        raise PipeBroken
    if len(answer) < LENGTH.size + length:
        return False
    del answer[: LENGTH.size]
    return True

"""A link between a reader and its mail server, over TLS at both ends, that can say no, hang up, or have the reader killed at a point."""

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Callable
from types import TracebackType
from typing import IO, Self

from tests.roads.dovecot import Dovecot

_LITERAL = re.compile(rb"\{(\d+)\}\r\n$")


class HangUp(Exception):
    """The connection ends here, without another byte."""


def pass_on(verb: str, line: bytes) -> bytes | None:
    """Nothing happens before a command: no answer of our own."""
    return None


def as_it_is(verb: str, line: bytes, answer: bytes) -> bytes:
    """The server's answer, unchanged."""
    return answer


class Interposed:
    """`before` may answer a command in the server's place, `after` may change its answer; either may raise HangUp."""

    def __init__(self, server: Dovecot) -> None:
        self.server = server
        self.before: Callable[[str, bytes], bytes | None] = pass_on
        self.after: Callable[[str, bytes, bytes], bytes] = as_it_is
        self.verbs: list[str] = []
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(server.base / "cert.pem", server.base / "key.pem")

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        context = ssl.create_default_context(cafile=str(self.server.certificate))
        with contextlib.suppress(OSError, HangUp), client:
            inner = self._context.wrap_socket(client, server_side=True)
            raw = socket.create_connection(("127.0.0.1", self.server.port))
            with inner, context.wrap_socket(raw, server_hostname="localhost") as outer:
                asked, told = inner.makefile("rb"), outer.makefile("rb")
                inner.sendall(told.readline())
                while line := asked.readline():
                    inner.sendall(self._answer(line, asked, outer, told, inner))

    def _answer(
        self, line: bytes, asked: IO[bytes], outer: socket.socket, told: IO[bytes], inner: socket.socket
    ) -> bytes:
        tag, _, rest = line.partition(b" ")
        words = rest.decode("utf-8", "replace").upper().split()
        verb = " ".join(words[: 2 if words[0] == "UID" else 1])
        self.verbs.append(verb)
        instead = self.before(verb, line)
        if instead is not None:
            return instead
        if verb == "IDLE":  # it says that it listens, and then never says anything: as behind a forgetful NAT
            inner.sendall(b"+ idling\r\n")
            asked.readline()
            return tag + b" OK done\r\n"
        outer.sendall(line)
        return self.after(verb, line, _whole_answer(told, tag))


def _whole_answer(told: IO[bytes], tag: bytes) -> bytes:
    """Every line until the one with the tag, with what is announced by its length."""
    answer = bytearray()
    while line := told.readline():
        answer += line
        while literal := _LITERAL.search(line):
            answer += told.read(int(literal.group(1)))
            line = told.readline()
            answer += line
        if line.startswith(tag + b" "):
            return bytes(answer)
    raise HangUp

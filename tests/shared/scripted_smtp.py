"""A real SMTP server on loopback that does at each verb what its script says, and remembers what it took responsibility for."""

import socket
import socketserver
import struct
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

DRIP_EVERY_S = 0.05


@dataclass
class Script:
    """What to answer. A value is a line to send; `drop` hangs up, `reset` hangs up so that the client's system forgets the connection,
    `silence` says nothing more until the client leaves. `after 2.5 s: 250 ok` is said late, `drip: 250 ok` a letter at a time.

    `greeting` and `rcpt_of` (by address, lower-cased) are answered so where they are given. `after_dot_accepts` keeps
    the letter although the answer is never sent: the case that makes blind resenders send twice.
    """

    mail: str = "250 ok"
    rcpt: str = "250 ok"
    data: str = "354 go on"
    body: str = ""
    dot: str = "250 queued as 7"
    after_dot_accepts: bool = False
    ehlo: str = "250 ok"
    greeting: str = "220 sink"
    auth: str = "235 welcome"
    rcpt_of: dict[str, str] = field(default_factory=dict)


@dataclass
class Sink:
    """The server; `accepted` are the letters' bytes, as they were after dot-unstuffing."""

    script: Script = field(default_factory=Script)
    accepted: list[bytes] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    commands: list[bytes] = field(default_factory=list)
    unfinished: int = 0
    connections: int = 0
    verbs: list[bytes] = field(default_factory=list)
    hangs_up_after: int = 1_000_000  # letters of one connection

    def __enter__(self) -> Self:
        sink = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                sink.connections += 1
                _Conversation(sink, self).run()

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        """Where it listens on loopback."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The SMTP_URL that leads here."""
        return f"smtp://127.0.0.1:{self.port}?starttls=never"


class _Conversation:
    def __init__(self, sink: Sink, handler: socketserver.StreamRequestHandler) -> None:
        self._sink = sink
        self._read = handler.rfile
        self._write = handler.wfile
        self._socket = handler.request
        self._is_over = False
        self._recipients: list[str] = []

    def run(self) -> None:
        letters = 0
        self._say(self._sink.script.greeting)
        while not self._is_over and (line := self._read.readline()):
            verb = line.strip().split(b" ")[0].split(b":")[0].upper()
            self._sink.verbs.append(verb)
            self._sink.commands.append(line.strip())
            if verb == b"DATA":
                self._data()
                letters += 1
                self._is_over = self._is_over or letters >= self._sink.hangs_up_after
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            else:
                script = self._sink.script
                known = {b"EHLO": script.ehlo, b"MAIL": script.mail, b"AUTH": script.auth}
                self._say(self._rcpt(line) if verb == b"RCPT" else known.get(verb, "250 ok"))
                if verb in (b"MAIL", b"RSET"):
                    self._recipients = []

    def _rcpt(self, line: bytes) -> str:
        script = self._sink.script
        address = line.decode().partition("<")[2].partition(">")[0].lower()
        words = script.rcpt_of.get(address, script.rcpt)
        if words.startswith("250"):
            self._recipients.append(address)
        return words

    def _data(self) -> None:
        script = self._sink.script
        self._say(script.data)
        if self._is_over or "354" not in script.data:
            return
        if script.body:
            self._read.readline()
            self._say(script.body)
            return
        lines = []
        while (line := self._read.readline()) != b".\r\n":
            if not line:
                self._sink.unfinished += 1
                self._is_over = True
                return
            lines.append(line[1:] if line.startswith(b".") else line)
        if script.dot.startswith("250") or script.after_dot_accepts:
            self._sink.accepted.append(b"".join(lines))
            self._sink.recipients.append(self._recipients)
        self._say(script.dot)

    def _say(self, words: str) -> None:
        if words == "drop":
            self._is_over = True
            return
        if words == "reset":
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._is_over = True
            return
        if words.startswith("after "):
            seconds, _, words = words.removeprefix("after ").partition(" s: ")
            self._pause(float(seconds))
        if words.startswith("drip: "):
            for byte in f"{words.removeprefix('drip: ')}\r\n".encode():
                self._pause(DRIP_EVERY_S)
                self._send(bytes([byte]))
            return
        if words == "silence":
            self._read.read()  # until the client gives up
            self._is_over = True
            return
        self._send(words.encode() + b"\r\n")
        self._is_over = self._is_over or words.startswith("421")  # a relay that says so hangs up

    def _send(self, said: bytes) -> None:
        try:
            self._write.write(said)
            self._write.flush()
        except OSError:  # the client is gone
            self._is_over = True

    @staticmethod
    def _pause(seconds: float) -> None:
        threading.Event().wait(seconds)

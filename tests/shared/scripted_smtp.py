"""A real SMTP server on loopback that does at each verb what its script says, and remembers what it took responsibility for."""

import socketserver
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self


@dataclass
class Script:
    """What to answer. A value is a line to send; `drop` hangs up, `silence` says nothing more until the client leaves.

    `after_dot_accepts` keeps the letter although the answer is never sent: the case that makes blind resenders send twice.
    """

    mail: str = "250 ok"
    rcpt: str = "250 ok"
    data: str = "354 go on"
    body: str = ""
    dot: str = "250 queued as 7"
    after_dot_accepts: bool = False
    ehlo: str = "250 ok"


@dataclass
class Sink:
    """The server; `accepted` are the letters' bytes, as they were after dot-unstuffing."""

    script: Script = field(default_factory=Script)
    accepted: list[bytes] = field(default_factory=list)
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
        self._is_over = False

    def run(self) -> None:
        letters = 0
        self._say("220 sink")
        while not self._is_over and (line := self._read.readline()):
            verb = line.strip().split(b" ")[0].split(b":")[0].upper()
            self._sink.verbs.append(verb)
            if verb == b"DATA":
                self._data()
                letters += 1
                self._is_over = self._is_over or letters >= self._sink.hangs_up_after
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            else:
                script = self._sink.script
                known = {b"EHLO": script.ehlo, b"MAIL": script.mail, b"RCPT": script.rcpt}
                self._say(known.get(verb, "250 ok"))

    def _data(self) -> None:
        script = self._sink.script
        self._say(script.data)
        if self._is_over or not script.data.startswith("354"):
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
        self._say(script.dot)

    def _say(self, words: str) -> None:
        if words == "drop":
            self._is_over = True
            return
        if words == "silence":
            self._read.read(1)  # until the client gives up
            self._is_over = True
            return
        self._write.write(words.encode() + b"\r\n")
        self._write.flush()

"""An SMTP sink as a process of its own: `python -m tests.faults.sink LOG VAR`. What it answers 250 for is on its disk first.

It obeys lines of JSON on its standard input, and can kill (SIGKILL) the process that is connected to it, at a chosen verb.
"""

import json
import os
import select
import signal
import socket
import sys
import threading
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any

from tests.faults.peers import Peer, peer_of

CONNECT, EHLO, MAIL, RCPT, DATA = "connect", "ehlo", "mail", "rcpt", "data"
BODY, BEFORE_DOT, AFTER_DOT, ANSWERED = "body", "before the dot", "after the dot", "answered"
BEFORE_DATA, AROUND_DATA = (CONNECT, EHLO, MAIL, RCPT), (DATA, BODY, BEFORE_DOT, AFTER_DOT, ANSWERED)
CRASH_POINTS = (*BEFORE_DATA, *AROUND_DATA)
VERBS = {b"EHLO": EHLO, b"HELO": EHLO, b"MAIL": MAIL, b"RCPT": RCPT}
HELD_AT_MOST_S = 30.0


@dataclass
class Orders:
    """What the sink was told to do, besides taking letters."""

    var: str
    kill_at: str = ""
    kills_left: int = 0
    killed: set[Peer] = field(default_factory=set)
    hold_at: str = ""
    hold_until: int = 0
    held: int = 0
    lock: threading.Condition = field(default_factory=threading.Condition)

    def obey(self, order: dict[str, Any]) -> dict[str, Any]:
        """The order counts from now on; answers how many were killed so far."""
        with self.lock:
            self.kill_at, self.kills_left = order.get("kill_at", ""), order.get("times", 0)
            self.hold_at, self.hold_until, self.held = order.get("hold_at", ""), order.get("hold_until", 0), 0
            self.lock.notify_all()
            return {"kills": len(self.killed)}

    def count(self) -> dict[str, Any]:
        """How many were killed, and how many are held up."""
        with self.lock:
            return {"kills": len(self.killed), "held": self.held}

    def may_kill(self) -> bool:
        """Somebody is to be killed at some verb."""
        return self.kills_left > 0

    def reached(self, point: str, peer: Peer | None) -> bool:
        """What the script says for this point is done; True when the other side was killed."""
        with self.lock:
            if point == self.hold_at:
                self.held += 1
                self.lock.notify_all()
                self.lock.wait_for(
                    lambda: self.held >= self.hold_until or point != self.hold_at, HELD_AT_MOST_S
                )
            if point != self.kill_at or self.kills_left <= 0 or peer is None or peer in self.killed:
                return False
            if not peer.is_alive():
                return False
            self.kills_left -= 1
            self.killed.add(peer)  # once: its other connections die with it
        try:
            os.kill(peer.pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True


class Log:
    """The append-only list of letters taken; a line is on disk when `add` returns."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def add(self, message_id: str, recipient: str) -> None:
        """The letter is the sink's responsibility."""
        os.write(self._fd, (json.dumps({"message_id": message_id, "recipient": recipient}) + "\n").encode())
        os.fsync(self._fd)


class Conversation:
    """One connection, in a thread of its own."""

    def __init__(self, connection: socket.socket, orders: Orders, log: Log) -> None:
        self._socket = connection
        self._orders = orders
        self._log = log
        self._buffer = b""
        self._peer: Peer | None = None
        self._recipient = ""

    def run(self) -> None:
        """Until the other side leaves, or is no more."""
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._reached(CONNECT)
            self._say("220 sink")
            while line := self._line():
                if not self._answer(line.strip()):
                    return
        except OSError:
            return
        finally:
            self._socket.close()

    def _answer(self, line: bytes) -> bool:
        verb = line.split(b" ")[0].split(b":")[0].upper()
        if verb in VERBS:
            self._reached(VERBS[verb])
        if verb == b"RCPT":
            self._recipient = line.partition(b"<")[2].partition(b">")[0].decode()
        if verb == b"DATA":
            return self._data()
        self._say("221 bye" if verb == b"QUIT" else "250 ok")
        return verb != b"QUIT"

    def _data(self) -> bool:
        self._reached(DATA)
        self._say("354 go on")
        lines: list[bytes] = []
        while (line := self._line()) != b".\r\n":
            if not line:
                return False  # gone before the dot: nothing was accepted
            lines.append(line[1:] if line.startswith(b".") else line)
            if len(lines) == 1:
                self._reached(BODY)
            if line.startswith(b"--") and line.endswith(b"--\r\n") and self._is_quiet():
                self._reached(BEFORE_DOT)
        headers = BytesHeaderParser().parsebytes(b"".join(lines))
        self._log.add(str(headers["Message-ID"]), self._recipient)
        self._reached(AFTER_DOT)
        self._say("250 queued")
        self._reached(ANSWERED)
        return True

    def _reached(self, point: str) -> None:
        if self._peer is None and self._orders.may_kill():  # early: looking takes longer than a commit
            self._peer = peer_of(self._socket.getpeername(), self._orders.var)
        self._orders.reached(point, self._peer)

    def _is_quiet(self) -> bool:
        """The other side has written nothing more than what was read."""
        return not self._buffer and not select.select([self._socket], [], [], 0)[0]

    def _line(self) -> bytes:
        while b"\n" not in self._buffer:
            more = self._socket.recv(65536)
            if not more:
                return b""
            self._buffer += more
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line + b"\n"

    def _say(self, words: str) -> None:
        self._socket.sendall(words.encode() + b"\r\n")


def main() -> None:
    """Serves until its standard input ends."""
    orders, log = Orders(sys.argv[2]), Log(Path(sys.argv[1]))
    server = socket.create_server(("127.0.0.1", 0), backlog=64)

    def accept() -> None:
        while True:
            connection, _ = server.accept()
            threading.Thread(target=Conversation(connection, orders, log).run, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    print(json.dumps({"port": server.getsockname()[1]}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        print(json.dumps(orders.count() if order == {"ask": "count"} else orders.obey(order)), flush=True)


if __name__ == "__main__":
    main()

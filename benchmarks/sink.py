"""A fast SMTP server that keeps nothing but when each recipient's letter came: `python -m benchmarks.sink`. No fsync: it is no limit of anybody.

Its first line of output is its port; for every line on its standard input it says what has come so far.
"""

import json
import socket
import subprocess
import sys
import threading
import time

ROOM = 1 << 16
ANSWERS = {b"QUIT": b"221 bye\r\n", b"EHLO": b"250-sink\r\n250 PIPELINING\r\n"}


class Sink:
    """The server as a process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.sink"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self._heard())

    @property
    def url(self) -> str:
        """The SMTP_URL that leads here."""
        return f"smtp://127.0.0.1:{self.port}?starttls=never"

    def count(self) -> int:
        """How many letters have come."""
        return int(self._asked("count"))

    def arrivals(self) -> dict[str, float]:
        """When each recipient's letter came, by `time.monotonic`, which all processes of a machine share."""
        found: dict[str, float] = json.loads(self._asked("arrivals"))
        return found

    def stop(self) -> None:
        """The process has ended."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)

    def _asked(self, word: str) -> str:
        assert self._process.stdin is not None
        print(word, file=self._process.stdin, flush=True)
        return self._heard()

    def _heard(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


def _converse(connection: socket.socket, came: dict[str, list[float]]) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(b"220 sink\r\n")
    data, recipient, is_letter = b"", "", False
    while more := connection.recv(ROOM):
        data += more
        while True:
            end = b"\r\n.\r\n" if is_letter else b"\r\n"
            line, found, rest = data.partition(end)
            if not found:
                break
            data = rest
            if is_letter:
                is_letter = False
                came.setdefault(recipient, []).append(time.monotonic())
                answer = b"250 taken\r\n"
            elif line.upper().startswith(b"DATA"):
                is_letter, answer = True, b"354 go on\r\n"
            else:
                if line.upper().startswith(b"RCPT"):
                    recipient = line.partition(b"<")[2].partition(b">")[0].decode()
                answer = ANSWERS.get(line[:4].upper(), b"250 ok\r\n")
            connection.sendall(answer)


def main() -> None:
    """Serves until its standard input ends."""
    came: dict[str, list[float]] = {}
    server = socket.create_server(("127.0.0.1", 0), backlog=64)

    def accept() -> None:
        while True:
            connection, _ = server.accept()
            threading.Thread(target=_converse, args=(connection, came), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    print(server.getsockname()[1], flush=True)
    for word in sys.stdin:
        known = dict(came)
        if word.strip() == "count":
            print(sum(map(len, known.values())), flush=True)
        else:
            print(json.dumps({to: times[0] for to, times in known.items() if times}), flush=True)


if __name__ == "__main__":
    main()

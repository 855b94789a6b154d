"""A closed-loop load generator of our own: so many clients, each with a kept connection and one request at a time. Loopback only."""

import multiprocessing
import os
import socket
import threading
import time
from dataclasses import dataclass
from multiprocessing.pool import Pool

PROCESSES = 2
HOST = "127.0.0.1"
TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Post:
    """A request to repeat. In the body `{n}` stands for a number that comes only once, `{choice}` for one of `choices`."""

    port: int
    path: str
    body: str
    choices: tuple[str, ...] = ("",)

    def as_bytes(self, number: str) -> bytes:
        """The whole request."""
        choice = self.choices[hash(number) % len(self.choices)]
        body = self.body.replace("{n}", number).replace("{choice}", choice).encode()
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: {HOST}:{self.port}\r\nContent-Type: application/json\r\n"
            f"Idempotency-Key: bench-{number}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


@dataclass(frozen=True)
class Figures:
    """What one round measured."""

    per_s: float
    p50_ms: float
    p99_ms: float


def hammer(post: Post, *, clients: int, seconds: float) -> Figures:
    """Requests answered with 201 per second over `seconds`; any other answer ends the benchmark."""
    processes = min(PROCESSES, clients)
    with _pool(processes) as pool:
        found = pool.starmap(_clients, [(post, clients // processes, seconds)] * processes)
    latencies = sorted(latency for part, _ in found for latency in part)
    wall_s = max(elapsed for _, elapsed in found)
    return Figures(len(latencies) / wall_s, quantile_ms(latencies, 0.5), quantile_ms(latencies, 0.99))


def _pool(processes: int) -> Pool:
    return multiprocessing.get_context("fork").Pool(processes)


def quantile_ms(ordered: list[float], share: float) -> float:
    """The value below which that share of the seconds lies, in milliseconds."""
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


def _clients(post: Post, clients: int, seconds: float) -> tuple[list[float], float]:
    latencies: list[list[float]] = [[] for _ in range(clients)]
    faults: list[BaseException] = []
    began = time.perf_counter()

    def run(index: int) -> None:
        try:
            _loop(post, f"{os.getpid()}-{index}-{time.time_ns()}", began + seconds, latencies[index])
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise RuntimeError(f"{post.path}: {faults[0]}")
    return [latency for part in latencies for latency in part], time.perf_counter() - began


def _loop(post: Post, name: str, until: float, latencies: list[float]) -> None:
    with socket.create_connection((HOST, post.port), timeout=TIMEOUT_S) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        number, started = 0, time.perf_counter()
        while started < until:
            connection.sendall(post.as_bytes(f"{name}-{number}"))
            read_201(connection)
            ended = time.perf_counter()
            latencies.append(ended - started)
            number, started = number + 1, ended


def read_201(connection: socket.socket) -> None:
    """The answer was read to its end. Raises RuntimeError when it was another."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))
    while len(body) < length:
        body += _more(connection)
    if not lines[0].startswith(b"http/1.1 201"):
        raise RuntimeError(f"answered {lines[0].decode()} {body[:300]!r}")


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise RuntimeError("the server hung up")
    return data

"""Letters: how fast a waiting pile goes out by relay and worker, beside a bare loop over prebuilt bytes; and from 201 to the sink, live."""

import smtplib
import socket
import threading
import time
from dataclasses import dataclass

from sqlalchemy import create_engine, pool, text

from benchmarks.load import HOST, TIMEOUT_S, Post, quantile_ms, read_201
from benchmarks.rows import Row
from benchmarks.sink import Sink
from benchmarks.stand import Stand
from benchmarks.statements import a_question
from shared.letter_sending import MAX_CONNECTIONS

PILE = 2000
LIVE_PER_S, LIVE_CLIENTS = 200, 8
DRAINED_WITHIN_S = 300.0
# what an accepted inquiry leaves behind: here a pile of them at once, while a held installation sends nothing
_HOLD = text("INSERT INTO holding (because) VALUES ('benchmark')")
_PILE_UP = text("""
    WITH inq AS (
        INSERT INTO inquiry (id, reference, status, asker_name, asker_email, asker_email_normal, opening, spam_score, spam_reasons, due_at)
        SELECT gen_random_uuid(), 'B-' || CAST(:round AS text) || '-' || number, 'new', 'Effat R.', address, address, 'A question', 0, '{}', now()
        FROM (SELECT number, 'pile-' || CAST(:round AS text) || '-' || number || '@example.com' AS address
              FROM generate_series(1, :count) AS number) AS numbered
        RETURNING id, asker_email
    ), msg AS (
        INSERT INTO message (id, inquiry_id, position, kind, via, body)
        SELECT gen_random_uuid(), id, 1, 'question', 'api', 'A question' FROM inq
    )
    INSERT INTO letter (id, kind, subject_id, recipient, dedupe_key)
    SELECT gen_random_uuid(), 'acknowledgement', id, asker_email, 'ack:' || id FROM inq
""")
_RELEASE = text("DELETE FROM holding")
_A_LETTER = text("SELECT b.bytes FROM letter l JOIN blob b ON b.sha256 = l.blob_sha256 LIMIT 1")


@dataclass(frozen=True)
class Delay:
    """From the 201 of an inquiry to its letter at the sink."""

    p50_ms: float
    p99_ms: float
    per_s: float


class Letters:
    """What is measured of letters on a stand whose relay and worker are at work."""

    def __init__(self, stand: Stand, sink: Sink, *, pile: int = PILE) -> None:
        self._stand = stand
        self._sink = sink
        self._pile = pile
        self._rounds = 0
        self._engine = create_engine(stand.cluster.url("inquiry", "owner"), poolclass=pool.NullPool)

    def rows(self) -> tuple[Row, Row]:
        """Ours and its limit."""
        return Row("letters, by relay and worker", self.drained_per_s), Row(
            "bare loop, prebuilt bytes", self.bare_per_s
        )

    def drained_per_s(self) -> float:
        """A pile of queued letters, rendered, marked and sent: from the moment it is due to the last one's arrival."""
        self._do(_HOLD)
        self.pile_up(self._pile)
        wanted = self._sink.count() + self._pile
        began = time.monotonic()
        self._do(_RELEASE)
        self._wait_for(wanted)
        return self._pile / (time.monotonic() - began)

    def pile_up(self, count: int) -> None:
        """So many inquiries stand, each with its acknowledgement queued."""
        self._rounds += 1
        self._do(_PILE_UP, round=str(self._rounds), count=count)

    def bare_per_s(self) -> float:
        """One of those letters again and again by the standard library, over as many connections as the worker has."""
        with self._engine.connect() as connection:
            data = bytes(connection.execute(_A_LETTER).scalar_one())
        each = self._pile // MAX_CONNECTIONS

        def loop() -> None:
            with smtplib.SMTP(HOST, self._sink.port, timeout=TIMEOUT_S) as smtp:
                assert smtp.sock is not None
                smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for _ in range(each):
                    smtp.sendmail("b@example.com", ["bare@example.com"], data)

        threads = [threading.Thread(target=loop) for _ in range(MAX_CONNECTIONS)]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return each * MAX_CONNECTIONS / (time.monotonic() - began)

    def live(self, seconds: float) -> Delay:
        """Inquiries at a steady rate, each with a letter to its asker; nobody waits for the letters before asking on."""
        self._rounds += 1
        answered: dict[str, float] = {}
        before, began = self._sink.count(), time.monotonic()
        post = Post(self._stand.ports["inquiry"], "/api/inquiry/v1/inquiries", a_question())

        def ask(client: int) -> None:
            with socket.create_connection((HOST, post.port), timeout=TIMEOUT_S) as connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                number = client
                while (due := began + number / LIVE_PER_S) < began + seconds:
                    time.sleep(max(0.0, due - time.monotonic()))
                    name = f"live-{self._rounds}-{number}"
                    connection.sendall(post.as_bytes(name))
                    read_201(connection)
                    answered[f"effat-{name}@example.com"] = time.monotonic()
                    number += LIVE_CLIENTS

        threads = [threading.Thread(target=ask, args=(client,)) for client in range(LIVE_CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took_s = time.monotonic() - began
        self._wait_for(before + len(answered))
        came = self._sink.arrivals()
        delays = sorted(max(came[address] - at, 0.0) for address, at in answered.items())
        return Delay(quantile_ms(delays, 0.5), quantile_ms(delays, 0.99), len(answered) / took_s)

    def _do(self, statement: object, **values: object) -> None:
        with self._engine.begin() as connection:
            connection.execute(statement, values)  # type: ignore[call-overload]

    def _wait_for(self, wanted: int) -> None:
        until = time.monotonic() + DRAINED_WITHIN_S
        while (count := self._sink.count()) < wanted:
            if time.monotonic() > until:
                raise TimeoutError(f"{wanted - count} letters did not come")
            time.sleep(0.01)

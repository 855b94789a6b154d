"""Clients: they ask, register and cancel over real HTTP, each request under a key of its own, and repeat what they do not know the outcome of."""

import http.client
import itertools
import json
import random
import threading
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from shared.clock import monotonic_s
from tests.faults.history import FAILED, INVOKED, OK, UNKNOWN, Event, History

TIMEOUT_S = 15.0
GIVE_UP_AFTER_S = 90.0
PAUSE_S = 0.1
UNKNOWN_STATUS = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Doors:
    """Where the clients knock. `token` is a registrar's."""

    inquiry_port: int
    enrollment_port: int
    token: str
    sections: tuple[str, ...]


@dataclass(frozen=True)
class Request:
    """One request, the same bytes each time it is made."""

    kind: str
    key: str
    email: str
    path: str
    body: bytes


@dataclass
class Load:
    """So many inquiries, and a registration with every third; `inquiries` = 0 goes on until it is stopped."""

    doors: Doors
    history: History
    inquiries: int
    clients: int = 3
    pause_s: float = 0.02
    cancels: float = 0.5
    done: int = 0
    may_go: threading.Event = field(default_factory=threading.Event)
    _stop: threading.Event = field(default_factory=threading.Event)

    def start(self) -> "Load":
        """The clients are at work."""
        self.may_go.set()
        self._numbers = itertools.count(1)
        self._threads = [threading.Thread(target=self._client, args=(n,)) for n in range(self.clients)]
        for thread in self._threads:
            thread.start()
        return self

    def is_over(self) -> bool:
        """Every client has gone home."""
        return not any(thread.is_alive() for thread in self._threads)

    def stop(self) -> None:
        """Nobody begins anything new; what is under way is still repeated until its outcome is known."""
        self._stop.set()
        self.may_go.set()

    def wait(self, timeout_s: float) -> None:
        """That long, or until the clients have gone home."""
        self._threads[0].join(timeout_s)

    def let_go(self, may_go: bool) -> None:
        """The clients go on, or wait before their next round."""
        if may_go or self._stop.is_set():
            self.may_go.set()
        else:
            self.may_go.clear()

    def _client(self, seed: int) -> None:
        chance = random.Random(seed)
        knocking = _Knocking(self.doors)
        for number in self._numbers:
            if self._stop.is_set() or (self.inquiries and number > self.inquiries):
                break
            self.may_go.wait()
            self._make(knocking, _inquiry())
            if number % 3 == 0:
                self._register_and_perhaps_cancel(knocking, chance)
            self.done += 1
            self._stop.wait(self.pause_s)
        knocking.close()

    def _register_and_perhaps_cancel(self, knocking: "_Knocking", chance: random.Random) -> None:
        registration_id = self._make(knocking, _registration(chance.choice(self.doors.sections)))
        if registration_id and chance.random() < self.cancels:
            self._make(knocking, _cancellation(registration_id))

    def _make(self, knocking: "_Knocking", request: Request) -> str:
        """The id that a success named, or nothing."""
        until = monotonic_s() + GIVE_UP_AFTER_S
        while True:
            self._note(request, INVOKED)
            status, answer_id = knocking.ask(request)
            outcome = _outcome(request, status)
            self._note(request, outcome, status, answer_id if outcome == OK else "")
            if outcome != UNKNOWN or monotonic_s() > until:
                return answer_id if outcome == OK else ""
            threading.Event().wait(PAUSE_S)  # the client's own patience: nothing tells it when to come back

    def _note(self, request: Request, event: str, status: int = 0, answer_id: str = "") -> None:
        self.history.write(Event(request.kind, request.key, request.email, event, status, answer_id))


def _outcome(request: Request, status: int) -> str:
    if status in (200, 201):
        return OK
    if status == 0 or status in UNKNOWN_STATUS:
        return UNKNOWN
    return FAILED


class _Knocking:
    """Kept connections of one client."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors
        self._kept: dict[str, http.client.HTTPConnection] = {}

    def ask(self, request: Request) -> tuple[int, str]:
        """The status, and the id in the answer; 0 when no whole answer came."""
        service = "inquiry" if request.kind == "inquiry" else "enrollment"
        port = self._doors.inquiry_port if service == "inquiry" else self._doors.enrollment_port
        connection = self._kept.setdefault(
            service, http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
        )
        headers = {"Content-Type": "application/json", "Idempotency-Key": request.key}
        if request.kind == "cancellation":
            headers["Authorization"] = f"Bearer {self._doors.token}"
        try:
            connection.request("POST", request.path, request.body, headers)
            response = connection.getresponse()
            read: dict[str, Any] = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError):
            connection.close()
            return 0, ""
        return response.status, str(read.get("id", ""))

    def close(self) -> None:
        """No connection is left."""
        for connection in self._kept.values():
            connection.close()


def _inquiry() -> Request:
    key = uuid4().hex
    email = f"asker-{key}@example.com"
    body = {
        "name": "Effat R.",
        "email": email,
        "program": "phlebotomy",
        "question": "Is it easy to find a job?",
    }
    return Request("inquiry", key, email, "/api/inquiry/v1/inquiries", json.dumps(body).encode())


def _registration(section_id: str) -> Request:
    key = uuid4().hex
    email = f"student-{key}@example.com"
    body = {"name": "Sam Student", "email": email, "section_id": section_id}
    return Request("registration", key, email, "/api/enrollment/v1/registrations", json.dumps(body).encode())


def _cancellation(registration_id: str) -> Request:
    path = f"/api/enrollment/v1/office/registrations/{registration_id}/cancel"
    return Request("cancellation", uuid4().hex, registration_id, path, b'{"reason": "changed their mind"}')

"""People outside: a browser's worth of HTTP, and visitors who keep coming while something breaks."""

import http.client
import http.cookiejar
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import Any
from uuid import uuid4

from tests.containers.waiting import wait_until

Body = tuple[str, dict[str, Any]]
NO_ANSWER = 0


@dataclass(frozen=True)
class Answer:
    """What came back; status 0 when nothing did."""

    status: int
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    url: str = ""

    def json(self) -> Any:
        """The body as data."""
        return json.loads(self.text)


class Visitor:
    """A browser without scripts: keeps cookies and follows redirects."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), urllib.request.ProxyHandler({})
        )

    def get(self, path: str, **headers: str) -> Answer:
        """A page, or an address of the API."""
        return self._open(urllib.request.Request(self._at(path), headers=_named(headers)))

    def post(self, path: str, values: dict[str, Any], **headers: str) -> Answer:
        """JSON to an address of the API."""
        sent = {"Content-Type": "application/json", **_named(headers)}
        return self._open(urllib.request.Request(self._at(path), json.dumps(values).encode(), sent))

    def fill_in(self, path: str, **values: str) -> Answer:
        """The form of that page, sent with its hidden fields and these values."""
        page = self.get(path)
        hidden = re.findall(r'<input[^>]*type="hidden"[^>]*>', page.text)
        fields = {_attribute(tag, "name"): _attribute(tag, "value") for tag in hidden}
        data = urllib.parse.urlencode(fields | values).encode()
        return self._open(urllib.request.Request(self._at(path), data, {"Origin": self.url}))

    def _at(self, path: str) -> str:
        return path if path.startswith("http") else self.url + path

    def _open(self, request: urllib.request.Request) -> Answer:
        try:
            with self._opener.open(request, timeout=60) as response:
                return _answer(response)
        except urllib.error.HTTPError as error:
            return _answer(error)
        except (OSError, http.client.HTTPException):
            return Answer(NO_ANSWER)


def _answer(response: Any) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status, response.read().decode(), headers, response.url)


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found.group(1) if found else ""


class Crowd:
    """Visitors who send one thing after the other until they go; whoever hears 503 comes again with the same key."""

    def __init__(self, url: str, make: Callable[[str], Body], *, size: int = 3) -> None:
        self.accepted: dict[str, str] = {}  # by key: the reference that was promised
        self.statuses: Counter[int] = Counter()
        self.without_retry_after = 0
        self.turned_away = 0  # came again and again, and were never let in
        self._url, self._make = url, make
        self._lock, self._gone = Lock(), Event()
        self._threads = [Thread(target=self._come, daemon=True) for _ in range(size)]

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._gone.set()
        for thread in self._threads:
            thread.join(timeout=120)
        assert not any(thread.is_alive() for thread in self._threads)

    def heard(self, status: int, count: int = 1, timeout_s: float = 180.0) -> bool:
        """So many more answers of that status have come."""
        wanted = self.statuses[status] + count
        return wait_until(lambda: self.statuses[status] >= wanted, timeout_s)

    def _come(self) -> None:
        visitor = Visitor(self._url)
        while not self._gone.is_set():
            self._send(visitor, uuid4().hex)
            self._gone.wait(0.1)  # the machine has other work too: containers are made meanwhile

    def _send(self, visitor: Visitor, key: str) -> None:
        path, values = self._make(key)
        tries = 0
        while tries < 200 or not self._gone.is_set():  # one that is under way is tried to its end
            answer = visitor.post(path, values, Idempotency_Key=key)
            with self._lock:
                self.statuses[answer.status] += 1
                self.without_retry_after += answer.status == 503 and "retry-after" not in answer.headers
            if answer.status == 201:
                self.accepted[key] = answer.json()["reference"]
                return
            tries += 1
            Event().wait(0.3)
        self.turned_away += 1


def a_question(key: str) -> Body:
    """For the inquiry service."""
    words = {
        "name": "Ada Byron",
        "email": f"{key}@askers.example",
        "question": "When does the next class begin?",
    }
    return "/api/inquiry/v1/inquiries", words


def a_registration(section_id: str) -> Callable[[str], Body]:
    """For the enrollment service: a seat, or a place in line."""

    def make(key: str) -> Body:
        person = {"section_id": section_id, "name": "Ada Byron", "email": f"{key}@students.example"}
        return "/api/enrollment/v1/registrations", person

    return make

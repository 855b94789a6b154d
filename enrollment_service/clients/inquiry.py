"""Who a `staff` cookie belongs to. Inquiry keeps the accounts; its answer holds for 60 s, a known one for 15 min while it is down."""

import json
from collections import OrderedDict
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Lock
from urllib.parse import urlsplit
from uuid import UUID

import structlog

from shared.clock import monotonic_s
from shared.people import Person
from shared.tokens import hash_secret

FRESH_S = 60.0
GRACE_S = 15 * 60.0
KEPT = 1000
MAX_ANSWER_BYTES = 16_384
WHO_AM_I = "/api/inquiry/v1/me"
log = structlog.get_logger()


class SiblingDown(Exception):
    """Inquiry gave no usable answer; nothing is known about the cookie."""


@dataclass(frozen=True)
class _Known:
    person: Person | None
    asked_s: float


class StaffDirectory:
    """Asks inquiry whose cookie it is. Keeps answers by the cookie's hash, never the cookie."""

    def __init__(self, inquiry_url: str, *, timeout_s: float = 2.0) -> None:
        self._url = urlsplit(inquiry_url)
        self._timeout_s = timeout_s
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._lock = Lock()

    def person(self, cookie: str | None) -> Person | None:
        """Who is signed in with that cookie; nobody when it is unknown, or when inquiry is down and never told us."""
        if not cookie or len(cookie) > 200 or not cookie.isalnum() or not cookie.isascii():
            return None
        key, now = hash_secret(cookie), monotonic_s()
        known = self._known.get(key)
        if known is not None and now - known.asked_s < FRESH_S:
            return known.person
        try:
            person = self._ask(cookie)
        except SiblingDown as down:
            log.warning("inquiry_is_down", reason=str(down))
            is_in_grace = known is not None and known.person is not None and now - known.asked_s < GRACE_S
            return known.person if known is not None and is_in_grace else None
        self._keep(key, _Known(person, now))
        return person

    def _keep(self, key: bytes, known: _Known) -> None:
        with self._lock:
            self._known[key] = known
            self._known.move_to_end(key)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)

    def _ask(self, cookie: str) -> Person | None:
        connect = HTTPSConnection if self._url.scheme == "https" else HTTPConnection
        connection = connect(self._url.hostname or "", self._url.port, timeout=self._timeout_s)
        try:
            connection.request(
                "GET",
                self._url.path + WHO_AM_I,
                headers={"Cookie": f"staff={cookie}", "Accept": "application/json"},
            )
            answer = connection.getresponse()
            body = answer.read(MAX_ANSWER_BYTES)
            if answer.status in (401, 403, 404):
                return None
            if answer.status != 200:
                raise SiblingDown(f"status {answer.status}")
            return _as_person(json.loads(body))
        except (OSError, HTTPException, ValueError, KeyError, TypeError) as error:
            raise SiblingDown(type(error).__name__) from None
        finally:
            connection.close()


def _as_person(answer: dict[str, object]) -> Person:
    roles = answer["roles"]
    if not isinstance(roles, list):
        raise TypeError("roles")
    return Person(
        UUID(str(answer["id"])), str(answer["name"]), str(answer["email"]), frozenset(map(str, roles))
    )

"""Who a `staff` cookie belongs to, and whether a token's person may still come in. Inquiry keeps the accounts.

Its answer holds for 60 s, and a known person's for 15 min while it is down.
"""

import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Lock
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import structlog

from shared.clock import monotonic_s
from shared.pair import sign
from shared.people import Person
from shared.tokens import hash_secret

FRESH_S = 60.0
GRACE_S = 15 * 60.0
KEPT = 1000
MAX_ANSWER_BYTES = 16_384
WHO_AM_I = "/api/inquiry/v1/me"
STANDING = "/api/inquiry/v1/internal/standing"
PREFILLS = "/api/inquiry/v1/internal/prefills"
log = structlog.get_logger()


@dataclass(frozen=True)
class Prefill:
    """What the register form begins with for whoever came by a link of an answer; `inquiry` is a reference."""

    name: str = ""
    email: str = ""
    phone: str = ""
    inquiry: str = ""


class SiblingDown(Exception):
    """Inquiry gave no usable answer; nothing is known."""


@dataclass(frozen=True)
class _Known:
    answer: Person | bool | None  # what is true lets somebody in
    asked_s: float


class StaffDirectory:
    """Asks inquiry whose cookie it is, and who stands. Keeps answers by the cookie's hash, never the cookie."""

    def __init__(self, inquiry_url: str, pair_secret: str, *, timeout_s: float = 2.0) -> None:
        self._url = urlsplit(inquiry_url)
        self._pair_secret = pair_secret
        self._timeout_s = timeout_s
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._lock = Lock()

    def person(self, cookie: str | None) -> Person | None:
        """Who is signed in with that cookie; nobody when it is unknown, or when inquiry is down and never told us."""
        if not cookie or len(cookie) > 200 or not cookie.isalnum() or not cookie.isascii():
            return None
        found = self._remembered(hash_secret(cookie), lambda: self._ask_who(cookie))
        return found if isinstance(found, Person) else None

    def is_standing(self, person_id: UUID) -> bool:
        """Whether the person's account is open; not when inquiry does not know them, or is down and never told us."""
        return bool(self._remembered(person_id.bytes, lambda: self._ask_standing(person_id)))

    def prefill(self, secret: str, section_id: UUID) -> Prefill:
        """Whose details a link fills in, for the section that it was made for; nothing when it expired, or inquiry is down.

        The secret itself is not passed on: inquiry keeps its hash.
        """
        path = f"{PREFILLS}/{hash_secret(secret).hex()}"
        try:
            status, answer = self._get(path, sign(self._pair_secret, path))
            if status != 200 or answer["section_id"] != str(section_id):
                return Prefill()
            return Prefill(*(str(answer[name] or "") for name in ("name", "email", "phone", "inquiry")))
        except (SiblingDown, KeyError, TypeError):
            log.info("no_prefill")
            return Prefill()

    def _remembered(self, key: bytes, ask: Callable[[], Person | bool | None]) -> Person | bool | None:
        now = monotonic_s()
        known = self._known.get(key)
        if known is not None and now - known.asked_s < FRESH_S:
            return known.answer
        try:
            answer = ask()
        except SiblingDown as down:
            log.warning("inquiry_is_down", reason=str(down))
            is_in_grace = known is not None and bool(known.answer) and now - known.asked_s < GRACE_S
            return known.answer if known is not None and is_in_grace else None
        self._keep(key, _Known(answer, now))
        return answer

    def _keep(self, key: bytes, known: _Known) -> None:
        with self._lock:
            self._known[key] = known
            self._known.move_to_end(key)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)

    def _ask_who(self, cookie: str) -> Person | None:
        status, answer = self._get(WHO_AM_I, {"Cookie": f"staff={cookie}"})
        if status in (401, 403, 404):
            return None
        if status != 200:
            raise SiblingDown(f"status {status}")
        try:
            return _as_person(answer)
        except (ValueError, KeyError, TypeError) as error:
            raise SiblingDown(type(error).__name__) from None

    def _ask_standing(self, person_id: UUID) -> bool:
        path = f"{STANDING}/{person_id}"
        status, answer = self._get(path, sign(self._pair_secret, path))
        if status != 200 or not isinstance(
            answer, dict
        ):  # 401: our signature is wrong, the person may be right
            raise SiblingDown(f"status {status}")
        return answer.get("is_standing") is True

    def _get(self, path: str, headers: dict[str, str]) -> tuple[int, Any]:
        """The status, and the body where that is 200. Raises SiblingDown."""
        connect = HTTPSConnection if self._url.scheme == "https" else HTTPConnection
        connection = connect(self._url.hostname or "", self._url.port, timeout=self._timeout_s)
        try:
            connection.request(
                "GET",
                self._url.path + path,
                headers={"Accept": "application/json", **headers},
            )
            answer = connection.getresponse()
            body = answer.read(MAX_ANSWER_BYTES)
            return answer.status, json.loads(body) if answer.status == 200 else None
        except (OSError, HTTPException, ValueError) as error:
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

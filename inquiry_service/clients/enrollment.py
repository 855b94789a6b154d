"""What the enrollment service knows of programs and sections. Away, it costs a short wait, then the last known facts with their time."""

import base64
import json
import threading
import urllib.error
import urllib.request
from collections import OrderedDict
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import structlog

from inquiry_service.domain.inbound import RegistrationFacts
from shared.clock import monotonic_s, utc_now
from shared.pair import sign

TIMEOUT_S = 1.5
FRESH_S = 15.0
KEEP_S = 900.0
REST_S = 5.0
MOST_PEOPLE = 500  # whose registrations one process remembers
API = "/api/enrollment/v1"
PROGRAMS = f"{API}/programs"
log = structlog.get_logger()


class EnrollmentAway(Exception):
    """The sibling did not answer."""


@dataclass(frozen=True)
class ProgramFact:
    """A program as a visitor chooses it."""

    slug: str
    title: str


@dataclass(frozen=True)
class SectionFact:
    """A section's next start and its seats, as of a moment."""

    id: str
    title: str
    starts_on: str
    seats_left: int
    capacity: int
    waiting: int
    price_cents: int
    is_open: bool


@dataclass(frozen=True)
class RegistrationOfPerson:
    """What somebody registered for, and where it stands."""

    reference: str
    status: str
    section_id: str
    section_title: str
    starts_on: str


@dataclass(frozen=True)
class Known:
    """Facts and when they were read."""

    items: Sequence[Any]
    as_of: datetime
    read_at_s: float


class EnrollmentClient:
    """One a process; safe to share between threads."""

    def __init__(self, base_url: str, pair_secret: str) -> None:
        self._base_url = base_url
        self._pair_secret = pair_secret
        self._known: dict[str, Known] = {}
        self._people: OrderedDict[str, Known] = OrderedDict()
        self._away_until = 0.0
        self._lock = threading.Lock()

    def next_sections(self, program: str | None, limit: int = 3) -> Known | None:
        """The program's next open sections; None when nothing recent enough is known."""
        if not program:
            return None
        path = f"{API}/sections?{urlencode({'program': program, 'open': 'true', 'limit': limit})}"
        return self._facts(
            path, lambda item: SectionFact(**{name: item[name] for name in SectionFact.__dataclass_fields__})
        )

    def registrations_of(self, email_normal: str) -> Known | None:
        """What the person with that address registered for, newest first; None when nothing recent enough is known."""
        if not email_normal:
            return None
        address = base64.urlsafe_b64encode(email_normal.encode()).decode().rstrip("=")
        path = f"{API}/internal/people/{address}/registrations"
        names = RegistrationOfPerson.__dataclass_fields__
        known = self._facts(
            path,
            lambda item: RegistrationOfPerson(**{name: str(item[name]) for name in names}),
            kept=self._people,
            is_signed=True,
        )
        with self._lock:
            while len(self._people) > MOST_PEOPLE:
                self._people.popitem(last=False)
        return known

    def programs(self) -> Sequence[ProgramFact]:
        """All programs, or none while the sibling was never reached."""
        known = self._facts(PROGRAMS, lambda item: ProgramFact(item["slug"], item["title"]))
        return known.items if known else ()

    def programs_known(self) -> Sequence[ProgramFact]:
        """Those that `programs` found last; the sibling is not asked."""
        known = self._known.get(PROGRAMS)
        return known.items if known else ()

    def registration_behind(self, address_hash: bytes) -> RegistrationFacts | None:
        """Whose registration a reply address belongs to, None for nobody's. Raises EnrollmentAway: the mail must wait, not be misfiled."""
        answer = self._get(f"{API}/internal/reply-addresses/{address_hash.hex()}", is_signed=True)
        if answer is None:
            return None
        return RegistrationFacts(
            UUID(answer["registration_id"]),
            answer["reference"],
            answer.get("program"),
            answer["name"],
            answer["email"],
        )

    def letter_came_back(self, address_hash: bytes, is_permanent: bool) -> bool:
        """The sibling knows that a letter of its own bounced, or is late; False when it has none with that return path.

        Raises EnrollmentAway: the mail must wait, not be misfiled.
        """
        fate = "bounced" if is_permanent else "delayed"
        path = f"{API}/internal/return-paths/{address_hash.hex()}/{fate}"
        return self._get(path, is_signed=True, method="POST") is not None

    def newest_doubt(self) -> datetime | None:
        """Since when the newest of the sibling's letters in doubt is so; None when there is none, or the sibling is away."""
        try:
            answer = self._get(f"{API}/internal/letters-in-doubt", is_signed=True)
            newest = (answer or {}).get("newest_at")
            return datetime.fromisoformat(newest) if newest else None
        except (EnrollmentAway, ValueError, TypeError):
            return None

    def _facts(
        self,
        path: str,
        make: Any,
        *,
        kept: MutableMapping[str, Known] | None = None,
        is_signed: bool = False,
    ) -> Known | None:
        kept = self._known if kept is None else kept
        known = kept.get(path)
        now = monotonic_s()
        if known and now - known.read_at_s < FRESH_S:
            return known
        if now >= self._away_until:
            try:
                answer = self._get(path, is_signed=is_signed)
                items = [make(item) for item in (answer or {}).get("items", [])]
                fresh = Known(items, utc_now(), now)
                with self._lock:
                    kept.pop(path, None)
                    kept[path] = fresh
                return fresh
            except (EnrollmentAway, KeyError, TypeError):
                self._away_until = now + REST_S
        return known if known and now - known.read_at_s < KEEP_S else None

    def _get(self, path: str, *, is_signed: bool = False, method: str = "GET") -> Any:
        """What it answers; None for 404, nothing for an answer without a body. Raises EnrollmentAway."""
        headers = {"Accept": "application/json"} | (sign(self._pair_secret, path) if is_signed else {})
        request = urllib.request.Request(self._base_url + path, headers=headers, method=method)  # noqa: S310 - the address is the operator's setting
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:  # noqa: S310
                return json.load(response) if response.status != 204 else ()
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            log.warning("enrollment_refused", status=error.code)
            raise EnrollmentAway from error
        except (OSError, ValueError) as error:
            log.info("enrollment_away", error=type(error).__name__)
            raise EnrollmentAway from error

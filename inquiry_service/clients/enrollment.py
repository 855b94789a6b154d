"""What the enrollment service knows of programs and sections. Away, it costs a short wait, then the last known facts with their time."""

import json
import threading
import urllib.error
import urllib.request
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import structlog

from inquiry_service.domain.inbound import RegistrationFacts
from inquiry_service.domain.live_facts import LiveSection
from shared.clock import monotonic_s, utc_now
from shared.pair import sign

TIMEOUT_S = 1.5
ASK_TIMEOUT_S = 20.0  # for what a person waits for: an export, an erasure
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
class SectionFill:
    """How full a section is, or was."""

    code: str
    title: str
    program: str
    starts_on: str
    seats: int
    taken: int
    waiting: int


@dataclass(frozen=True)
class Figures:
    """What reports ask the sibling for."""

    registered_inquiries: Sequence[str]
    sections: Sequence[SectionFill]


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


def _live(item: Mapping[str, Any]) -> LiveSection:
    day = date.fromisoformat(item["starts_on"])
    return LiveSection(item["id"], day, item["seats_left"], item["price_cents"], item["is_open"])


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

    def live_sections(self, program: str | None, limit: int = 3) -> Sequence[LiveSection]:
        """The program's next open sections, for what an answer says of them; none while nothing is known."""
        known = self.next_sections(program, limit)
        return [_live(asdict(section)) for section in known.items] if known else ()

    def sections_now(self, section_ids: Iterable[str]) -> dict[str, LiveSection] | None:
        """These sections as they are this moment, never remembered ones; None when the sibling does not answer."""
        try:
            found = [self._get(f"{API}/sections/{UUID(section_id)}") for section_id in section_ids]
            return {section.id: section for section in map(_live, filter(None, found))}
        except (EnrollmentAway, KeyError, TypeError, ValueError):
            return None

    def registrations_of(self, email_normal: str) -> Known | None:
        """What the person with that address registered for, newest first; None when nothing recent enough is known."""
        if not email_normal:
            return None
        names = RegistrationOfPerson.__dataclass_fields__
        known = self._remembered(
            self._people,
            email_normal,
            lambda: self.ask("people/registrations", {"address": email_normal}, timeout_s=TIMEOUT_S),
            lambda item: RegistrationOfPerson(**{name: str(item[name]) for name in names}),
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

    def figures(self, from_on: date, to_on: date) -> Figures | None:
        """Which questions led to a seat since that day, and how full the sections between the two are; None while the sibling is away."""
        path = f"{API}/internal/figures/{from_on.isoformat()}/{to_on.isoformat()}"
        try:
            answer = self._get(path, is_signed=True) or {}
            names = SectionFill.__dataclass_fields__
            fill = [SectionFill(**{name: item[name] for name in names}) for item in answer["sections"]]
            return Figures(answer["registered_inquiries"], fill)
        except (EnrollmentAway, KeyError, TypeError):
            return None

    def newest_doubt(self) -> datetime | None:
        """Since when the newest of the sibling's letters in doubt is so; None when there is none, or the sibling is away."""
        try:
            answer = self._get(f"{API}/internal/letters-in-doubt", is_signed=True)
            newest = (answer or {}).get("newest_at")
            return datetime.fromisoformat(newest) if newest else None
        except (EnrollmentAway, ValueError, TypeError):
            return None

    def _facts(self, path: str, make: Any) -> Known | None:
        return self._remembered(self._known, path, lambda: self._get(path), make)

    def _remembered(
        self, kept: MutableMapping[str, Known], key: str, ask: Callable[[], Any], make: Callable[[Any], Any]
    ) -> Known | None:
        """What was learnt a moment ago, or is learnt now; while the sibling is away what is known for a while, or nothing."""
        known = kept.get(key)
        now = monotonic_s()
        if known and now - known.read_at_s < FRESH_S:
            return known
        if now >= self._away_until:
            try:
                items = [make(item) for item in (ask() or {}).get("items", [])]
                fresh = Known(items, utc_now(), now)
                with self._lock:
                    kept.pop(key, None)
                    kept[key] = fresh
                return fresh
            except (EnrollmentAway, KeyError, TypeError):
                self._away_until = now + REST_S
        return known if known and now - known.read_at_s < KEEP_S else None

    def ask(self, path: str, question: dict[str, Any], *, timeout_s: float = ASK_TIMEOUT_S) -> Any:
        """What it answers to a signed question of ours, below its internal addresses. Raises EnrollmentAway."""
        body = json.dumps(question).encode()
        return self._get(
            f"{API}/internal/{path}", is_signed=True, method="POST", body=body, timeout_s=timeout_s
        )

    def _get(
        self,
        path: str,
        *,
        is_signed: bool = False,
        method: str = "GET",
        body: bytes = b"",
        timeout_s: float = TIMEOUT_S,
    ) -> Any:
        """What it answers; None for 404, nothing for an answer without a body. Raises EnrollmentAway."""
        headers = {"Accept": "application/json"} | (sign(self._pair_secret, path, body) if is_signed else {})
        if body:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(  # noqa: S310 - the address is the operator's setting
            self._base_url + path, data=body or None, headers=headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=timeout_s) as response:  # noqa: S310
                return json.load(response) if response.status != 204 else ()
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            log.warning("enrollment_refused", status=error.code)
            raise EnrollmentAway from error
        except (OSError, ValueError) as error:
            log.info("enrollment_away", error=type(error).__name__)
            raise EnrollmentAway from error

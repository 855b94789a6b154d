"""The desk over a small and a large queue: how long the server takes for a page, its parts, take-next and a search."""

import http.client
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from sqlalchemy import text

from benchmarks.load import quantile_ms
from benchmarks.many_inquiries import LAST, TOWNS, add_many
from benchmarks.stand import Stand
from deploy.embedded.services import INQUIRY
from inquiry_service.domain import passwords, staff
from inquiry_service.web.auth import COOKIE
from shared.access_tokens import create_token
from shared.audit import THE_SERVICE
from shared.db import Database

_SOME = text("SELECT id FROM inquiry WHERE messages > 1 ORDER BY created_at DESC LIMIT 20")
SMALL, LARGE = 10_000, 1_000_000
PASSES = 60
EMAIL, PASSWORD = "bench@example.com", "a long one for the bench"
SEARCHES = (
    "parking",
    "transcript hospital",
    "part-time work",
    "from:mar",
    f"program:cma {TOWNS[7].lower()}",
    "status:open instalments",
    "before:2026-01-01 certificate",
    "has:attachment deposit",
    "(555) 117-2017",
    f"{LAST[3]}zzal",
    "zebra",
)


@dataclass
class Timed:
    """The 95th percentile of one thing, by how many inquiries there are."""

    name: str
    goal_ms: float
    p95_ms: dict[int, float] = field(default_factory=dict)
    p50_ms: dict[int, float] = field(default_factory=dict)


class Desk:
    """Somebody who is signed in, and a kept connection to one web process."""

    def __init__(self, stand: Stand) -> None:
        self._url = stand.cluster.url(INQUIRY.name, "owner")
        self._port = stand.ports[INQUIRY.name]
        self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        database = Database(self._url)
        with database.transaction() as session:
            person = staff.add(
                session,
                THE_SERVICE,
                name="Dora Bench",
                email=EMAIL,
                roles=["director"],
                programs=[""],
                password_hash=passwords.hash_password(PASSWORD),
            )
            self.staff_id = person.id
            token = create_token(
                session, name="bench", person_id=person.id, person_name=person.name, roles=["director"]
            )
        secret, _ = staff.sign_in(database, EMAIL, PASSWORD, "127.0.0.0/24")
        database.dispose()
        self._cookie = {"Cookie": f"{COOKIE}={secret}"}
        self._token = {"Authorization": f"Bearer {token}"}

    def grow_to(self, size: int, *, at_present: int) -> None:
        """There are that many inquiries."""
        add_many(self._url, size - at_present, self.staff_id)

    def measure(self, size: int, rows: Mapping[str, Timed], passes: int) -> None:
        """Each thing `passes` times in turn; the first five passes are for warmth."""
        self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        doings = self._doings()
        found: dict[str, list[float]] = {name: [] for name in doings}
        for number in range(passes + 5):
            for name, do in doings.items():
                began = time.perf_counter()
                do(number)
                if number >= 5:
                    found[name].append(time.perf_counter() - began)
        for name, latencies in found.items():
            rows[name].p95_ms[size] = quantile_ms(sorted(latencies), 0.95)
            rows[name].p50_ms[size] = statistics.median(latencies) * 1000

    def _doings(self) -> dict[str, Callable[[int], None]]:
        some = self._ids()
        return {
            "queue": lambda n: self._get("/desk?view=open"),
            "list": lambda n: self._get(
                f"/desk/queue?view={('open', 'mine', 'waiting', 'closed', 'all')[n % 5]}"
            ),
            "counts": lambda n: self._get("/desk/views?view=open"),
            "thread": lambda n: self._get(f"/desk/inquiries/{some[n % len(some)]}"),
            "take next": lambda n: self._post("/api/inquiry/v1/take-next"),
            "search": lambda n: self._get("/desk/queue?" + urlencode({"q": SEARCHES[n % len(SEARCHES)]})),
        }

    def _ids(self) -> list[str]:
        database = Database(self._url)
        with database.reading() as session:
            ids = [str(found) for found in session.scalars(_SOME)]
        database.dispose()
        return ids

    def _get(self, path: str) -> None:
        self._asked("GET", path, self._cookie)

    def _post(self, path: str) -> None:
        self._asked("POST", path, self._token | {"Content-Length": "0"})

    def _asked(self, method: str, path: str, headers: Mapping[str, str]) -> None:
        self._connection.request(method, path, headers=dict(headers))
        answer = self._connection.getresponse()
        answer.read()
        if answer.status not in (200, 404) or (answer.status == 404 and method == "GET"):
            raise RuntimeError(f"{method} {path.partition('?')[0]} answered {answer.status}")


def measure_desk(stand: Stand, *, large: int, passes: int) -> list[Timed]:
    """Every thing at the small and at the large size."""
    desk = Desk(stand)
    rows = {
        name: Timed(name, 300.0 if name == "search" else 100.0)
        for name in ("queue", "list", "counts", "thread", "take next", "search")
    }
    present = 0
    for size in (SMALL, large):
        desk.grow_to(size, at_present=present)
        present = size
        desk.measure(size, rows, passes)
    return list(rows.values())

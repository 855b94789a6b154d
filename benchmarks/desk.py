"""The desk over a small and a large queue: how long the server takes for a page, its parts, take-next and a search."""

import http.client
import json
import re
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode

from sqlalchemy import TextClause, text

from benchmarks.load import quantile_ms
from benchmarks.many_inquiries import LAST, TOWNS, add_many
from benchmarks.stand import Stand
from deploy.embedded.services import INQUIRY
from inquiry_service.db.queries import reply_queue, reports
from inquiry_service.domain import passwords, staff
from inquiry_service.web.auth import COOKIE
from shared import alarms
from shared.access_tokens import create_token
from shared.audit import THE_SERVICE
from shared.clock import utc_now
from shared.db import Database

_SOME = text("SELECT id FROM inquiry WHERE messages > 1 ORDER BY created_at DESC LIMIT 20")
_TO_ANSWER = text("SELECT id FROM inquiry WHERE status IN ('new', 'open') ORDER BY due_at LIMIT 20")
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_PROOF = re.compile(r'name="csrf_token" value="([^"]+)"')
SMALL, MIDDLE, LARGE = 10_000, 100_000, 1_000_000
PASSES = 60
# An open list looks every 1.5 s: with the row `201 until seen`, a new question is in it within 2 s.
GOALS_MS = dict.fromkeys(("queue", "list", "counts", "thread", "take next", "send", "offers"), 100.0) | {
    "search": 300.0,
    "201 until seen": 500.0,
    "report 30 days": 1000.0,
    "report 365 days": 1000.0,
}
FLAT = (
    "queue",
    "list",
    "counts",
    "thread",
    "take next",
)  # a goal of them is also to be as fast in the large queue
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
        self._proof = ""
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

    def print_plans(self, days: int) -> None:
        """How PostgreSQL finds what the desk asks for, and a report of so many days; what a plan took is not kept."""
        period = {
            "unit": "week",
            "zone": "UTC",
            "to_at": utc_now(),
            "from_at": utc_now() - timedelta(days=days),
        }
        asked = (reports.groups, reports.timeline, reports.backlog, reports.others, reports.saved_replies)
        database = Database(self._url)
        with database.reading() as session:
            session.execute(reports.ROOM)
            for name, statement, values in [
                *self._asked_by_pages(),
                *((f"report: {one.__name__}, {days} days", one(()), period) for one in asked),
            ]:
                plan = session.scalars(text(f"EXPLAIN (ANALYZE, BUFFERS OFF) {statement}"), values).all()
                print(f"plan of {name}", *plan, sep="\n    ", flush=True)
        database.dispose()

    def _asked_by_pages(self) -> Iterator[tuple[str, str, Mapping[str, object]]]:
        """The statements that must be as quick in the large queue, and a search by a word that many have."""
        first_page = {"staff_id": self.staff_id, "after_at": None, "after_id": None, "limit": 51}
        yield "queue", reply_queue.page_statement("open", ()), first_page
        yield "counts", reply_queue.COUNTS.text, {"staff_id": self.staff_id, **alarms.values()}
        yield "take next", reply_queue.TAKE_NEXT.text, {"staff_id": self.staff_id, "only_mine": True}
        yield "search", reply_queue.page_statement("all", ("words",)), first_page | {"words": SEARCHES[0]}

    def _doings(self) -> dict[str, Callable[[int], None]]:
        some, waiting, today = self._ids(), self._ids(_TO_ANSWER), utc_now().date()
        self._be_known(some[0])
        return {
            "queue": lambda n: self._get("/desk?view=open"),
            "list": lambda n: self._get(
                f"/desk/queue?view={('open', 'mine', 'waiting', 'closed', 'all')[n % 5]}"
            ),
            "counts": lambda n: self._get("/desk/views?view=open"),
            "thread": lambda n: self._get(f"/desk/inquiries/{some[n % len(some)]}"),
            "take next": lambda n: self._post("/api/inquiry/v1/take-next"),
            "search": lambda n: self._get("/desk/queue?" + urlencode({"q": SEARCHES[n % len(SEARCHES)]})),
            "send": lambda n: self._send(waiting[n % len(waiting)]),
            "201 until seen": self._ask_and_look,
            "offers": lambda n: self._get(f"/desk/inquiries/{some[n % len(some)]}/offers"),
            "report 30 days": lambda n: self._get(f"/desk/reports?from={today - timedelta(days=29)}"),
            "report 365 days": lambda n: self._get(f"/desk/reports?from={today - timedelta(days=364)}"),
        }

    def _send(self, inquiry_id: str) -> None:
        """Somebody presses Send: what a browser sends, without the page before it."""
        body = urlencode(
            {"csrf_token": self._proof, "body": f"Good morning, there are {time.time_ns()} seats."}
        )
        self._asked("POST", f"/desk/inquiries/{inquiry_id}/replies", self._cookie | _FORM, body, 303)

    def _ask_and_look(self, number: int) -> None:
        """A visitor's question is accepted, and the next look of a list at the newest has it."""
        asked = {"name": "Bea Nch", "email": f"b{number}@example.com", "question": "Is there a seat?"}
        head = {"Content-Type": "application/json", "Idempotency-Key": f"bench-{time.time_ns()}"}
        receipt = json.loads(self._asked("POST", "/api/inquiry/v1/inquiries", head, json.dumps(asked), 201))
        if receipt["id"].encode() not in self._asked("GET", "/desk/queue?view=all", self._cookie):
            raise RuntimeError("a question that was accepted is not in the list")

    def _be_known(self, inquiry_id: str) -> None:
        """The connection's browser has a page of ours open: its cookie, and the proof that stands in the page's forms."""
        signed_in = self._cookie["Cookie"].partition("; ")[0]
        self._connection.request("GET", f"/desk/inquiries/{inquiry_id}", headers={"Cookie": signed_in})
        answer = self._connection.getresponse()
        found = _PROOF.search(answer.read().decode())
        given = [value.partition(";")[0] for value in answer.headers.get_all("Set-Cookie") or []]
        if found:
            self._proof = found[1]
            self._cookie = {"Cookie": "; ".join([signed_in, *given])}

    def _ids(self, statement: TextClause = _SOME) -> list[str]:
        database = Database(self._url)
        with database.reading() as session:
            ids = [str(found) for found in session.scalars(statement)]
        database.dispose()
        return ids

    def _get(self, path: str) -> None:
        self._asked("GET", path, self._cookie)

    def _post(self, path: str) -> None:
        self._asked("POST", path, self._token, "", 200, 404)  # nothing is left to take

    def _asked(
        self, method: str, path: str, headers: Mapping[str, str], body: str | None = None, *right: int
    ) -> bytes:
        self._connection.request(method, path, body, dict(headers))
        answer = self._connection.getresponse()
        said = answer.read()
        if answer.status not in (right or (200,)):
            raise RuntimeError(f"{method} {path.partition('?')[0]} answered {answer.status}")
        return said


def measure_desk(stand: Stand, *, large: int, passes: int) -> list[Timed]:
    """Every thing at the small, the middle and the large size."""
    desk = Desk(stand)
    rows = {name: Timed(name, goal_ms) for name, goal_ms in GOALS_MS.items()}
    present = 0
    for size in sorted({SMALL, min(MIDDLE, large), large}):
        desk.grow_to(size, at_present=present)
        present = size
        desk.measure(size, rows, passes)
    desk.print_plans(365)
    return list(rows.values())

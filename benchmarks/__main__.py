"""`python -m benchmarks`: limits and product in turn, round after round; one table of medians, spreads and ratios."""

import argparse
import json
import os
import platform
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from uuid import uuid4

from benchmarks import bare, pgbench
from benchmarks.load import Figures, Post, hammer
from benchmarks.pgbench import an_id, literal, script_of
from benchmarks.stand import POOL_SIZE, WEB_PROCESSES, WEB_THREADS, Stand, a_directory
from benchmarks.startup import start_once
from enrollment_service.db.queries.seating import TAKE_SEAT
from inquiry_service.db.queries.inquiries import SUBMIT

CLIENTS = 8
CONNECTIONS = WEB_PROCESSES * POOL_SIZE
QUESTION = "Do you think it is going to be easy to get a part time job as a phlebotomist? Can you refer us to a hospital?"


@dataclass
class Row:
    """One thing measured: what is done in a round, and what came of it."""

    name: str
    measure: Callable[[], float]
    unit: str = "/s"
    found: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The figure."""
        return statistics.median(self.found)

    def in_words(self) -> str:
        """Median, and how far the rounds lie apart."""
        return f"{self.median:,.1f}{self.unit}  ({min(self.found):,.1f} to {max(self.found):,.1f})"


def a_question(**given: str) -> str:
    """The body of a public POST."""
    fields = {
        "name": "Effat R.",
        "email": "effat-{n}@example.com",
        "program": "phlebotomy",
        "question": QUESTION,
    }
    return json.dumps(fields | given)


def submit_script() -> str:
    """The statement of an accepted inquiry, with values like the product's."""
    values = {
        "key": f"CAST({an_id()} AS text)",
        "body_hash": "decode(md5(CAST(:n AS text)), 'hex')",
        "id": an_id(),
        "reference": f"substr(CAST({an_id()} AS text), 20)",
        "status": literal("new"),
        "name": literal("Effat R."),
        "email": "'effat-' || :n || '@example.com'",
        "email_normal": "'effat-' || :n || '@example.com'",
        "phone": "CAST(NULL AS text)",
        "program": literal("phlebotomy"),
        "source": "CAST(NULL AS text)",
        "consent_text": "CAST(NULL AS text)",
        "registration_id": "NULL",
        "registration_reference": "CAST(NULL AS text)",
        "opening": literal(QUESTION),
        "spam_score": "0",
        "spam_reasons": literal("{}"),
        "due_at": "now() + interval '2 hours'",
        "message_id": an_id(1),
        "via": literal("api"),
        "body": literal(QUESTION),
        "raw_mail_id": "NULL",
        "ack_id": an_id(2),
        "request_id": literal(uuid4().hex),
    }
    return script_of(SUBMIT, values)


def take_seat_script(section_id: str) -> str:
    """The statement of a registration, with values like the product's."""
    values = {
        "scope": literal("registration"),
        "key": f"CAST({an_id()} AS text)",
        "body_hash": "decode(md5(CAST(:n AS text)), 'hex')",
        "section_id": literal(section_id),
        "at_any_time": "false",
        "overbook": "false",
        "id": an_id(),
        "letter_id": an_id(1),
        "reference": f"substr(CAST({an_id()} AS text), 20)",
        "name": literal("Effat R."),
        "email": "'effat-' || :n || '@example.com'",
        "email_normal": "'effat-' || :n || '@example.com'",
        "for_name": literal(""),
        "for_name_normal": literal(""),
        "phone": literal(""),
        "inquiry": literal(""),
        "source": literal("api"),
        "writes_letter": "true",
        "answer": literal("{}"),
        "request_id": literal(uuid4().hex),
    }
    return script_of(TAKE_SEAT, values)


def main() -> int:
    """The exit status: 0 when everything was measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="of every measurement in a round")
    chosen = parser.parse_args()
    tails: list[Figures] = []
    with Stand(a_directory()).running() as stand:
        print_conditions(stand, chosen.rounds, chosen.seconds)
        rows = rows_of(stand, chosen.seconds, tails)
        for row in rows.values():
            row.measure()  # warm: the first requests load templates, plans and pages
        tails.clear()
        for _ in range(chosen.rounds):
            for row in rows.values():
                row.found.append(row.measure())
    starts = [start_once() for _ in range(chosen.rounds)]
    print_table(rows, tails)
    ready, weight = statistics.median(s.seconds for s in starts), statistics.median(s.pss_mb for s in starts)
    slowest = max(s.seconds for s in starts)
    print(f"{'command until both are ready':34} {ready:.1f} s (slowest {slowest:.1f})   goal: 10 s")
    print(f"{'the whole stack':34} {weight:.0f} MB PSS   goal: 500 MB")
    return 0


def rows_of(stand: Stand, seconds: float, tails: list[Figures]) -> dict[str, Row]:
    """Everything that is measured in each round, limits and product side by side."""
    section_id = stand.a_hot_section()
    registration = json.dumps(
        {"section_id": section_id, "name": "Effat R.", "email": "effat-{n}@example.com"}
    )
    inquiry = Post(stand.ports["inquiry"], "/api/inquiry/v1/inquiries", a_question())
    seat = Post(stand.ports["enrollment"], "/api/enrollment/v1/registrations", registration)

    def ask() -> float:
        tails.append(hammer(inquiry, clients=CLIENTS, seconds=seconds))
        return tails[-1].per_s

    def post(wanted: Post) -> Callable[[], float]:
        return lambda: hammer(wanted, clients=CLIENTS, seconds=seconds).per_s

    rows = {
        "bare": Row("bare POST", post(Post(stand.ports["bare"], bare.PATH, a_question()))),
        "inquiry": Row("accepted inquiries", ask),
        "seat": Row("registrations, one hot section", post(seat)),
    }
    if program := pgbench.binary():

        def statement(database: str, script: str) -> Callable[[], float]:
            url = stand.cluster.url(database, "app")
            return lambda: pgbench.transactions_per_s(
                program, url, script, connections=CONNECTIONS, seconds=seconds
            )

        rows["inquiry_pg"] = Row("pgbench, the same statement", statement("inquiry", submit_script()))
        rows["seat_pg"] = Row(
            "pgbench, the same statement", statement("enrollment", take_seat_script(section_id))
        )
    return rows


def print_conditions(stand: Stand, rounds: int, seconds: float) -> None:
    """Under what the figures were made. Raises NotDurable."""
    durable = "  ".join(f"{name} {value}" for name, value in stand.settings_of_postgres().items())
    print(
        f"{durable}  Python {platform.python_version()}  granian {version('granian')}  "
        f"{os.cpu_count()} cores shared by clients, servers and PostgreSQL"
    )
    print(
        f"web {WEB_PROCESSES} processes x {WEB_THREADS} threads, pool {POOL_SIZE} each; {CLIENTS} clients, closed loop; "
        f"{rounds} rounds of {seconds:g} s, in turn; no relay and no worker; load average before {os.getloadavg()[0]:.1f}\n"
    )


def print_table(rows: dict[str, Row], tails: list[Figures]) -> None:
    """Ours, the limit, the ratio, the goal."""
    compared = [("inquiry", "bare", 0.15), ("inquiry", "inquiry_pg", 0.2), ("seat", "seat_pg", 0.5)]
    print(f"{'':34} {'ours: median (spread)':34} {'limit':44} {'ratio':>6}   goal")
    for ours, limit, goal in compared:
        if limit in rows:
            ratio = rows[ours].median / rows[limit].median
            said = f"{rows[limit].name} {rows[limit].in_words()}"
            print(f"{rows[ours].name:34} {rows[ours].in_words():34} {said:44} {ratio:6.2f}   {goal}")
        else:
            print(f"{rows[ours].name:34} {rows[ours].in_words():34} {'pgbench is not at hand':44}")
    slow, usual = max(f.p99_ms for f in tails), statistics.median(f.p50_ms for f in tails)
    print(
        f"{'accepted inquiries, p50 and p99':34} {usual:.1f} ms and at worst {slow:.1f} ms   goal: p99 100 ms"
    )


if __name__ == "__main__":
    sys.exit(main())

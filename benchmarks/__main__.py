"""`python -m benchmarks`: limits and product in turn, round after round; one table of medians, spreads and ratios. `--quick` for developers."""

import argparse
import os
import platform
import statistics
import sys
from importlib.metadata import version

from benchmarks.desk import FLAT, LARGE, PASSES, SMALL, Timed, measure_desk
from benchmarks.intake import AT_ONCE, PILE, intake_on
from benchmarks.letters import LIVE_PER_S, Delay, Letters
from benchmarks.mail_reading import MailReading
from benchmarks.public_writes import CLIENTS, CONNECTIONS, GOAL_CLIENTS, PublicWrites
from benchmarks.rows import Comparison, measure_in_turn, print_comparison, print_head
from benchmarks.sink import Sink
from benchmarks.stand import POOL_SIZE, WEB_PROCESSES, WEB_THREADS, Stand, a_directory
from benchmarks.startup import Start, start_once
from deploy.embedded.services import INQUIRY

PARTS = ("writes", "letters", "mails", "intake", "desk", "start")


def main() -> int:
    """The exit status: 0 when everything was measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="of every measurement in a round")
    parser.add_argument(
        "--quick", action="store_true", help="one short round: whether it works, no figure to quote"
    )
    parser.add_argument("--inquiries", type=int, default=LARGE, help="in the large queue of the desk's rows")
    parser.add_argument("--only", choices=PARTS, help="a part of the table")
    chosen = parser.parse_args()
    rounds, seconds = (1, 1.0) if chosen.quick else (chosen.rounds, chosen.seconds)
    parts = (chosen.only,) if chosen.only else PARTS
    if "mails" in parts:
        measure_mails(rounds, seconds)
    sink = Sink()
    try:
        with Stand(a_directory(), smtp_url=sink.url).running() as stand:
            print_conditions(stand, rounds, seconds)
            if "letters" in parts:
                measure_letters(stand, sink, rounds, seconds)
            if "intake" in parts:
                measure_intake(stand, rounds, seconds)
    finally:
        sink.stop()
    if "writes" in parts:
        with Stand(a_directory()).running() as stand:
            stand.settings_of_postgres()
            measure_writes(stand, rounds, seconds)
    if "desk" in parts:
        with Stand(a_directory()).running() as stand:
            print_desk(measure_desk(stand, large=chosen.inquiries, passes=8 if chosen.quick else PASSES))
    if "start" in parts:
        print_starts([start_once() for _ in range(rounds)])
    print(f"load average afterwards {os.getloadavg()[0]:.1f}")
    return 0


def measure_letters(stand: Stand, sink: Sink, rounds: int, seconds: float) -> None:
    """A pile, its limit, and the live delay; with the inquiry service's relay and worker."""
    with stand.working(INQUIRY):
        letters = Letters(stand, sink, pile=min(2000, int(400 * seconds)))
        ours, limit = letters.rows()
        measure_in_turn([ours, limit], rounds)
        delays = [letters.live(seconds) for _ in range(rounds + 1)][1:]
    print_head()
    print_comparison(Comparison(ours, limit, 0.4))
    print_delays(delays)


def measure_mails(rounds: int, seconds: float) -> None:
    """Mails read by one reader; no database has a part in it."""
    reading = MailReading(seconds)
    ours, limit = reading.rows()
    measure_in_turn([ours, limit], rounds)
    reading.close()
    print_head()
    print_comparison(Comparison(ours, limit))


def measure_intake(stand: Stand, rounds: int, seconds: float) -> None:
    """A pile of mails by each road, and the bare loops; without relay and worker, so nothing is parsed meanwhile."""
    try:
        with intake_on(stand, min(PILE, int(700 * seconds))) as intake:
            imap, lmtp = intake.imap(), intake.lmtp()
            bare, in_bulk = intake.bare(at_once=0), intake.bare(at_once=AT_ONCE)
            measure_in_turn([imap, bare, in_bulk, lmtp], rounds)
    except FileNotFoundError as error:
        print(f"{'mails taken in':36} not measured: {error}", flush=True)
        return
    print_head()
    print_comparison(Comparison(imap, bare, 0.5))
    print_comparison(Comparison(imap, in_bulk))
    print_comparison(Comparison(lmtp, bare, 0.5))


def print_delays(delays: list[Delay]) -> None:
    """From 201 to the sink."""
    usual, slow = statistics.median(d.p50_ms for d in delays), statistics.median(d.p99_ms for d in delays)
    print(
        f"{f'201 until the sink, at {LIVE_PER_S}/s':36} p50 {usual:.0f} ms, p99 {slow:.0f} ms (p99 of the rounds "
        f"{min(d.p99_ms for d in delays):.0f} to {max(d.p99_ms for d in delays):.0f}; "
        f"reached {min(d.per_s for d in delays):.0f}/s)   goal: p99 100 ms",
        flush=True,
    )


def measure_writes(stand: Stand, rounds: int, seconds: float) -> None:
    """Public writes without relay and worker."""
    writes = PublicWrites(stand, seconds)
    measure_in_turn(writes.rows(), rounds)
    print_head()
    for compared in writes.comparisons:
        print_comparison(compared)
    for clients, found in writes.tails.items():
        measured = found[1:]  # the first was for warmth
        usual, slow = statistics.median(f.p50_ms for f in measured), max(f.p99_ms for f in measured)
        goal = "   goal: p99 100 ms" if clients == GOAL_CLIENTS else ""
        name = f"accepted inquiries, {clients} clients"
        print(f"{name:36} p50 {usual:.1f} ms, p99 of the worst round {slow:.1f} ms{goal}", flush=True)


def print_desk(rows: list[Timed]) -> None:
    """How long a page of the desk takes over the small, the middle and the large queue."""
    for row in rows:
        large = max(row.p95_ms)
        smaller = ", ".join(
            f"{p95_ms:.1f} ms at {size:,}" for size, p95_ms in row.p95_ms.items() if size != large
        )
        print(
            f"{f'desk: {row.name}':36} p95 {row.p95_ms[large]:.1f} ms at {large:,} inquiries (p50 {row.p50_ms[large]:.1f}), "
            f"{smaller}: {row.p95_ms[large] / row.p95_ms[SMALL]:.2f} times the smallest"
            f"   goal: {row.goal_ms:.0f} ms" + (", 1.25 times" if row.name in FLAT else ""),
            flush=True,
        )


def print_starts(starts: list[Start]) -> None:
    """How long, and how heavy."""
    seconds = [start.seconds for start in starts]
    print(
        f"{'command until both are ready':36} {statistics.median(seconds):.1f} s "
        f"({min(seconds):.1f} to {max(seconds):.1f})   goal: 10 s"
    )
    weights = [start.pss_mb for start in starts]
    print(
        f"{'the whole stack':36} {statistics.median(weights):.0f} MB PSS "
        f"({min(weights):.0f} to {max(weights):.0f})   goal: 500 MB"
    )
    for name, megabytes in starts[-1].by_process.items():
        print(f"    {name:32} {megabytes:6.1f} MB")


def print_conditions(stand: Stand, rounds: int, seconds: float) -> None:
    """Under what the figures were made. Raises NotDurable."""
    durable = "  ".join(f"{name} {value}" for name, value in stand.settings_of_postgres().items())
    print(
        f"{durable}  Python {platform.python_version()}  granian {version('granian')}  "
        f"{os.cpu_count()} cores shared by clients, servers and PostgreSQL"
    )
    print(
        f"web {WEB_PROCESSES} processes x {WEB_THREADS} threads, pool {POOL_SIZE} each; {', '.join(map(str, CLIENTS))} clients, "
        f"closed loop, pgbench with at most {CONNECTIONS} connections; {rounds} rounds of {seconds:g} s, in turn; "
        f"relay and worker only for letters; load average before {os.getloadavg()[0]:.1f}\n",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())

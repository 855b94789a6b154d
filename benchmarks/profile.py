"""Where the time goes, in one thread: `python -m benchmarks.profile question` (the public POST) or `letter` (rendered, marked, sent)."""

import argparse
import cProfile
import io
import logging
import os
import pstats
import sys
import threading
import time
from collections.abc import Callable

import structlog
from sqlalchemy import text

from benchmarks.letters import Letters
from benchmarks.sink import Sink
from benchmarks.stand import Stand, a_directory
from benchmarks.statements import a_question
from deploy.embedded.services import INQUIRY
from inquiry_service.app import create_app
from inquiry_service.settings import InquirySettings
from inquiry_service.worker import make_workshop
from shared.db import Database

QUESTIONS, LETTERS, WARM = 1000, 400, 100
# where in the profile each part is seen: (what it is called, file's end, function)
PARTS = {
    "question": (
        ("the whole request", "flask/app.py", "wsgi_app"),
        ("limits: one round trip to Redis", "shared/limits.py", "check"),
        ("the body: read, parsed, checked", "webargs/core.py", "parse"),
        ("spam score", "domain/spam.py", "score"),
        ("the statement, with its wait", "shared/db.py", "run"),
        ("  of it psycopg and PostgreSQL", "psycopg/cursor.py", "execute"),
        ("the answer: written out", "flask_smorest/response.py", "_prepare_response_content"),
    ),
    "letter": (
        ("letters, whole", "shared/letter_sending.py", "send"),
        ("rendered and frozen", "shared/letter_freezing.py", "freeze_all"),
        ("  of it words, from templates", "shared/mailroom.py", "fill"),
        ("  of it secrets: links, addresses", "shared/tokens.py", "new_secret"),
        ("  of it built as bytes", "shared/letter_bytes.py", "build_message"),
        ("SMTP, with the marks", "shared/smtp.py", "send"),
        ("  of it the marks", "shared/letter_sending.py", "_mark"),
        ("all statements and commits", "psycopg/cursor.py", "execute"),
    ),
}


def main() -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profile", description=__doc__)
    parser.add_argument("what", choices=PARTS)
    parser.add_argument(
        "--all", action="store_true", help="also the forty functions that take longest themselves"
    )
    chosen = parser.parse_args()
    quiet = structlog.make_filtering_bound_logger(logging.WARNING)
    structlog.configure(wrapper_class=quiet)  # a line a letter would hide the table
    sink = Sink()
    try:
        with Stand(a_directory(), smtp_url=sink.url).running() as stand:
            os.environ.update(stand.environment_of(INQUIRY))
            settings = InquirySettings.from_env()
            database = Database(settings.database_url, name="profile")
            if chosen.what == "question":
                count, work = QUESTIONS, _questions(settings, database)
            else:
                count, work = LETTERS, _letters(settings, database, Letters(stand, sink))
            report(chosen.what, count, work, shows_all=chosen.all)
            database.dispose()
    finally:
        sink.stop()
    return 0


def _questions(settings: InquirySettings, database: Database) -> Callable[[int], None]:
    """So many public POSTs through the whole application, without a server around it."""
    app, path = create_app(settings, database), "/api/inquiry/v1/inquiries"
    body = a_question()

    def ask(count: int) -> None:
        client = app.test_client()
        for number in range(count):
            key = f"{count}-{number}"
            sent = body.replace("{n}", key)
            answer = client.post(
                path, data=sent, content_type="application/json", headers={"Idempotency-Key": key}
            )
            assert answer.status_code == 201, answer.text

    return ask


def _letters(settings: InquirySettings, database: Database, letters: Letters) -> Callable[[int], None]:
    """So many letters, by the hands that a worker has."""
    workshop = make_workshop(settings, database)
    due = text("SELECT id FROM letter WHERE status = 'queued' LIMIT :count")

    def send(count: int) -> None:
        letters.pile_up(count)
        ids = [row.id for row in database.run(due, {"count": count})]
        assert workshop.send_letters(ids) == count

    return send


def report(what: str, count: int, work: Callable[[int], None], *, shows_all: bool) -> None:
    """Time with and without the profiler's own weight, and the share of each part."""
    work(WARM)
    cpu_s, began = time.process_time(), time.perf_counter()
    work(count)
    wall_ms = (time.perf_counter() - began) / count * 1000
    cpu_ms = (time.process_time() - cpu_s) / count * 1000
    print(
        f"one {what}: {wall_ms:.2f} ms, of it CPU of this process {cpu_ms:.2f} ms ({threading.active_count()} threads)"
    )
    profile = cProfile.Profile()
    profile.runcall(work, count + 1)
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    whole = _seconds(stats, *PARTS[what][0][1:])
    for name, file, function in PARTS[what]:
        share = _seconds(stats, file, function) / whole
        print(f"{name:36} {share:6.0%}   about {share * wall_ms:5.2f} ms")
    if shows_all:
        words = io.StringIO()
        pstats.Stats(profile, stream=words).sort_stats("tottime").print_stats(40)
        print(words.getvalue())


def _seconds(
    stats: dict[tuple[str, int, str], tuple[int, int, float, float, object]], file: str, function: str
) -> float:
    """Time in the function and in what it called."""
    found = (entry[3] for (path, _, name), entry in stats.items() if path.endswith(file) and name == function)
    return sum(found)


if __name__ == "__main__":
    sys.exit(main())

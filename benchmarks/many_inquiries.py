"""A queue as it is after years: invented people and questions, written by COPY, with the progress on the screen.

`DATABASE_URL=… python -m benchmarks.many_inquiries 100000` adds that many to an inquiry database; its role must own the tables.
"""

import os
import random
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import psycopg
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import make_url

from inquiry_service.domain.name_words import grams
from shared.tokens import new_id

BATCH = 20_000
PROGRAMS = ("cna", "mat", "cma", "phlebotomy", None)
FIRST = re.findall(r"\w+", "ma le jo ana ro sa ti ka vi lu de no el ha pri wan ce du fa gre hil iva")
SECOND = re.findall(
    r"\w+", "ria na seph belle sa mir rek lor vin cas tor wen dal fin gus mond ley son ette dro"
)
LAST = re.findall(
    r"\w+", "ber wit mor gon sol han ok ra fer lind cas hal vel nor pet dia kow ski bra ste mac wil tho"
)
ENDS = re.findall(r"\w+", "ez son field man afor erg y ton ova ini esco berg stad ali ura")
OPENINGS = (
    "When does the next {program} class start, and is there still room for one more person?",
    "What does the {program} course cost in all, and can it be paid in instalments of {number} dollars?",
    "I finished school {number} years ago. What do I need to bring for the first {program} evening?",
    "Do you place graduates? I would like part-time work near {town} after the {program} certificate.",
    "My certificate lapsed {number} days ago. Do I take the update or the whole {program} course again?",
    "What is the difference between {program} and the other program, and which of them is shorter?",
    "Could you send my transcript to the hospital in {town}? My student number ends in {number}.",
    "I must cancel my seat because of a shift at work on {number} dates. What happens with the deposit?",
)
ANSWERS = (
    "Good morning, the next class begins in {number} days and there are seats. You can register on our page.",
    "Thank you for asking. Most of our students find part-time work in {town} within {number} weeks.",
    "The price covers books and the exam; instalments are possible at the office, {number} of them.",
    "Below sixty days the update class is enough. Bring the old certificate and a photo of yourself.",
)
FOLLOW_UPS = (
    "Thank you very much!",
    "And is there parking in {town}?",
    "One more thing: may my sister come along?",
)
TOWNS = tuple(f"{first}{end}".title() for first in LAST for end in ENDS)
STATES = (
    ("new", 0.003),
    ("open", 0.005),
    ("waiting", 0.02),
    ("quarantined", 0.01),
    ("spam", 0.04),
    ("closed", 1.0),
)

_STAGED = """
    CREATE TEMPORARY TABLE staged (number integer, id uuid, reference text, status text, name text, email text, phone text,
        program text, question text, answer text, follow_up text, answer_id uuid, assignee uuid, asked_at timestamptz, has_files boolean)
"""
_INQUIRIES = """
    INSERT INTO inquiry (id, reference, status, asker_name, asker_email, asker_email_normal, asker_phone, program, opening, messages,
        assignee_id, created_at, due_from, due_at, last_message_at, first_answered_at, first_answered_by, closed_at, heard, has_files,
        source, first_response_s, first_response_open_s, resolution_s, resolution_open_s)
    SELECT id, reference, status, name, email, email, phone, program, question,
        1 + (answer IS NOT NULL)::int + (follow_up IS NOT NULL)::int, assignee, asked_at, asked_at, asked_at + interval '2 hours',
        asked_at + interval '3 hours', CASE WHEN answer IS NOT NULL THEN asked_at + took_s * interval '1 second' END,
        CASE WHEN answer IS NOT NULL THEN assignee END,
        CASE WHEN status = 'closed' THEN asked_at + took_s * interval '2 seconds' END,
        to_tsvector('simple', coalesce(answer, '') || ' ' || coalesce(follow_up, '')), has_files,
        'Page ' || number % 40, CASE WHEN answer IS NOT NULL THEN took_s END, CASE WHEN answer IS NOT NULL THEN took_s / 3 END,
        CASE WHEN status = 'closed' THEN took_s * 2 END, CASE WHEN status = 'closed' THEN took_s END
    FROM (SELECT *, 600 + (number % 90000) * 7919 % 90000 AS took_s FROM staged) AS staged
"""
_MESSAGES = """
    INSERT INTO message (id, inquiry_id, position, kind, via, body, staff_id, created_at)
    SELECT gen_random_uuid(), id, 1, 'question', 'form', question, NULL::uuid, asked_at FROM staged
    UNION ALL SELECT answer_id, id, 2, 'answer', 'desk', answer, assignee, asked_at + interval '1 hour' FROM staged WHERE answer IS NOT NULL
    UNION ALL SELECT gen_random_uuid(), id, 3, 'follow_up', 'mail', follow_up, NULL, asked_at + interval '3 hours'
    FROM staged WHERE follow_up IS NOT NULL
"""
_REPLIES = """
    INSERT INTO reply (id, inquiry_id, author_id, status, based_on, sendings, sent_at)
    SELECT answer_id, id, assignee, 'sent', 1, 1, asked_at + interval '1 hour' FROM staged WHERE answer IS NOT NULL
"""
_INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE tablename IN ('inquiry', 'message', 'reply') AND indexname LIKE 'ix_%' ORDER BY indexname
"""


def add_many(database_url: str, count: int, staff_id: Any, *, since_days: int = 1500) -> None:
    """`count` more inquiries over the last `since_days` days, most of them answered and closed by that person; the statistics are fresh."""
    chance = random.Random(count)
    columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()]
    with psycopg.connect(_plain(database_url)) as connection, Progress(*columns) as progress:
        connection.execute("SET synchronous_commit = off")
        start = connection.execute("SELECT count(*) FROM inquiry").fetchone()
        indexes = connection.execute(_INDEXES).fetchall() if count > BATCH else []
        for name, _ in indexes:
            connection.execute(f'DROP INDEX "{name}"')  # made again below: faster than row by row
        connection.execute(_STAGED)
        written = progress.add_task("inquiries", total=count)
        rows = _rows(chance, count, int(start[0]) if start else 0, staff_id, since_days)
        while batch := list(islice(rows, BATCH)):
            _write(connection, batch)
            progress.advance(written, len(batch))
        made = progress.add_task("indexes", total=len(indexes))
        for _, definition in indexes:
            connection.execute(definition)
            progress.advance(made)
        _learn_names(connection)
        connection.commit()
    with psycopg.connect(_plain(database_url), autocommit=True) as connection:
        for table in ("inquiry", "message", "reply", "name_word"):
            connection.execute(f"VACUUM ANALYZE {table}")


def _plain(database_url: str) -> str:
    return make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)


def _write(connection: "psycopg.Connection[Any]", batch: list[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy("COPY staged FROM STDIN") as copy:
        for row in batch:
            copy.write_row(row)
    for statement in (_INQUIRIES, _MESSAGES, _REPLIES, "TRUNCATE staged"):
        connection.execute(statement)


def _rows(
    chance: random.Random, count: int, start: int, staff_id: Any, since_days: int
) -> Iterator[tuple[Any, ...]]:
    now = datetime.now(UTC)
    for number in range(start, start + count):
        name = f"{chance.choice(FIRST)}{chance.choice(SECOND)} {chance.choice(LAST)}{chance.choice(ENDS)}".title()
        program = chance.choice(PROGRAMS)
        share = chance.random()
        status = next(state for state, up_to in STATES if share < up_to or up_to == 1.0)
        is_answered = status in ("waiting", "closed")
        fill = {
            "program": program or "evening",
            "number": chance.randint(2, 999),
            "town": chance.choice(TOWNS),
        }
        age = timedelta(days=3 if status in ("new", "open") else since_days) * chance.random()
        yield (
            number,
            new_id(),
            f"G-{number:08d}",
            status,
            name,
            f"{name.lower().replace(' ', '.')}{number % 1000}@example.com",
            f"(555) {number % 900 + 100:03d}-{number % 10000:04d}" if number % 3 == 0 else None,
            program,
            chance.choice(OPENINGS).format(**fill),
            chance.choice(ANSWERS).format(**fill) if is_answered else None,
            chance.choice(FOLLOW_UPS).format(**fill) if is_answered and number % 4 == 0 else None,
            new_id(),
            staff_id if is_answered or number % 2 else None,
            now - age,
            number % 50 == 0,
        )


def _learn_names(connection: "psycopg.Connection[Any]") -> None:
    found = connection.execute(
        "SELECT DISTINCT word FROM inquiry, regexp_split_to_table(lower(asker_name), '[^[:alpha:]]+') AS word"
    )
    words = [word for (word,) in found if len(word) > 1]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO name_word (word, grams) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [(word, grams(word)) for word in words],
        )


if __name__ == "__main__":
    with psycopg.connect(_plain(os.environ["DATABASE_URL"])) as asked:
        somebody = asked.execute("SELECT id FROM staff ORDER BY created_at LIMIT 1").fetchone()
    add_many(os.environ["DATABASE_URL"], int(sys.argv[1]), somebody[0] if somebody else None)

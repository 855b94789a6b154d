"""A process of somebody at the desk who takes as fast as it can: `python -m tests.races.taking take|claim <database> <person>`.

It says `ready`, waits for a line (of the ids to claim), and then says the id of each inquiry that is now its person's.
"""

import sys
from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import text

from inquiry_service.domain import reply_queue
from inquiry_service.domain.errors import NothingToTake, TakenBySomebodyElse
from shared.db import Database
from shared.people import Person

_AWAKE = text("SELECT 1")


def taken(database: Database, person: Person) -> Iterator[UUID]:
    """Whatever comes next, until nothing is left."""
    while True:
        try:
            with database.transaction() as session:
                inquiry_id = reply_queue.take_next(session, person).id
        except NothingToTake:
            return
        yield inquiry_id


def claimed(database: Database, person: Person, inquiry_ids: list[UUID]) -> Iterator[UUID]:
    """Each of these that nobody had."""
    for inquiry_id in inquiry_ids:
        try:
            with database.transaction() as session:
                reply_queue.claim(session, inquiry_id, person)
        except TakenBySomebodyElse:
            continue
        yield inquiry_id


def main(what: str, url: str, person_id: str) -> None:
    """Until there is nothing left."""
    database = Database(url, pool_size=1)
    person = Person(UUID(person_id), "Somebody", "somebody@riverside.example", frozenset({"staff"}))
    database.run(_AWAKE)
    print("ready", flush=True)
    wanted = [UUID(word) for word in sys.stdin.readline().split()]
    for inquiry_id in taken(database, person) if what == "take" else claimed(database, person, wanted):
        print(inquiry_id)


if __name__ == "__main__":
    main(*sys.argv[1:])

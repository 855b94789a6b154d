"""A process of somebody at the desk: `python -m tests.races.taking <database> <person>`.

It says `ready`. For each line that it reads it takes once (the next one, or the one whose id the line is), and says the id
of what is now its person's, or `-`. It ends with its input.
"""

import sys
from uuid import UUID

from sqlalchemy import text

from inquiry_service.domain import reply_queue
from inquiry_service.domain.errors import NothingToTake, TakenBySomebodyElse
from shared.db import Database
from shared.people import Person

_AWAKE = text("SELECT 1")


def taken(database: Database, person: Person, wanted: str) -> str:
    """The id of the wanted one, or of whatever comes next, if it is now the person's."""
    try:
        with database.transaction() as session:
            if not wanted:
                return str(reply_queue.take_next(session, person).id)
            reply_queue.claim(session, UUID(wanted), person)
            return wanted
    except (NothingToTake, TakenBySomebodyElse):
        return "-"


def main(url: str, person_id: str) -> None:
    """Until there is nothing to read."""
    database = Database(url, pool_size=1)
    person = Person(UUID(person_id), "Somebody", "somebody@riverside.example", frozenset({"staff"}))
    database.run(_AWAKE)
    print("ready", flush=True)
    for line in sys.stdin:
        print(taken(database, person, line.strip()), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

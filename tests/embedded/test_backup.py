"""Backup and restore, with the processes and commands of `make run`, and a mail server that outlives them."""

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from deploy.embedded.installation import ROOT
from deploy.embedded.postgres import Cluster
from inquiry_service.domain import personal_data, replies
from shared.db import Database
from shared.erasures import Erasure
from shared.people import Person
from tests.builders import a_director, a_question
from tests.embedded.pair import free_ports
from tests.embedded.waiting import wait_for
from tests.enrollment.builders import a_section
from tests.faults.sink_process import SinkProcess

PATIENCE_S = 120.0
_UNDER_WAY = text("""
    SELECT count(*) AS n FROM letter WHERE status IN ('ready', 'sending') OR status = 'queued' AND due_at <= now()
""")
MORE = 10


class School:
    """One installation in `var`, driven by its commands; what it sends is taken by `sink`."""

    def __init__(self, folder: Path) -> None:
        self.var, self.backups = folder / "var", folder / "backups"
        self.sink = SinkProcess(folder, folder)
        self.enrollment_port, self.inquiry_port = free_ports(2)
        self._environment = os.environ | {
            "VAR_DIR": str(self.var),
            "ENROLLMENT_PORT": str(self.enrollment_port),
            "INQUIRY_PORT": str(self.inquiry_port),
            "SMTP_URL": self.sink.url,
            "SAMPLE_SCHOOL": "0",
            "LIMIT_PUBLIC_WRITES": "100000/minute",
        }

    @contextmanager
    def running(self) -> Iterator[None]:
        """`make run`, until the end of the block."""
        with (self.backups.parent / "run.log").open("ab") as output:
            run = subprocess.Popen(
                self._command("run"), cwd=ROOT, env=self._environment, stdout=output, stderr=output
            )
        try:
            ready = self.var / "run" / "ready.json"
            assert wait_for(ready.exists, PATIENCE_S), (self.backups.parent / "run.log").read_text()
            yield
        finally:
            run.send_signal(signal.SIGTERM)
            run.wait(60)

    def call(self, *verb: str) -> str:
        """What `make backup`, `make restore` or `make resume` says."""
        done = subprocess.run(
            self._command(*verb), cwd=ROOT, env=self._environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def refuses(self, *verb: str) -> str:
        """Why the command did nothing."""
        done = subprocess.run(
            self._command(*verb), cwd=ROOT, env=self._environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 1, done.stdout
        return done.stderr

    def _command(self, *verb: str) -> list[str]:
        return [sys.executable, "-m", "deploy.embedded", *verb]

    @contextmanager
    def database(self, name: str) -> Iterator[Database]:
        """A service's database, by its owner."""
        database = Database(Cluster(self.var).url(name, "owner"))
        try:
            yield database
        finally:
            database.dispose()

    def post(self, port: int, path: str, body: dict[str, Any]) -> UUID:
        """What was made."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/api/{path}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert answer.status == 201
            return UUID(json.load(answer)["id"])

    def ask(self, n: int) -> UUID:
        """An inquiry."""
        return self.post(self.inquiry_port, "inquiry/v1/inquiries", a_question(email=f"asker{n}@example.com"))

    def register(self, section_id: UUID, n: int) -> UUID:
        """A seat."""
        body = {"section_id": str(section_id), "name": f"Student {n}", "email": f"student{n}@example.com"}
        return self.post(self.enrollment_port, "enrollment/v1/registrations", body)

    def answer(self, inquiry_id: UUID, director: Person) -> None:
        """Answered; its letter waits for hours, as in an undo window that nobody needs to hurry for."""
        with self.database("inquiry") as database, database.transaction() as session:
            replies.answer(session, inquiry_id, director, "Yes, most find work.", undo_s=7200)

    def erase(self, address: str, director: Person) -> None:
        """Nobody here knows any more who that was."""
        with self.database("inquiry") as database, database.transaction() as session:
            personal_data.erase(session, director.actor, address, Erasure.of(address), reason="They asked.")

    def knows(self, address: str) -> bool:
        """Whether an inquiry is from that address."""
        query = text("SELECT 1 FROM inquiry WHERE asker_email = :address")
        with self.database("inquiry") as database:
            return bool(database.run(query, {"address": address}))

    def let_answers_go(self) -> None:
        """The undo windows are over."""
        with self.database("inquiry") as database:
            database.run(
                text(
                    "UPDATE letter SET not_before = now(), due_at = now() WHERE kind = 'answer' AND status = 'queued'"
                )
            )

    def letters_at_rest(self) -> int:
        """How many letters have arrived, once none is due or under way."""
        assert wait_for(lambda: not self._under_way(), PATIENCE_S)
        return len(self.sink.received())

    def _under_way(self) -> int:
        under_way = 0
        for name in ("inquiry", "enrollment"):
            with self.database(name) as database:
                under_way += database.run(_UNDER_WAY)[0].n
        return under_way

    def queued_answers(self) -> set[str]:
        """The ids of the answers' letters that wait."""
        with self.database("inquiry") as database:
            found = database.run(text("SELECT id FROM letter WHERE kind = 'answer' AND status = 'queued'"))
        return {str(row.id) for row in found}

    def ids(self, name: str, table: str) -> set[UUID]:
        """The ids in a table."""
        with self.database(name) as database:
            return {row.id for row in database.run(text(f"SELECT id FROM {table}"))}


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    """An installation that has not run yet."""
    made = School(tmp_path)
    yield made
    made.sink.stop()


def test_a_restore_loses_nothing_and_sends_nothing_twice(school: School) -> None:
    with school.running():
        with school.database("inquiry") as inquiry, school.database("enrollment") as enrollment:
            director, section_id = a_director(inquiry), a_section(enrollment, seats=40)
        asked = [school.ask(n) for n in range(MORE + 1)]
        school.letters_at_rest()  # nobody is told of a question that is answered
        school.answer(asked[0], director)
        school.let_answers_go()
        school.register(section_id, 0)
        school.letters_at_rest()
        for inquiry_id in asked[1:]:
            school.answer(inquiry_id, director)
        doubtful = school.queued_answers()
        kept = school.ids("inquiry", "inquiry"), school.ids("enrollment", "registration")
        school.call("backup", str(school.backups))
        before = school.letters_at_rest()
        school.let_answers_go()
        for n in range(1, MORE + 1):
            school.register(section_id, n)
        assert school.letters_at_rest() == before + 2 * MORE  # twenty more: answers and confirmations
        school.erase("asker0@example.com", director)
        school.call("backup", str(school.backups))
    backup = min(school.backups.iterdir())
    assert "already" in school.refuses("restore", str(backup))
    shutil.rmtree(school.var)

    said = school.call("restore", str(backup))
    assert "1 erased again, of 1 on the list" in said
    assert len(doubtful) == MORE
    assert {letter_id for letter_id in doubtful if letter_id in said} == doubtful
    with school.running():
        held = json.load(urllib.request.urlopen(f"http://127.0.0.1:{school.inquiry_port}/health/ready"))
        assert any(reason.startswith("held") for reason in held["reasons"])
        now = school.ids("inquiry", "inquiry"), school.ids("enrollment", "registration")
        assert (kept[0] <= now[0], kept[1] <= now[1]) == (True, True)
        assert not school.knows("asker0@example.com")
        school.ask(99)
        assert f"{MORE} letters in doubt" in school.call("resume")
        after = school.letters_at_rest()
    arrived = school.sink.received()
    new = arrived[before + 2 * MORE :]
    assert "asker99@example.com" in {letter.recipient for letter in new}
    assert after == len(arrived)
    assert {letter.recipient for letter in new} & {f"asker{n}@example.com" for n in range(MORE + 1)} == set()
    assert [id_ for id_, times in Counter(letter.message_id for letter in arrived).items() if times > 1] == []


def test_a_damaged_backup_is_refused_before_anything_is_made(school: School) -> None:
    with school.running():
        pass
    school.call("backup", str(school.backups))
    (backup,) = school.backups.iterdir()
    shutil.rmtree(school.var)
    (backup / "inquiry.dump").write_bytes((backup / "inquiry.dump").read_bytes()[:-1])
    assert "damaged" in school.refuses("restore", str(backup))
    assert not (school.var / "pgdata").exists()


def test_a_folder_that_is_no_backup_is_refused(school: School, tmp_path: Path) -> None:
    assert "no backup of ours" in school.refuses("restore", str(tmp_path))

"""One file with everything that both services hold about a person, and nothing of anybody else."""

import io
import json
import zipfile

from flask.testing import FlaskClient

from shared.db import Database
from tests.privacy.conftest import OTHERS, WORD, Known, post


def _archive(desk: FlaskClient, **form: str) -> zipfile.ZipFile:
    answer = post(desk, "export", **form)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer.headers["Cache-Control"]
    return zipfile.ZipFile(io.BytesIO(answer.data))


def test_it_has_their_threads_mails_files_letters_and_registrations(desk: FlaskClient, known: Known) -> None:
    archive = _archive(desk)
    names = archive.namelist()
    (inquiry,) = [name for name in names if name.startswith("inquiries/")]
    said = json.loads(archive.read(inquiry))
    assert [entry["kind"] for entry in said["messages"]] == ["question", "follow_up", "answer"]
    assert len(json.loads(archive.read("registrations.json"))) == 2
    assert f"cv of {WORD}".encode() in archive.read(next(name for name in names if name.startswith("files/")))
    assert len([name for name in names if name.startswith("mails/")]) == 2
    assert {"acknowledgement", "answer", "confirmation"} <= {
        name.removesuffix(".eml").rpartition("-")[2] for name in names if name.startswith("letters/")
    }
    assert json.loads(archive.read("written-in-other-threads.json"))[0]["body"].strip().endswith(f"{WORD}.")


def test_notes_are_in_it_only_when_asked_for(desk: FlaskClient, known: Known) -> None:
    def notes(archive: zipfile.ZipFile) -> int:
        return sum(b"called before" in archive.read(name) for name in archive.namelist())

    assert notes(_archive(desk)) == 0
    assert notes(_archive(desk, with_notes="1")) == 1


def test_nothing_of_anybody_else_is_in_it(desk: FlaskClient, known: Known) -> None:
    archive = _archive(desk, with_notes="1")
    own = [name for name in archive.namelist() if not name.startswith("mails/")]
    assert [name for name in own if OTHERS.encode() in archive.read(name)] == []


def test_an_unknown_address_is_said_to_be_unknown(desk: FlaskClient, inquiry_db: Database) -> None:
    assert "Nobody with this address is known" in post(desk, "look-up", email="nobody@example.com").text
    assert "Enter their email address" in post(desk, "look-up", email="").text

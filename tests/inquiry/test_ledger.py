"""The ledger: an inquiry's stations from its rows, and a reconciliation that is silent until a row contradicts another."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, text

from inquiry_service.db.models import Inquiry
from inquiry_service.domain import inbound, ledger
from inquiry_service.jobs import KINDS
from inquiry_service.sample import seed
from inquiry_service.worker import make_workshop
from shared import ledger as books
from shared.condition import read_condition
from shared.db import Database
from shared.jobs import keep_recurring
from tests.builders import EFFAT, a_director, an_answer, an_inquiry, bearer, sign_in
from tests.inquiry.test_inbound import a_mail
from tests.inquiry.test_returned_letters import a_notice
from tests.processes import ROOT, environment_of
from tests.shared.scripted_smtp import Script, Sink
from tests.working import Working, text_of

_OLDER = (
    "UPDATE letter SET created_at = created_at - interval '2 hours', settled_at = settled_at - interval '2 hours'",
    "UPDATE raw_mail SET received_at = received_at - interval '2 hours'",
    "UPDATE inquiry SET created_at = created_at - interval '2 hours'",
    "UPDATE reply SET changed_at = changed_at - interval '2 hours'",
)


@pytest.fixture
def owner(inquiry_urls: tuple[str, str]) -> Iterator[Engine]:
    """Whoever may break what the running role and its keys keep whole."""
    engine = create_engine(inquiry_urls[1])
    yield engine
    engine.dispose()


@pytest.fixture
def a_day_of_work(inquiry_db: Database, inquiry_work: Working) -> UUID:
    """Questions, an answer, mails in and a letter that came back, two hours ago. Returns the inquiry that was answered."""
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db, key="a-form")
    an_inquiry(inquiry_db, email="other@example.com", is_suspect=True)
    inquiry_work.drain()
    acknowledgement = inquiry_work.letters(EFFAT)[0]
    an_answer(inquiry_db, inquiry_id, director)
    inquiry_work.drain()
    _arrives(
        inquiry_db,
        a_mail(str(acknowledgement["Reply-To"]), "And the price?", quoted=text_of(acknowledgement)),
    )
    _arrives(
        inquiry_db,
        a_mail("hello@riverside.example", "Hello?", message_id="<b@mail>", sender="new@example.com"),
    )
    _arrives(inquiry_db, a_mail("nobody@riverside.example", "Hello?", message_id="<c@mail>"))
    inquiry_work.drain()
    for statement in _OLDER:
        inquiry_db.run(text(statement))
    return inquiry_id


def _arrives(db: Database, data: bytes) -> None:
    with db.transaction() as session:
        inbound.store_raw(session, data, mailbox=inbound.MAILBOX_PAGE)


def _wrong(db: Database, days: int = books.NIGHTLY_DAYS) -> dict[str, int]:
    with db.reading() as session:
        return {
            one.name: one.number for one in books.reconcile(session, ledger.CHECKS, days=days) if one.number
        }


def test_after_a_day_of_work_everything_adds_up(inquiry_db: Database, a_day_of_work: UUID) -> None:
    assert _wrong(inquiry_db) == {}
    assert _wrong(inquiry_db, books.EVERYTHING_DAYS) == {}


BREAKS = {
    "sent_without_answer": "UPDATE letter SET smtp_reply = NULL WHERE status = 'sent'",
    "sending_for_ever": "UPDATE letter SET status = 'sending', lease_until = now() - interval '1 hour' WHERE kind = 'acknowledgement'",
    "frozen_without_bytes": "UPDATE letter SET blob_sha256 = NULL WHERE kind = 'acknowledgement'",
    "outcome_untold": "DELETE FROM job WHERE kind = 'letter_outcome'",
    "letters_forgotten": "UPDATE letter SET status = 'ready', due_at = now() - interval '2 hours' WHERE kind = 'acknowledgement'",
    "jobs_forgotten": "UPDATE job SET status = 'queued', due_at = now() - interval '2 hours'",
    "posts_without_inquiry": "UPDATE idempotency SET answer = jsonb_set(answer, '{id}', to_jsonb(gen_random_uuid()::text)) WHERE key = 'a-form'",
    "inquiries_without_question": "UPDATE message SET position = 9 WHERE position = 1 AND body LIKE 'Hello dear%'",
    "threads_miscounted": "UPDATE inquiry SET messages = messages + 1",
    "inquiries_unacknowledged": "DELETE FROM letter WHERE kind = 'acknowledgement' AND status = 'sent'",
    "mails_not_filed": "UPDATE raw_mail SET status = 'stored'",
    "mails_filed_to_nothing": "UPDATE message SET raw_mail_id = NULL WHERE raw_mail_id IS NOT NULL",
    "replies_without_letter": "UPDATE reply SET letter_id = gen_random_uuid()",
    "replies_ahead_of_letter": "UPDATE letter SET status = 'cancelled' WHERE kind = 'answer'",
    "replies_behind_letter": "UPDATE reply SET status = 'queued'",
    "journal_copies_returned": "UPDATE raw_mail SET error = 'a letter''s copy for the journal came back'",
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_row_that_contradicts_another_is_named(
    inquiry_db: Database, owner: Engine, a_day_of_work: UUID, name: str
) -> None:
    with owner.begin() as connection:
        assert connection.execute(text(BREAKS[name])).rowcount > 0
    assert _wrong(inquiry_db)[name] > 0


def test_a_uid_beyond_the_folders_progress_is_named(inquiry_db: Database, a_day_of_work: UUID) -> None:
    inquiry_db.run(text("INSERT INTO mailbox (name, uidvalidity, last_uid) VALUES ('imap:x', 7, 10)"))
    take = "UPDATE raw_mail SET mailbox = 'imap:x', uidvalidity = 7, uid = :uid WHERE verdict = 'thread' AND status = 'unfiled'"
    inquiry_db.run(text(take), {"uid": 10})
    assert _wrong(inquiry_db) == {}
    inquiry_db.run(text(take), {"uid": 11})
    assert _wrong(inquiry_db) == {"uids_beyond_progress": 1}


def test_bytes_that_are_gone_are_named(inquiry_db: Database, owner: Engine, a_day_of_work: UUID) -> None:
    """Keys keep bytes from being deleted: here they are taken out first, and put back."""
    keys = {
        "raw_mail": "fk_raw_mail_sha256_blob",
        "letter": "fk_letter_blob_sha256_blob",
        "mail_file": "fk_mail_file_sha256_blob",
    }
    column = {"raw_mail": "sha256", "letter": "blob_sha256", "mail_file": "sha256"}
    with owner.connect() as connection, connection.begin() as broken:
        for table, key in keys.items():
            connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {key}"))
        connection.execute(text("DELETE FROM blob"))
        found = {}
        for check in ledger.CHECKS:
            number = connection.execute(
                text(f"SELECT count(*) FROM ({check.rows}) AS f"), {"days": 7}
            ).scalar_one()
            found |= {check.name: number} if number else {}
        broken.rollback()
    assert column.keys() == keys.keys()
    assert set(found) == {"frozen_without_bytes", "mails_without_bytes"}


def test_what_is_younger_than_a_quarter_of_an_hour_may_still_be_under_way(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    an_inquiry(inquiry_db)
    inquiry_work.drain()
    inquiry_db.run(text("UPDATE letter SET smtp_reply = NULL, blob_sha256 = NULL"))
    assert _wrong(inquiry_db) == {}


def test_a_letter_that_a_person_marked_or_sent_again_adds_up(
    inquiry_db: Database, make_inquiry_settings: Callable[..., Any], inquiry_work: Working
) -> None:
    from shared import letters
    from shared.audit import Actor

    director = a_director(inquiry_db)
    ids = [an_inquiry(inquiry_db, email=f"asker{number}@example.com") for number in range(2)]
    answers = [an_answer(inquiry_db, inquiry_id, director) for inquiry_id in ids]
    with Sink(Script(dot="drop")) as sink:
        workshop = make_workshop(make_inquiry_settings(smtp_url=sink.url), inquiry_db)
        found = inquiry_db.run(
            text("SELECT id, subject_id FROM letter WHERE kind = 'answer' ORDER BY created_at")
        )
        workshop.send_letters([row.id for row in found])
    assert [row.subject_id for row in found] == answers
    inquiry_work.drain()
    with inquiry_db.transaction() as session:
        letters.mark_sent(session, found[0].id, Actor(None, "operator"))
        letters.resend(session, found[1].id, Actor(None, "operator"))
    inquiry_work.drain()
    for statement in _OLDER:
        inquiry_db.run(text(statement))
    assert _wrong(inquiry_db) == {}


def test_the_stations_of_an_inquiry_have_the_mail_servers_queue_id(
    inquiry_db: Database, make_inquiry_settings: Callable[..., Any], inquiry_work: Working
) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    an_answer(inquiry_db, inquiry_id, director)
    due = text("SELECT id FROM letter WHERE due_at <= now() AND status = 'queued' ORDER BY created_at")
    with Sink(Script(dot="250 2.0.0 Ok: queued as 4Xyz12")) as sink:
        make_workshop(make_inquiry_settings(smtp_url=sink.url), inquiry_db).send_letters(
            [row.id for row in inquiry_db.run(due)]
        )
    inquiry_work.drain()
    path = inquiry_db.run(text("SELECT envelope_from FROM letter WHERE kind = 'answer'"))[0].envelope_from
    _arrives(inquiry_db, a_notice(path))
    inquiry_work.drain()
    with inquiry_db.reading() as session:
        stations = ledger.stations(session, session.get_one(Inquiry, inquiry_id))
    seen = [station.what for station in stations]
    assert seen[0] == "received"
    assert {
        "stored",
        "filed",
        "answer",
        "letter owed",
        "letter rendered",
        "letter accepted",
        "letter bounced",
    } <= set(seen)
    assert [station.queue_id for station in stations if station.what == "letter accepted"] == [
        "4Xyz12",
        "4Xyz12",
    ]
    assert [station.at for station in stations] == sorted(station.at for station in stations)


@pytest.mark.parametrize(
    ("reply", "queue_id"),
    [
        ("250 2.0.0 Ok: queued as 4Xyz12", "4Xyz12"),
        ("250 OK id=1rABcd-000123-AB", "1rABcd-000123-AB"),
        ("250 2.0.0 OK  1700000000 d2e1a72fcca58-6b8 - gsmtp", "d2e1a72fcca58-6b8"),
        ("250 thanks", None),
        ("its copy is in the journal", None),
    ],
)
def test_a_queue_id_is_found_in_what_mail_servers_say(reply: str, queue_id: str | None) -> None:
    assert ledger.queue_id(reply) == queue_id


def test_the_nightly_job_stores_what_it_finds_and_health_and_desk_say_so(
    inquiry_db: Database, inquiry_work: Working, inquiry_client: FlaskClient, a_day_of_work: UUID
) -> None:
    keep_recurring(inquiry_db, KINDS)
    due = text("UPDATE job SET due_at = now() WHERE kind = 'reconcile' RETURNING id")
    inquiry_db.run(text("UPDATE inquiry SET messages = 7 WHERE id = :id"), {"id": a_day_of_work})
    inquiry_work.workshop.run_jobs([row.id for row in inquiry_db.run(due)])
    with inquiry_db.reading() as session:
        assert read_condition(session).unbalanced == 1
        assert [one.name for one in books.stored(session) if one.number] == ["threads_miscounted"]
    assert "rows that do not add up: 1" in str(inquiry_client.get("/health/ready").json)
    assert b"frontdesk_ledger_findings 1.0" in inquiry_client.get("/metrics").data
    with inquiry_db.reading() as session:
        email = session.execute(text("SELECT email FROM staff")).scalar_one()
    assert email == "dora@riverside.example"
    _sign_in(inquiry_client, inquiry_db)
    assert "does not add up" in inquiry_client.get("/desk/notices").text
    inquiry_db.run(
        text(
            "UPDATE inquiry SET messages = (SELECT max(position) FROM message WHERE inquiry_id = inquiry.id)"
        )
    )
    inquiry_work.workshop.run_jobs([row.id for row in inquiry_db.run(due)])
    assert "does not add up" not in inquiry_client.get("/desk/notices").text
    with inquiry_db.reading() as session:
        assert read_condition(session).unbalanced == 0


def _sign_in(client: FlaskClient, db: Database) -> None:
    from shared.people import Person

    row = db.run(text("SELECT id, name, email, roles FROM staff"))[0]
    sign_in(client, db, Person(row.id, row.name, row.email, frozenset(row.roles)))


def test_the_api_shows_the_ledger_to_the_desk(inquiry_db: Database, inquiry_client: FlaskClient) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    answer = inquiry_client.get(
        f"/api/inquiry/v1/inquiries/{inquiry_id}/ledger", headers=bearer(inquiry_db, a_director(inquiry_db))
    )
    assert [item["what"] for item in answer.json["items"]] == ["received", "letter owed"]


def test_the_command_tells_one_inquirys_stations_and_what_does_not_add_up(
    inquiry_db: Database, inquiry_settings: Any, a_day_of_work: UUID
) -> None:
    reference = inquiry_db.run(text("SELECT reference FROM inquiry WHERE id = :id"), {"id": a_day_of_work})[
        0
    ].reference
    told = _command(inquiry_settings, reference)
    assert (told.returncode, "letter accepted" in told.stdout) == (0, True)
    assert EFFAT not in told.stdout
    checked = _command(inquiry_settings, "check", "--everything")
    assert (checked.returncode, "WRONG" in checked.stdout) == (0, False)
    inquiry_db.run(text("UPDATE inquiry SET messages = 7 WHERE id = :id"), {"id": a_day_of_work})
    assert _command(inquiry_settings, "check").returncode == 1
    last = _command(inquiry_settings)
    assert (last.returncode, reference in last.stdout) == (1, True)
    assert _command(inquiry_settings, "Q-NOBODY").returncode == 1


def _command(settings: Any, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "inquiry_service", "ledger", *words],
        cwd=ROOT,
        env=environment_of(settings),
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_sample_school_adds_up(inquiry_db: Database, make_inquiry_settings: Callable[..., Any]) -> None:
    """Its questions were invented, and nobody was written to: a fresh installation is not degraded by them."""
    keep_recurring(inquiry_db, KINDS)
    seed(make_inquiry_settings(sample_school=True), inquiry_db)
    assert inquiry_db.run(text("SELECT count(*) AS n FROM inquiry"))[0].n > 0
    assert _wrong(inquiry_db) == {}

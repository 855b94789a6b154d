"""Letters through relays in trouble: greylisting, halves of an envelope, silence, wrong passwords. Sent once, or visibly not."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from inquiry_service.worker import make_workshop
from shared.breaker import Breaker
from shared.condition import read_condition
from shared.db import Database
from shared.letter_sending import Connections, LetterSender
from shared.smtp import SmtpTransport
from shared.transports import parse_smtp_url
from tests.builders import EFFAT, an_inquiry
from tests.shared.scripted_smtp import Script, Sink

JOURNAL = "journal@riverside.example"
_STATES = text("""
    SELECT id, status, attempts, last_error, smtp_reply, extract(epoch FROM due_at - now()) AS waits_s FROM letter
    WHERE kind = 'acknowledgement' ORDER BY created_at, id
""")
_DUE = text("UPDATE letter SET due_at = now() WHERE status IN ('queued', 'ready')")

Settings = Callable[..., Any]


def _letters(db: Database) -> list[Any]:
    return list(db.run(_STATES))


def _send(settings: Any, db: Database) -> int:
    return make_workshop(settings, db).send_letters([row.id for row in _letters(db)])


def test_a_greylisted_letter_goes_at_its_time_with_the_same_bytes(
    inquiry_db: Database, make_inquiry_settings: Settings
) -> None:
    an_inquiry(inquiry_db)
    frozen = text("SELECT message_id, blob_sha256 FROM letter WHERE kind = 'acknowledgement'")
    with Sink(Script(rcpt="450 4.2.0 greylisted, come again")) as sink:
        settings = make_inquiry_settings(smtp_url=sink.url)
        waits = []
        for _ in range(3):
            inquiry_db.run(_DUE)
            assert _send(settings, inquiry_db) == 0
            waits.append(round(_letters(inquiry_db)[0].waits_s))
        before = inquiry_db.run(frozen)[0]
        sink.script = Script()
        assert _send(settings, inquiry_db) == 0  # its time has not come
        inquiry_db.run(_DUE)
        assert _send(settings, inquiry_db) == 1
    assert [wait <= limit for wait, limit in zip(waits, (30, 60, 120), strict=True)] == [True] * 3
    assert waits == sorted(waits)
    assert tuple(inquiry_db.run(frozen)[0]) == tuple(before)
    assert (len(sink.accepted), _letters(inquiry_db)[0].status) == (1, "sent")


@pytest.mark.parametrize("verb", ["greeting", "ehlo", "mail", "rcpt", "data", "dot"])
def test_421_at_any_verb_delays_the_letter(
    inquiry_db: Database, make_inquiry_settings: Settings, verb: str
) -> None:
    an_inquiry(inquiry_db)
    with Sink(replace(Script(), **{verb: "421 4.3.2 closing"})) as sink:
        settings = make_inquiry_settings(smtp_url=sink.url)
        assert _send(settings, inquiry_db) == 0
        assert _letters(inquiry_db)[0].status == "ready"
        sink.script = Script()
        inquiry_db.run(_DUE)
        assert _send(settings, inquiry_db) == 1
    assert len(sink.accepted) == 1


@pytest.mark.parametrize(
    ("answers", "status", "recipients"),
    [
        ({JOURNAL: "550 no such journal"}, "sent", [[EFFAT]]),
        ({JOURNAL: "450 greylisted"}, "sent", [[EFFAT]]),
        ({EFFAT: "550 no such user"}, "failed", []),
        ({EFFAT: "450 greylisted"}, "ready", []),
        ({EFFAT: "550 no such user", JOURNAL: "550 no such journal"}, "failed", []),
    ],
)
@pytest.mark.parametrize("ehlo", ["250 ok", "250-sink\r\n250 PIPELINING"], ids=["one by one", "pipelining"])
def test_the_recipients_fate_decides_and_not_the_journals(
    inquiry_db: Database,
    make_inquiry_settings: Settings,
    answers: dict[str, str],
    status: str,
    recipients: list[list[str]],
    ehlo: str,
) -> None:
    an_inquiry(inquiry_db)
    with Sink(Script(ehlo=ehlo, rcpt_of=answers)) as sink:
        settings = make_inquiry_settings(smtp_url=sink.url, journal_address=JOURNAL)
        for _ in range(2):
            _send(settings, inquiry_db)
    assert (_letters(inquiry_db)[0].status, sink.recipients) == (status, recipients)


def _sender(settings: Any, db: Database, url: str, breaker: Breaker) -> LetterSender:
    road = replace(parse_smtp_url(url), timeout_s=0.3, answer_timeout_s=0.3)
    freezer = make_workshop(settings, db)._sender._freezer
    return LetterSender(db, freezer, Connections(lambda: SmtpTransport(road), limit=1), breaker)


@pytest.mark.parametrize("where", ["greeting", "ehlo", "mail", "rcpt", "data"])
def test_a_relay_that_hangs_anywhere_before_the_dot_costs_three_waits_and_then_a_probe(
    inquiry_db: Database, make_inquiry_settings: Settings, where: str
) -> None:
    for number in range(6):
        an_inquiry(inquiry_db, email=f"asker{number}@example.com")
    ids = [row.id for row in _letters(inquiry_db)]
    breaker = Breaker(probe_every_s=0.0)
    with Sink(replace(Script(), **{where: "silence"})) as sink:
        patient = Breaker()
        _sender(make_inquiry_settings(), inquiry_db, sink.url, patient).send(ids)
        assert not patient.is_closed
        assert sorted(row.attempts for row in _letters(inquiry_db)) == [0, 0, 0, 1, 1, 1]
        assert {row.status for row in _letters(inquiry_db)} <= {"queued", "ready"}
        sink.script = Script()
        inquiry_db.run(_DUE)
        assert _sender(make_inquiry_settings(), inquiry_db, sink.url, breaker).send(ids) == 6
    assert len(sink.accepted) == 6


def test_a_relay_that_is_silent_after_the_dot_leaves_three_in_doubt_and_not_all(
    inquiry_db: Database, make_inquiry_settings: Settings
) -> None:
    for number in range(6):
        an_inquiry(inquiry_db, email=f"asker{number}@example.com")
    ids = [row.id for row in _letters(inquiry_db)]
    with Sink(Script(dot="silence", after_dot_accepts=True)) as sink:
        _sender(make_inquiry_settings(), inquiry_db, sink.url, Breaker()).send(ids)
    states = sorted(row.status for row in _letters(inquiry_db))
    assert states == ["ready", "ready", "ready", "unknown", "unknown", "unknown"]
    assert len(sink.accepted) == 3


def test_a_wrong_password_delays_letters_and_health_says_that_none_goes(
    inquiry_db: Database, make_inquiry_settings: Settings
) -> None:
    an_inquiry(inquiry_db)
    with Sink(Script(ehlo="250-sink\r\n250 AUTH PLAIN", auth="535 5.7.8 wrong password")) as sink:
        url = sink.url.replace("smtp://", "smtp://desk:secret-4711@")
        settings = make_inquiry_settings(smtp_url=url)
        assert _send(settings, inquiry_db) == 0
        delayed = _letters(inquiry_db)[0]
        assert (delayed.status, delayed.last_error) == ("ready", "the relay refused our sign-in: 535")
        inquiry_db.run(text("UPDATE letter SET frozen_at = now() - interval '16 minutes'"))
        with inquiry_db.reading() as session:
            reasons = read_condition(session).reasons()
        assert any("the mail server takes no letters" in reason for reason in reasons)
        sink.script = Script(ehlo="250-sink\r\n250 AUTH PLAIN")
        inquiry_db.run(_DUE)
        assert _send(settings, inquiry_db) == 1

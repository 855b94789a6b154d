"""Letters through leases, marks and crashes: sent once, or visibly not."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from inquiry_service.worker import make_workshop
from shared import letters
from shared.audit import THE_SERVICE
from shared.db import Database
from shared.letter_freezing import Freezer
from shared.letter_sending import Connections, LetterSender
from shared.transports import CommitDotIntent, RelayHung, Sent
from shared.workshop import Workshop
from tests.builders import EFFAT, a_director, an_inquiry
from tests.shared.scripted_smtp import Script, Sink

_STATES = text(
    "SELECT id, status, attempts, due_at > now() AS waits, last_error, dot_intent_at FROM letter WHERE kind = 'acknowledgement'"
)


def _letter(db: Database) -> Any:
    return db.run(_STATES)[0]


def _workshop(make_settings: Callable[..., Any], db: Database, sink: Sink) -> Workshop:
    return make_workshop(make_settings(smtp_url=sink.url, smtp_answer_timeout_s=0.3), db)


def test_a_letter_goes_once_however_often_it_is_poked(
    make_inquiry_settings: Callable[..., Any], inquiry_db: Database
) -> None:
    an_inquiry(inquiry_db)
    letter_id = _letter(inquiry_db).id
    with Sink() as sink:
        workshop = _workshop(make_inquiry_settings, inquiry_db, sink)
        sent = [workshop.send_letters([letter_id, letter_id]) for _ in range(3)]
    assert (sum(sent), len(sink.accepted)) == (1, 1)
    assert _letter(inquiry_db).status == "sent"


def test_a_delayed_letter_is_the_same_letter_next_time(
    make_inquiry_settings: Callable[..., Any], inquiry_db: Database
) -> None:
    an_inquiry(inquiry_db)
    letter_id = _letter(inquiry_db).id
    with Sink(Script(dot="451 later")) as sink:
        workshop = _workshop(make_inquiry_settings, inquiry_db, sink)
        workshop.send_letters([letter_id])
        delayed = _letter(inquiry_db)
        frozen = inquiry_db.run(
            text("SELECT blob_sha256, message_id FROM letter WHERE id = :id"), {"id": letter_id}
        )[0]
        inquiry_db.run(text("UPDATE letter SET due_at = now() WHERE id = :id"), {"id": letter_id})
        sink.script = Script()
        workshop.send_letters([letter_id])
    again = inquiry_db.run(
        text("SELECT blob_sha256, message_id FROM letter WHERE id = :id"), {"id": letter_id}
    )[0]
    assert (delayed.status, delayed.waits, delayed.dot_intent_at) == ("ready", True, None)
    assert tuple(frozen) == tuple(again)
    assert len(sink.accepted) == 1


def test_a_letter_without_an_answer_is_unknown_and_is_never_sent_again_unasked(
    make_inquiry_settings: Callable[..., Any], inquiry_db: Database
) -> None:
    an_inquiry(inquiry_db)
    letter_id = _letter(inquiry_db).id
    with Sink(Script(dot="drop", after_dot_accepts=True)) as sink:
        workshop = _workshop(make_inquiry_settings, inquiry_db, sink)
        workshop.send_letters([letter_id])
        sink.script = Script()
        workshop.send_letters([letter_id])
        assert (_letter(inquiry_db).status, len(sink.accepted)) == ("unknown", 1)


def test_a_refused_letter_fails_with_the_relays_words(
    make_inquiry_settings: Callable[..., Any], inquiry_db: Database
) -> None:
    an_inquiry(inquiry_db)
    with Sink(Script(rcpt="550 no such user")) as sink:
        _workshop(make_inquiry_settings, inquiry_db, sink).send_letters([_letter(inquiry_db).id])
    assert (_letter(inquiry_db).status, _letter(inquiry_db).last_error) == ("failed", "550 no such user")


class _Crash(BaseException):
    """The process is gone."""


class _DyingTransport:
    """A road on which the process dies, before or after the final dot; `accepted` is what the other side got."""

    def __init__(self, *, dies_after_dot: bool) -> None:
        self.accepted = 0
        self._dies_after_dot = dies_after_dot

    def send(
        self, envelope_from: str, recipient: str, data: bytes, commit_dot_intent: CommitDotIntent
    ) -> Sent:
        if not self._dies_after_dot:
            raise _Crash
        commit_dot_intent()
        self.accepted += 1
        raise _Crash

    def proof(self, message_id: str) -> bool | None:
        return None

    def close(self) -> None:
        pass


def _dying_sender(settings: Any, db: Database, transport: _DyingTransport) -> LetterSender:
    freezer: Freezer = make_workshop(settings, db)._sender._freezer
    return LetterSender(db, freezer, Connections(lambda: transport, limit=1))


def _time_passes(db: Database) -> None:
    db.run(text("UPDATE letter SET lease_until = now() - interval '1 second' WHERE lease_until IS NOT NULL"))


def test_a_crash_before_the_mark_is_certainly_unsent_and_goes_later(
    make_inquiry_settings: Callable[..., Any], inquiry_db: Database
) -> None:
    an_inquiry(inquiry_db)
    letter_id = _letter(inquiry_db).id
    with pytest.raises(_Crash):
        _dying_sender(make_inquiry_settings(), inquiry_db, _DyingTransport(dies_after_dot=False)).send(
            [letter_id]
        )
    _time_passes(inquiry_db)
    with Sink() as sink:
        _workshop(make_inquiry_settings, inquiry_db, sink).send_letters([letter_id])
    assert len(sink.accepted) == 1


def test_a_crash_after_the_mark_is_unknown(
    make_inquiry_settings: Callable[..., Any], inquiry_db: Database
) -> None:
    an_inquiry(inquiry_db)
    letter_id = _letter(inquiry_db).id
    transport = _DyingTransport(dies_after_dot=True)
    sender = _dying_sender(make_inquiry_settings(), inquiry_db, transport)
    with pytest.raises(_Crash):
        sender.send([letter_id])
    _time_passes(inquiry_db)
    with Sink() as sink:
        workshop = _workshop(make_inquiry_settings, inquiry_db, sink)
        workshop.settle_orphans()
        workshop.send_letters([letter_id])
    assert (_letter(inquiry_db).status, transport.accepted + len(sink.accepted)) == ("unknown", 1)


def test_without_the_mark_a_crash_after_the_dot_sends_twice(
    make_inquiry_settings: Callable[..., Any], inquiry_db: Database
) -> None:
    """The negative control: a sender that does not commit its intent resends blindly."""
    an_inquiry(inquiry_db)
    letter_id = _letter(inquiry_db).id
    transport = _DyingTransport(dies_after_dot=True)
    sender = _dying_sender(make_inquiry_settings(), inquiry_db, transport)
    sender._mark = lambda letter_id, token, batch: True  # type: ignore[method-assign]
    with pytest.raises(_Crash):
        sender.send([letter_id])
    _time_passes(inquiry_db)
    with Sink() as sink:
        workshop = _workshop(make_inquiry_settings, inquiry_db, sink)
        workshop.settle_orphans()
        workshop.send_letters([letter_id])
    assert transport.accepted + len(sink.accepted) == 2


def test_a_lease_taken_over_forbids_the_dot(
    make_inquiry_settings: Callable[..., Any], inquiry_db: Database
) -> None:
    an_inquiry(inquiry_db)
    letter_id = _letter(inquiry_db).id
    with Sink() as sink:
        sender = _workshop(make_inquiry_settings, inquiry_db, sink)._sender
        mark = sender._mark

        def stolen(*args: Any) -> bool:
            inquiry_db.run(text("UPDATE letter SET lease_token = :other"), {"other": uuid.uuid4()})
            return mark(*args)

        sender._mark = stolen  # type: ignore[method-assign]
        assert sender.send([letter_id]) == 0
    assert sink.accepted == []


def test_a_maildir_proves_whether_the_letter_was_delivered(inquiry_work: Any, inquiry_db: Database) -> None:
    an_inquiry(inquiry_db)
    inquiry_work.drain()
    inquiry_db.run(
        text(
            "UPDATE letter SET status = 'sending', lease_until = now() - interval '1 second', sent_at = NULL WHERE status = 'sent'"
        )
    )
    inquiry_work.workshop.settle_orphans()
    assert _letter(inquiry_db).status == "sent"
    assert len(inquiry_work.letters(EFFAT)) == 1


def test_a_person_resends_an_unknown_letter_once(
    make_inquiry_settings: Callable[..., Any], inquiry_db: Database
) -> None:
    an_inquiry(inquiry_db)
    letter_id = _letter(inquiry_db).id
    with Sink(Script(dot="drop")) as sink:
        workshop = _workshop(make_inquiry_settings, inquiry_db, sink)
        workshop.send_letters([letter_id])
        with inquiry_db.transaction() as session:
            new_id = letters.resend(session, letter_id, THE_SERVICE)
        with pytest.raises(letters.LetterNotInDoubt), inquiry_db.transaction() as session:
            letters.resend(session, letter_id, THE_SERVICE)
        sink.script = Script()
        workshop.send_letters([new_id])
    assert len(sink.accepted) == 1


def test_a_letter_marked_as_sent_by_a_person_is_sent(
    make_inquiry_settings: Callable[..., Any], inquiry_db: Database
) -> None:
    an_inquiry(inquiry_db)
    letter_id = _letter(inquiry_db).id
    with Sink(Script(dot="drop")) as sink:
        _workshop(make_inquiry_settings, inquiry_db, sink).send_letters([letter_id])
    with inquiry_db.transaction() as session:
        letters.mark_sent(session, letter_id, THE_SERVICE)
    assert _letter(inquiry_db).status == "sent"


def test_a_relay_that_hung_up_on_an_idle_connection_gets_the_letter_at_once(
    make_inquiry_settings: Callable[..., Any], inquiry_db: Database
) -> None:
    an_inquiry(inquiry_db)
    an_inquiry(inquiry_db, email="other@example.com")
    first, second = (row.id for row in inquiry_db.run(_STATES))
    with Sink() as sink:
        sink.hangs_up_after = 1
        sender = _workshop(make_inquiry_settings, inquiry_db, sink)._sender
        assert (sender.send([first]), sender.send([second])) == (1, 1)
    assert sink.connections == 2


def test_after_three_hung_letters_the_others_wait_without_a_try(
    make_inquiry_settings: Callable[..., Any], inquiry_db: Database
) -> None:
    for number in range(5):
        an_inquiry(inquiry_db, email=f"asker{number}@example.com")
    ids = [row.id for row in inquiry_db.run(_STATES)]
    transport = _HungTransport()
    freezer: Freezer = make_workshop(make_inquiry_settings(), inquiry_db)._sender._freezer
    LetterSender(inquiry_db, freezer, Connections(lambda: transport, limit=1)).send(ids)
    assert transport.tries == 3
    assert {row.attempts for row in inquiry_db.run(_STATES)} == {0, 1}
    assert all(row.waits for row in inquiry_db.run(_STATES))


class _HungTransport(_DyingTransport):
    """A relay that says nothing."""

    def __init__(self) -> None:
        super().__init__(dies_after_dot=False)
        self.tries = 0

    def send(
        self, envelope_from: str, recipient: str, data: bytes, commit_dot_intent: CommitDotIntent
    ) -> Sent:
        self.tries += 1
        raise RelayHung("nothing")


def test_a_sample_school_with_a_real_relay_writes_to_staff_only(
    make_inquiry_settings: Callable[..., Any], inquiry_db: Database
) -> None:
    director = a_director(inquiry_db)
    an_inquiry(inquiry_db)
    ids = [row.id for row in inquiry_db.run(text("SELECT id FROM letter"))]
    with Sink() as sink:
        make_workshop(make_inquiry_settings(smtp_url=sink.url, sample_school=True), inquiry_db).send_letters(
            ids
        )
    assert [b"To: Dora Vance <" + director.email.encode() in data for data in sink.accepted] == [True]
    assert _letter(inquiry_db).status == "cancelled"

"""The journal: a copy that lies there settles a letter in doubt; what does not lie there proves nothing, and no copy is mail."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from inquiry_service.domain import inbound
from inquiry_service.settings import InquirySettings
from inquiry_service.worker import make_workshop
from shared import holding
from shared.db import Database
from shared.imap_url import parse_imap_url
from shared.jobs import keep_recurring
from shared.journal import IN_THE_JOURNAL, Journal, JournalAway, settle_by_journal
from shared.settings import SettingsError
from shared.workshop import Workshop
from tests.builders import EFFAT, a_director, an_answer, an_inquiry
from tests.inquiry.test_returned_letters import a_notice
from tests.roads.dovecot import Account
from tests.shared.scripted_smtp import Script, Sink

JOURNAL = "journal@riverside.example"
DOMAIN = "riverside.example"
SILENT_AFTER_TAKING = Script(dot="drop", after_dot_accepts=True)
_LETTERS = text("SELECT * FROM letter WHERE kind = 'acknowledgement' ORDER BY created_at, id")
_SETTLE_NOW = text("UPDATE job SET due_at = now() WHERE kind = 'settle_letters' RETURNING id")


@pytest.fixture
def journal(account: Account) -> Account:
    """An account with an empty folder for copies."""
    with account.person("Journal"):
        return account


@pytest.fixture
def given(journal: Account, make_inquiry_settings: Callable[..., Any]) -> Callable[..., InquirySettings]:
    """Settings with the journal."""

    def make(**more: Any) -> InquirySettings:
        values = {"journal_address": JOURNAL, "journal_url": journal.url("/Journal")}
        settings: InquirySettings = make_inquiry_settings(**(values | {"smtp_answer_timeout_s": 0.5} | more))
        return settings

    return make


def _settle(db: Database, settings: InquirySettings) -> int:
    assert settings.journal is not None
    return settle_by_journal(db, settings.journal, settings.mail_domain)


def _workshop(db: Database, settings: InquirySettings) -> Workshop:
    return make_workshop(settings, db)


def _acknowledgement(db: Database) -> Any:
    return db.run(_LETTERS)[0]


def test_a_copy_in_the_journal_settles_a_letter_in_doubt(
    inquiry_db: Database, journal: Account, given: Callable[..., InquirySettings]
) -> None:
    an_inquiry(inquiry_db)
    with Sink(SILENT_AFTER_TAKING) as sink:
        settings = given(smtp_url=sink.url)
        workshop = _workshop(inquiry_db, settings)
        workshop.send_letters([_acknowledgement(inquiry_db).id])
        assert _acknowledgement(inquiry_db).status == "unknown"
        assert sink.recipients == [[EFFAT, JOURNAL]]
        journal.deliver(*sink.accepted, folder="Journal")
        keep_recurring(inquiry_db, workshop._kinds)
        workshop.run_jobs([row.id for row in inquiry_db.run(_SETTLE_NOW)])
    letter = _acknowledgement(inquiry_db)
    assert (letter.status, letter.smtp_reply, letter.sent_at) == (
        "sent",
        IN_THE_JOURNAL,
        letter.dot_intent_at,
    )


def test_a_letter_whose_sender_died_is_settled_too(
    inquiry_db: Database, journal: Account, given: Callable[..., InquirySettings]
) -> None:
    an_inquiry(inquiry_db)
    with Sink() as sink:
        settings = given(smtp_url=sink.url)
        workshop = _workshop(inquiry_db, settings)
        workshop.send_letters([_acknowledgement(inquiry_db).id])
        inquiry_db.run(
            text("UPDATE letter SET status = 'sending', lease_until = now() WHERE status = 'sent'")
        )
        workshop.settle_orphans()
        assert _acknowledgement(inquiry_db).status == "unknown"
        journal.deliver(*sink.accepted, folder="Journal")
    assert (_settle(inquiry_db, settings), _acknowledgement(inquiry_db).status) == (1, "sent")


def test_an_answer_that_is_proven_sent_is_sent_in_its_thread(
    inquiry_db: Database, journal: Account, given: Callable[..., InquirySettings]
) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    an_answer(inquiry_db, inquiry_id, director)
    due = text("UPDATE letter SET due_at = now(), not_before = now() WHERE kind = 'answer' RETURNING id")
    outcome = text("SELECT id FROM job WHERE kind = 'letter_outcome' AND status = 'queued'")
    fate = text(
        "SELECT reply.status, inquiry.status AS inquiry FROM reply JOIN inquiry ON inquiry.id = inquiry_id"
    )
    with Sink(SILENT_AFTER_TAKING) as sink:
        settings = given(smtp_url=sink.url)
        workshop = _workshop(inquiry_db, settings)
        workshop.send_letters([row.id for row in inquiry_db.run(due)])
        workshop.run_jobs([row.id for row in inquiry_db.run(outcome)])
        assert tuple(inquiry_db.run(fate)[0]) == ("in_doubt", "open")
        journal.deliver(*sink.accepted, folder="Journal")
    assert _settle(inquiry_db, settings) == 1
    workshop.run_jobs([row.id for row in inquiry_db.run(outcome)])
    assert tuple(inquiry_db.run(fate)[0]) == ("sent", "waiting")


def test_an_empty_journal_proves_nothing(
    inquiry_db: Database, journal: Account, given: Callable[..., InquirySettings]
) -> None:
    an_inquiry(inquiry_db)
    with Sink(SILENT_AFTER_TAKING) as sink:
        settings = given(smtp_url=sink.url)
        _workshop(inquiry_db, settings).send_letters([_acknowledgement(inquiry_db).id])
        _deliver_another(journal, sink.accepted[0])
    assert (_settle(inquiry_db, settings), _acknowledgement(inquiry_db).status) == (0, "unknown")


def _deliver_another(journal: Account, letter: bytes) -> None:
    """A mail that only names the letter, as an answer to it does."""
    named = letter.partition(b"\r\n")[0].partition(b": ")[2]
    answer = b"Message-ID: <other@example.com>\r\nIn-Reply-To: " + named + b"\r\n\r\nthanks\r\n"
    journal.deliver(answer, folder="Journal")


def test_a_person_who_decided_first_has_decided(
    inquiry_db: Database, journal: Account, given: Callable[..., InquirySettings]
) -> None:
    an_inquiry(inquiry_db)
    with Sink(SILENT_AFTER_TAKING) as sink:
        settings = given(smtp_url=sink.url)
        _workshop(inquiry_db, settings).send_letters([_acknowledgement(inquiry_db).id])
        journal.deliver(*sink.accepted, folder="Journal")
    inquiry_db.run(text("UPDATE letter SET status = 'failed' WHERE status = 'unknown'"))
    assert (_settle(inquiry_db, settings), _acknowledgement(inquiry_db).status) == (0, "failed")


def test_after_a_restore_the_journal_proves_letters_that_had_no_bytes_yet(
    inquiry_db: Database, journal: Account, given: Callable[..., InquirySettings]
) -> None:
    an_inquiry(inquiry_db)
    an_inquiry(inquiry_db, email="other@example.com")
    sent, other = inquiry_db.run(_LETTERS)
    journal.deliver(f"Message-ID: <{sent.id.hex}@{DOMAIN}>\r\n\r\nhello\r\n".encode(), folder="Journal")
    settings = given()
    assert settings.journal is not None
    with Journal(settings.journal) as proof, inquiry_db.transaction() as session:
        assert holding.hold(session, "restored", proof.has, DOMAIN) == 1
    assert [row.status for row in inquiry_db.run(_LETTERS)] == ["sent", "unknown"]
    journal.deliver(f"Message-ID: <{other.id.hex}@{DOMAIN}>\r\n\r\nhello\r\n".encode(), folder="Journal")
    assert _settle(inquiry_db, settings) == 1
    assert [row.status for row in inquiry_db.run(_LETTERS)] == ["sent", "sent"]


@pytest.mark.parametrize(
    ("path", "password"), [("/NotThere", ""), ("/Journal", "wrong")], ids=["no folder", "wrong password"]
)
def test_a_journal_that_cannot_be_read_says_so_and_settles_nothing(
    inquiry_db: Database, journal: Account, given: Callable[..., InquirySettings], path: str, password: str
) -> None:
    an_inquiry(inquiry_db)
    inquiry_db.run(text("UPDATE letter SET status = 'unknown', settled_at = now()"))
    url = journal.url(path)
    if password:
        url = f"imaps://{journal.user.replace('@', '%40')}:{password}@localhost:{journal.server.port}{path}"
    with pytest.raises(JournalAway):
        _settle(inquiry_db, given(journal_url=url))
    assert _acknowledgement(inquiry_db).status == "unknown"


def test_without_doubt_the_journal_is_not_asked(
    inquiry_db: Database, given: Callable[..., InquirySettings]
) -> None:
    an_inquiry(inquiry_db)
    nobody = parse_imap_url("imaps://a:b@127.0.0.1:9/Journal")
    assert settle_by_journal(inquiry_db, nobody, DOMAIN) == 0


def test_a_folder_that_mail_is_read_from_is_no_journal(
    journal: Account, monkeypatch: pytest.MonkeyPatch, given: Callable[..., InquirySettings]
) -> None:
    settings = given()
    values = {name: getattr(settings, name) for name in settings.__dataclass_fields__}
    assert InquirySettings._faults(values | {"imap_url": journal.url("/INBOX")}) == []
    for imap_url in (journal.url("/Journal"), journal.url("/INBOX?after=move&to=Journal")):
        with pytest.raises(SettingsError, match="JOURNAL_URL: a folder of its own"):
            InquirySettings._checked(dict(values, imap_url=imap_url))


def _taken_in(db: Database, workshop: Workshop, data: bytes) -> Any:
    with db.transaction() as session:
        raw_id = inbound.store_raw(session, data, mailbox="imap:somewhere")
    jobs = db.run(text("SELECT id FROM job WHERE kind = 'file_mail' AND status = 'queued'"))
    workshop.run_jobs([row.id for row in jobs])
    return db.run(text("SELECT * FROM raw_mail WHERE id = :id"), {"id": raw_id})[0]


def test_a_copy_that_comes_in_as_mail_is_nobodys_word(
    inquiry_db: Database, given: Callable[..., InquirySettings]
) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    an_answer(inquiry_db, inquiry_id, director)
    with Sink() as sink:
        workshop = _workshop(inquiry_db, given(smtp_url=sink.url))
        inquiry_db.run(text("UPDATE letter SET due_at = now(), not_before = now()"))
        workshop.send_letters([row.id for row in inquiry_db.run(text("SELECT id FROM letter ORDER BY id"))])
    messages = text("SELECT count(*) AS number FROM message")
    before = inquiry_db.run(messages)[0].number
    filed = [_taken_in(inquiry_db, workshop, data) for data in sink.accepted]
    assert len(filed) == 2
    assert {(row.status, row.inquiry_id, row.error) for row in filed} == {
        ("filed", None, "a copy of a letter of ours")
    }
    assert inquiry_db.run(messages)[0].number == before
    siblings = f"From: hello@{DOMAIN}\r\nTo: {EFFAT}\r\nMessage-ID: <{'a1' * 16}@{DOMAIN}>\r\n\r\nhello\r\n"
    assert _taken_in(inquiry_db, workshop, siblings.encode()).error == "a copy of a letter of ours"


def test_a_journals_copy_that_comes_back_says_nothing_about_the_letter(
    inquiry_db: Database, given: Callable[..., InquirySettings]
) -> None:
    an_inquiry(inquiry_db)
    with Sink() as sink:
        workshop = _workshop(inquiry_db, given(smtp_url=sink.url))
        workshop.send_letters([_acknowledgement(inquiry_db).id])
    return_path = _acknowledgement(inquiry_db).envelope_from
    row = _taken_in(inquiry_db, workshop, a_notice(return_path, recipient=JOURNAL))
    assert (row.error, _acknowledgement(inquiry_db).status) == (
        "a letter's copy for the journal came back",
        "sent",
    )
    _taken_in(inquiry_db, workshop, a_notice(return_path, recipient=EFFAT))
    assert _acknowledgement(inquiry_db).status == "bounced"

"""Erased means that no column of either database says any more who it was; numbers stay, and what a rule keeps, with its source."""

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from enrollment_service.domain import personal_data as in_enrollment
from inquiry_service.domain import inbound, personal_data, replies
from inquiry_service.domain.errors import WrongMove
from shared import erasures
from shared.db import Database
from shared.people import Person
from tests.builders import a_person, sign_in
from tests.enrollment.builders import letters_to, open_offer_of, registered, seats_of, status_of
from tests.privacy.conftest import EMAIL, NAME, OTHERS, WORD, Known, a_reply_with_a_file, post
from tests.privacy.traces import traces_of
from tests.working import Working

KEPT_COLUMNS = {"registration.name"}


def _erase(desk: FlaskClient, **form: str) -> object:
    return post(desk, "erase", again=EMAIL, reason="They asked for it.", **{"gives_up": "1", **form})


def test_there_is_something_to_erase_in_many_places(
    inquiry_db: Database, enrollment_db: Database, known: Known
) -> None:
    here, there = traces_of(inquiry_db, WORD), traces_of(enrollment_db, WORD)
    assert {"inquiry.asker_name", "message.body", "letter.recipient", "blob.bytes", "raw_mail.sender"} <= here
    assert {"draft_version.body", "reply_file.name", "answered_question.words"} <= here
    assert {"inquiry.words", "inquiry.heard", "inquiry.opening", "inquiry.source", "mail_file.name"} <= here
    assert {"registration.name", "registration.email", "letter.recipient", "blob.bytes"} <= there


def test_nothing_says_any_more_who_it_was(
    desk: FlaskClient, inquiry_db: Database, enrollment_db: Database, known: Known
) -> None:
    answer = _erase(desk)
    assert answer.status_code == 303  # type: ignore[attr-defined]
    assert traces_of(inquiry_db, WORD) == set()
    assert traces_of(enrollment_db, WORD) == KEPT_COLUMNS
    assert traces_of(inquiry_db, OTHERS) != set()


def test_what_a_rule_keeps_stays_with_its_source_and_the_record_says_so(
    desk: FlaskClient, enrollment_db: Database, known: Known
) -> None:
    assert "A school keeps a transcript." in post(desk, "look-up").text
    _erase(desk)
    query = text("SELECT name, email, phone FROM registration WHERE id = :id")
    (kept,), (gone,) = (enrollment_db.run(query, {"id": id_}) for id_ in (known.running, known.to_come))
    assert (kept.name, gone.name) == (NAME, "")
    assert {kept.email, gone.email} == {f"{known.running}@erased.invalid", f"{known.to_come}@erased.invalid"}
    page = desk.get("/desk/privacy").text
    assert "They asked for it." in page
    assert "OAC 565:10-11-4" in page


def test_without_a_rule_nothing_is_kept(desk: FlaskClient, enrollment_db: Database, known: Known) -> None:
    enrollment_db.run(text("UPDATE record_duty SET effective_to = current_date - 1"))
    _erase(desk)
    assert traces_of(enrollment_db, WORD) == set()


def test_a_place_to_come_is_given_up_only_when_that_was_said_and_goes_to_the_next(
    desk: FlaskClient, inquiry_db: Database, enrollment_db: Database, known: Known
) -> None:
    section_id = UUID(
        str(
            enrollment_db.run(
                text("SELECT section_id FROM registration WHERE id = :id"), {"id": known.to_come}
            )[0][0]
        )
    )
    waiting = registered(enrollment_db, section_id, "Next")
    refused = _erase(desk, gives_up="")
    assert refused.status_code == 422  # type: ignore[attr-defined]
    assert traces_of(inquiry_db, WORD) != set()
    assert status_of(enrollment_db, known.to_come) == "confirmed"
    _erase(desk)
    assert status_of(enrollment_db, known.to_come) == "cancelled"
    assert open_offer_of(enrollment_db, waiting.id) is not None
    assert seats_of(enrollment_db, section_id)[0] == 1
    assert letters_to(enrollment_db, EMAIL) == []


def test_the_address_must_be_typed_again(desk: FlaskClient, inquiry_db: Database, known: Known) -> None:
    answer = post(desk, "erase", again="other@example.com", reason="They asked.", gives_up="1")
    assert answer.status_code == 422
    assert "not the same address" in answer.text
    assert traces_of(inquiry_db, WORD) != set()


def test_while_the_sibling_is_away_nothing_is_erased(
    inquiry_client: FlaskClient, inquiry_db: Database, known: Known, director: Person
) -> None:
    sign_in(inquiry_client, inquiry_db, director)
    answer = _erase(inquiry_client)
    assert answer.status_code == 503  # type: ignore[attr-defined]
    assert traces_of(inquiry_db, WORD) != set()


def test_somebody_who_works_here_is_not_erased(desk: FlaskClient, inquiry_db: Database) -> None:
    a_person(inquiry_db, "staff", email=EMAIL, name="Ben Castillo")
    assert "works here" in post(desk, "look-up").text
    assert _erase(desk).status_code == 409  # type: ignore[attr-defined]


def test_a_letter_that_waits_is_not_sent_and_one_that_goes_out_stops_the_erasure(
    desk: FlaskClient, inquiry_db: Database, inquiry_work: Working, known: Known, director: Person
) -> None:
    with inquiry_db.transaction() as session:
        replies.answer(session, known.inquiry_id, director, "One thing more.")
    inquiry_db.run(text("UPDATE letter SET status = 'sending' WHERE kind = 'answer' AND status = 'sent'"), {})
    assert _erase(desk).status_code == 409  # type: ignore[attr-defined]
    inquiry_db.run(text("UPDATE letter SET status = 'sent' WHERE status = 'sending'"))
    _erase(desk)
    before = len(inquiry_work.letters())
    inquiry_work.let_time_pass()
    assert len(inquiry_work.letters()) == before


def test_nobody_is_answered_there_any_more_and_no_link_opens(
    desk: FlaskClient, inquiry_db: Database, inquiry_work: Working, known: Known, director: Person
) -> None:
    letter = inquiry_work.letters(EMAIL)[-1]
    _erase(desk)
    with pytest.raises(WrongMove), inquiry_db.transaction() as session:
        replies.answer(session, known.inquiry_id, director, "Hello?")
    assert (
        inquiry_db.run(text("SELECT 1 FROM public_link WHERE subject_id = :id"), {"id": known.inquiry_id})
        == []
    )
    assert desk.get(f"/desk/inquiries/{known.inquiry_id}").status_code == 200
    mail = a_reply_with_a_file(letter["Reply-To"]).replace(
        b"Subject", b"In-Reply-To: " + letter["Message-ID"].encode() + b"\nSubject"
    )
    with inquiry_db.transaction() as session:
        inbound.store_raw(session, mail, mailbox="imap")
    inquiry_work.drain()
    (entries,) = inquiry_db.run(
        text("SELECT count(*) FROM message WHERE inquiry_id = :id AND body <> ''"), {"id": known.inquiry_id}
    )
    assert entries[0] == 0


def test_the_mail_that_the_mail_server_still_has_does_not_come_in_again(
    desk: FlaskClient, inquiry_db: Database, inquiry_work: Working, known: Known
) -> None:
    query = text("SELECT bytes FROM blob JOIN raw_mail USING (sha256) ORDER BY received_at LIMIT 1")
    data = bytes(inquiry_db.run(query)[0].bytes)
    _erase(desk)
    with inquiry_db.transaction() as session:
        inbound.store_raw(session, data, mailbox="imap")
    inquiry_work.drain()
    assert traces_of(inquiry_db, WORD) == set()


def test_a_file_that_somebody_else_sent_too_stays_theirs(
    desk: FlaskClient, inquiry_db: Database, inquiry_work: Working, known: Known
) -> None:
    to = inquiry_work.letters(OTHERS)[-1]["Reply-To"]
    theirs = (
        a_reply_with_a_file(to).replace(EMAIL.encode(), OTHERS.encode()).replace(NAME.encode(), b"Somebody")
    )
    with inquiry_db.transaction() as session:
        inbound.store_raw(session, theirs, mailbox="imap")
    inquiry_work.drain()
    _erase(desk)
    query = text("SELECT bytes FROM blob JOIN mail_file USING (sha256) WHERE mail_file.name LIKE '%txt'")
    assert [bytes(row.bytes) for row in inquiry_db.run(query)] == [f"cv of {WORD}".encode()]


def test_numbers_for_reports_stay(desk: FlaskClient, inquiry_db: Database, known: Known) -> None:
    query = text("SELECT created_at, program, first_answered_at, messages FROM inquiry WHERE id = :id")
    before = inquiry_db.run(query, {"id": known.inquiry_id})
    _erase(desk)
    assert inquiry_db.run(query, {"id": known.inquiry_id}) == before


def test_whoever_was_erased_is_erased_again_after_a_restore(
    desk: FlaskClient, inquiry_db: Database, enrollment_db: Database, known: Known
) -> None:
    wanted = [erasures.Erasure.of(EMAIL.upper()), erasures.Erasure.of("nobody@example.com")]
    for database, erase_again in (
        (inquiry_db, personal_data.erase_again),
        (enrollment_db, in_enrollment.erase_again),
    ):
        with database.transaction() as session:
            assert erase_again(session, wanted) >= 1
        with database.transaction() as session:
            assert erase_again(session, wanted) == 0
    assert traces_of(inquiry_db, WORD) == set()
    assert traces_of(enrollment_db, WORD) == KEPT_COLUMNS


def test_the_list_of_erasures_tells_of_nobody_who_it_is(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("list")
    erased = [erasures.Erasure.of(EMAIL), erasures.Erasure.of(EMAIL)]
    assert erased[0].address_hash != erased[1].address_hash
    assert erasures.write_down(folder, erased) == 2
    assert erasures.write_down(folder, erased) == 0
    path = folder / erasures.FILE_NAME
    assert WORD not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    with path.open("a") as file:
        file.write('{"id": "cut')
    assert list(erasures.read(path)) == erased


def test_an_address_that_no_form_would_take_is_erased_too(
    desk: FlaskClient, inquiry_db: Database, known: Known
) -> None:
    strange = f"{WORD}@localhost"
    inquiry_db.run(
        text("UPDATE inquiry SET asker_email = :address, asker_email_normal = :address WHERE id = :id"),
        {"address": strange, "id": known.inquiry_id},
    )
    answer = post(desk, "erase", email=strange, again=strange, reason="They asked for it.")
    assert answer.status_code == 303
    query = text("SELECT asker_name FROM inquiry WHERE id = :id")
    assert inquiry_db.run(query, {"id": known.inquiry_id})[0].asker_name == "(erased)"

"""Answers that go at their time, and inquiries that wait for the asker."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from inquiry_service.domain import bulk_moves, inquiries, snoozes
from inquiry_service.terms import Via
from shared.clock import utc_now
from shared.db import Database
from tests.builders import EFFAT, a_director, an_inquiry
from tests.inquiry.composing import Composing, box_of
from tests.inquiry.reading_pages import press, words_of

TOMORROW = (utc_now() + timedelta(days=1)).strftime("%Y-%m-%dT09:30")


def _scheduled(composing: Composing, body: str = "Good morning.") -> UUID:
    inquiry_id = an_inquiry(composing.inquiry_db)
    composing.work.drain()
    sent = composing.do(inquiry_id, "replies", body=body, later="1", send_at=TOMORROW)
    assert sent.status_code == 303
    return inquiry_id


def _write(db: Database, inquiry_id: UUID, *, is_automatic: bool = False) -> None:
    with db.transaction() as session:
        inquiries.follow_up(
            session, inquiry_id, "One more thing!", via=Via.LINK, due_at=utc_now(), is_automatic=is_automatic
        )


def test_an_answer_waits_for_its_time_in_the_school_s_zone(composing: Composing) -> None:
    inquiry_id = _scheduled(composing)
    composing.work.drain()
    assert len(composing.work.letters(EFFAT)) == 1  # the acknowledgement
    local = composing.row(
        "SELECT to_char(not_before AT TIME ZONE 'America/Chicago', 'YYYY-MM-DD\"T\"HH24:MI') AS at FROM letter WHERE kind = 'answer'"
    )
    assert local.at == TOMORROW
    composing.work.let_time_pass()
    assert len(composing.work.letters(EFFAT)) == 2
    assert composing.row("SELECT status FROM inquiry WHERE id = :id", id=inquiry_id).status == "waiting"


def test_thread_and_queue_say_when_it_goes(composing: Composing) -> None:
    inquiry_id = _scheduled(composing)
    page = words_of(composing.page(inquiry_id, "?view=waiting").text)
    assert "9:30 AM" in page.partition("goes out")[2]
    assert "Take it back" in page
    assert "9:30 AM" in words_of(composing.client.get("/desk?view=waiting").text)
    assert "Good morning." not in composing.client.get("/desk/queue?view=waiting").text


def test_it_can_be_taken_back_until_it_goes(composing: Composing) -> None:
    inquiry_id = _scheduled(composing, "Word for word.")
    page = composing.page(inquiry_id)
    reply_id = composing.row("SELECT id FROM reply").id
    press(composing.client, page, f"/desk/inquiries/{inquiry_id}/replies/{reply_id}/undo")
    assert box_of(composing.page(inquiry_id).text) == "Word for word."
    assert tuple(composing.row("SELECT status, scheduled_at FROM reply")) == ("draft", None)
    composing.work.let_time_pass()
    assert len(composing.work.letters(EFFAT)) == 1


def test_it_is_held_with_what_the_asker_wrote_meanwhile(composing: Composing) -> None:
    inquiry_id = _scheduled(composing)
    _write(composing.inquiry_db, inquiry_id)
    composing.work.let_time_pass()
    assert composing.row("SELECT status FROM reply").status == "held"
    page = words_of(composing.page(inquiry_id).text)
    assert "Held because something new came in before it went. One more thing!" in page


def test_a_machine_s_mail_and_a_note_do_not_hold_it(composing: Composing) -> None:
    inquiry_id = _scheduled(composing)
    _write(composing.inquiry_db, inquiry_id, is_automatic=True)
    with composing.inquiry_db.transaction() as session:
        inquiries.add_note(session, inquiry_id, composing.director, "Looks fine.")
    composing.work.let_time_pass()
    assert composing.row("SELECT status FROM reply").status == "sent"


@pytest.mark.parametrize("when", ["", "2020-01-01T10:00", "2099-01-01T10:00", "tomorrow"])
def test_a_time_that_is_none_is_refused_and_the_text_is_kept(composing: Composing, when: str) -> None:
    inquiry_id = an_inquiry(composing.inquiry_db)
    refused = composing.do(inquiry_id, "replies", body="Later.", later="1", send_at=when)
    assert refused.status_code == 422
    assert box_of(refused.text) == "Later."
    assert not composing.inquiry_db.run(text("SELECT 1 FROM letter WHERE kind = 'answer'"))


def test_a_time_in_the_field_means_nothing_without_its_button(composing: Composing) -> None:
    inquiry_id = an_inquiry(composing.inquiry_db)
    composing.do(inquiry_id, "replies", body="Now.", send_at=TOMORROW)
    assert composing.row("SELECT scheduled_at FROM reply").scheduled_at is None


def test_send_and_next_opens_one_from_any_list(composing: Composing) -> None:
    waiting, other = an_inquiry(composing.inquiry_db), an_inquiry(composing.inquiry_db, email="b@example.com")
    stays = composing.do(waiting, "replies", body="Yes.", view="closed")
    assert f"/desk/inquiries/{waiting}" in stays.location
    reply_id = composing.row("SELECT id FROM reply").id
    composing.do(waiting, f"replies/{reply_id}/undo")
    moves = composing.do(waiting, "replies", body="Yes.", view="closed", next="1")
    assert f"/desk/inquiries/{other}" in moves.location


def test_an_inquiry_that_waits_for_the_asker_is_at_the_top_when_they_write(inquiry_db: Database) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    with inquiry_db.transaction() as session:
        found = snoozes.snooze(session, inquiry_id, director.actor, None)
        assert (found.is_snoozed_for_answer, found.snoozed_until is not None) == (True, True)
    with inquiry_db.transaction() as session:
        inquiries.follow_up(session, inquiry_id, "Here.", via=Via.LINK, due_at=utc_now() + timedelta(days=3))
    row = inquiry_db.run(text("SELECT *, due_at <= now() AS is_due FROM inquiry"))[0]
    assert (row.snoozed_until, row.is_snoozed_for_answer, row.back_because, row.is_due) == (
        None,
        False,
        "answer",
        True,
    )


def test_an_inquiry_whose_time_came_says_so_until_it_is_answered(composing: Composing) -> None:
    inquiry_id = an_inquiry(composing.inquiry_db)
    with composing.inquiry_db.transaction() as session:
        snoozes.snooze(session, inquiry_id, composing.director.actor, utc_now() + timedelta(days=1))
    composing.inquiry_db.run(text("UPDATE inquiry SET snoozed_until = now()"))
    composing.work.let_deadlines_pass()
    assert "back: its time came" in words_of(composing.page(inquiry_id).text)
    assert "its time came" in words_of(composing.client.get("/desk?view=open").text)
    composing.do(inquiry_id, "replies", body="Here is the answer.")
    assert composing.row("SELECT back_because FROM inquiry").back_because is None


def test_the_desk_puts_off_until_they_write(composing: Composing) -> None:
    inquiry_id = an_inquiry(composing.inquiry_db)
    page = composing.page(inquiry_id)
    press(composing.client, page, f"/desk/inquiries/{inquiry_id}/snooze", until="answer")
    assert "put off until they write" in words_of(composing.page(inquiry_id).text)
    assert "until they write" in words_of(composing.client.get("/desk?view=snoozed").text)


def test_a_bulk_move_that_is_undone_puts_it_off_for_the_answer_again(inquiry_db: Database) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    with inquiry_db.transaction() as session:
        snoozes.snooze(session, inquiry_id, director.actor, None)
    with inquiry_db.transaction() as session:
        done = bulk_moves.move_all(
            session, director, [inquiry_id], bulk_moves.Asked("close", due_at=utc_now())
        )
    with inquiry_db.transaction() as session:
        bulk_moves.undo(session, director, done.id)
    row = inquiry_db.run(
        text("SELECT is_snoozed_for_answer, snoozed_until IS NOT NULL AS is_put_off FROM inquiry")
    )
    assert [tuple(one) for one in row] == [(True, True)]

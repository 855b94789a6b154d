"""Answers: undone, sent, failed, in doubt, held."""

import pytest
from sqlalchemy import text

from inquiry_service.db.models import Inquiry, Reply
from inquiry_service.domain import drafts, inquiries, replies, threads
from inquiry_service.domain.errors import AlreadyOnItsWay, ThreadChanged, WrongMove
from inquiry_service.terms import ReplyStatus, Via
from shared import letters
from shared.clock import utc_now
from shared.db import Database
from tests.builders import EFFAT, a_director, an_inquiry
from tests.working import Working, html_of, text_of


def _answer(
    db: Database, inquiry_id, director, body="Good morning Effat,\n\nmost of our students find work.", **given
):
    with db.transaction() as session:
        return replies.answer(session, inquiry_id, director, body, **given)


def _inquiry(db: Database, inquiry_id) -> Inquiry:
    with db.reading() as session:
        return inquiries.find(session, inquiry_id)


def _reply(db: Database, reply_id) -> Reply:
    with db.reading() as session:
        return session.get_one(Reply, reply_id)


def test_an_answer_waits_for_its_undo_window(inquiry_db: Database, inquiry_work: Working) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    inquiry_work.drain()
    _answer(inquiry_db, inquiry_id, director)
    inquiry_work.drain()
    assert [letter["Subject"] for letter in inquiry_work.letters(EFFAT)][1:] == []


def test_an_answer_quotes_the_question_and_can_be_answered(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    inquiry_work.drain()
    _answer(inquiry_db, inquiry_id, director)
    inquiry_work.let_time_pass()
    letter = inquiry_work.letters(EFFAT)[-1]
    assert "most of our students find work" in text_of(letter)
    assert "> Can you refer us to any hospital" in text_of(letter)
    assert "Dora Vance" in str(letter["From"])
    assert str(letter["Reply-To"]).startswith("r+")
    assert letter["Auto-Submitted"] is None
    assert "most of our students find work" in html_of(letter)


def test_an_answered_inquiry_waits_for_the_asker(inquiry_db: Database, inquiry_work: Working) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    reply = _answer(inquiry_db, inquiry_id, director)
    inquiry_work.let_time_pass()
    inquiry = _inquiry(inquiry_db, inquiry_id)
    assert (inquiry.status, inquiry.assignee_id) == ("waiting", director.id)
    assert inquiry.first_answered_at is not None
    assert _reply(inquiry_db, reply.id).status == ReplyStatus.SENT


def test_an_inquiry_is_closed_only_when_the_closing_letter_is_sent(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    _answer(inquiry_db, inquiry_id, director, is_closing=True)
    assert _inquiry(inquiry_db, inquiry_id).status == "waiting"
    inquiry_work.let_time_pass()
    assert _inquiry(inquiry_db, inquiry_id).status == "closed"


def test_undo_brings_back_the_exact_draft_and_sends_nothing(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    inquiry_work.drain()
    typed = "Good morning,\n\n  two spaces,   three.\n"
    reply = _answer(inquiry_db, inquiry_id, director, typed)
    with inquiry_db.transaction() as session:
        replies.undo(session, inquiry_id, reply.id, director)
    inquiry_work.let_time_pass()
    assert len(inquiry_work.letters(EFFAT)) == 1  # the acknowledgement
    assert _inquiry(inquiry_db, inquiry_id).status == "new"
    with inquiry_db.reading() as session:
        draft = drafts.draft_of(session, inquiry_id, director)
    assert draft is not None
    assert draft[1] == typed


def test_an_undone_answer_can_be_sent_again(inquiry_db: Database, inquiry_work: Working) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    first = _answer(inquiry_db, inquiry_id, director)
    with inquiry_db.transaction() as session:
        replies.undo(session, inquiry_id, first.id, director)
    second = _answer(inquiry_db, inquiry_id, director, "Better words.")
    inquiry_work.let_time_pass()
    assert second.id == first.id
    assert [text_of(letter).split("\n")[0] for letter in inquiry_work.letters(EFFAT)][1:] == ["Better words."]


def test_undo_after_the_letter_was_rendered_is_too_late(inquiry_db: Database, inquiry_work: Working) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    reply = _answer(inquiry_db, inquiry_id, director)
    inquiry_work.let_time_pass()
    with pytest.raises(AlreadyOnItsWay), inquiry_db.transaction() as session:
        replies.undo(session, inquiry_id, reply.id, director)


def test_a_reply_to_a_thread_that_has_changed_is_refused_with_what_is_new(inquiry_db: Database) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    with inquiry_db.transaction() as session:
        seen = threads.thread(session, inquiry_id)[-1].message.id
        inquiries.follow_up(session, inquiry_id, "I found the answer myself.", via=Via.LINK, due_at=utc_now())
    with pytest.raises(ThreadChanged) as refusal:
        _answer(inquiry_db, inquiry_id, director, based_on=seen)
    assert [entry["body"] for entry in refusal.value.facts["newer"]] == ["I found the answer myself."]


def test_ones_own_note_does_not_hold_up_the_answer(inquiry_db: Database) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    with inquiry_db.transaction() as session:
        seen = threads.thread(session, inquiry_id)[-1].message.id
        inquiries.add_note(session, inquiry_id, director, "Ask Ruth about January.")
    assert _answer(inquiry_db, inquiry_id, director, based_on=seen).status == ReplyStatus.QUEUED


def test_a_suspect_is_not_answered_before_it_is_released(inquiry_db: Database) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db, is_suspect=True)
    with pytest.raises(WrongMove):
        _answer(inquiry_db, inquiry_id, director)


def test_a_refused_letter_brings_the_inquiry_back_to_the_top(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    reply = _answer(inquiry_db, inquiry_id, director)
    with inquiry_db.transaction() as session:
        replies.letter_settled(session, reply.letter_id, "failed", due_at=utc_now())
    inquiry = _inquiry(inquiry_db, inquiry_id)
    assert (inquiry.status, inquiry.is_never_reached) == ("open", True)
    assert _reply(inquiry_db, reply.id).status == ReplyStatus.FAILED


def test_a_letter_in_doubt_asks_for_a_person(inquiry_db: Database) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    reply = _answer(inquiry_db, inquiry_id, director)
    for _ in range(2):  # the second time changes nothing
        with inquiry_db.transaction() as session:
            replies.letter_settled(session, reply.letter_id, "unknown", due_at=utc_now())
    assert _inquiry(inquiry_db, inquiry_id).status == "open"
    assert _reply(inquiry_db, reply.id).status == ReplyStatus.IN_DOUBT


def test_a_held_reply_goes_out_by_one_click(inquiry_db: Database, inquiry_work: Working) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    with inquiry_db.transaction() as session:
        held = replies.hold(
            session, inquiry_id, director, "Held words.", "another address", based_on=1, via=Via.MAIL
        )
    inquiry_work.let_time_pass()
    assert len(inquiry_work.letters(EFFAT)) == 1
    with inquiry_db.transaction() as session:
        replies.send_held(session, inquiry_id, held.id, director)
    inquiry_work.let_time_pass()
    assert "Held words." in text_of(inquiry_work.letters(EFFAT)[-1])


def test_notes_and_calls_never_reach_a_letter(inquiry_db: Database, inquiry_work: Working) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    with inquiry_db.transaction() as session:
        inquiries.add_note(session, inquiry_id, director, "marker-note-7391")
        inquiries.log_call(session, inquiry_id, director, "marker-call-7391", is_answered=False)
    _answer(inquiry_db, inquiry_id, director)
    inquiry_work.let_time_pass()
    assert not [letter for letter in inquiry_work.letters() if b"marker-" in letter.as_bytes()]


def test_every_letter_has_one_row_and_one_message_id(inquiry_db: Database, inquiry_work: Working) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    _answer(inquiry_db, inquiry_id, director)
    inquiry_work.let_time_pass()
    sent = inquiry_db.run(text("SELECT message_id FROM letter WHERE status = 'sent' ORDER BY message_id"))
    assert [row.message_id for row in sent] == sorted(
        letter["Message-ID"] for letter in inquiry_work.letters()
    )


def test_a_second_click_on_send_is_the_same_answer(inquiry_db: Database, inquiry_work: Working) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    first, second = (_answer(inquiry_db, inquiry_id, director, "Yes, it is.") for _ in range(2))
    inquiry_work.let_time_pass()
    assert first.id == second.id
    assert len([x for x in inquiry_work.letters(EFFAT) if "Yes, it is." in text_of(x)]) == 1


def test_an_answer_by_mail_leaves_the_draft_on_the_desk_alone(inquiry_db: Database) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    with inquiry_db.transaction() as session:
        drafts.save_draft(session, inquiry_id, director, "A long careful draft.")
    _answer(inquiry_db, inquiry_id, director, "Short, by mail.", via=Via.MAIL)
    with inquiry_db.reading() as session:
        draft = drafts.draft_of(session, inquiry_id, director)
    assert draft is not None
    assert draft[1] == "A long careful draft."


def test_undo_does_not_close_what_the_asker_opened_meanwhile(inquiry_db: Database) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    with inquiry_db.transaction() as session:
        inquiries.move(session, inquiry_id, director.actor, "close", due_at=utc_now())
    reply = _answer(inquiry_db, inquiry_id, director)
    with inquiry_db.transaction() as session:
        inquiries.follow_up(session, inquiry_id, "One more thing.", via=Via.LINK, due_at=utc_now())
    with inquiry_db.transaction() as session:
        replies.undo(session, inquiry_id, reply.id, director)
    assert _inquiry(inquiry_db, inquiry_id).status == "open"


def _a_failed_answer(db: Database, inquiry_id, director) -> Reply:
    reply = _answer(db, inquiry_id, director, "The answer.", undo_s=0)
    db.run(text("UPDATE letter SET status = 'failed' WHERE id = :id"), {"id": reply.letter_id})
    with db.transaction() as session:
        replies.letter_settled(session, reply.letter_id, "failed", due_at=utc_now())
    return reply


def test_sending_a_failed_answer_by_two_roads_sends_it_once(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    reply = _a_failed_answer(inquiry_db, inquiry_id, director)
    with inquiry_db.transaction() as session:
        replies.send_held(session, inquiry_id, reply.id, director)
    with inquiry_db.transaction() as session:
        letters.resend(session, reply.letter_id, director.actor)
    inquiry_work.let_time_pass()
    assert len([x for x in inquiry_work.letters(EFFAT) if "The answer." in text_of(x)]) == 1


def test_what_is_being_resent_is_not_sent_beside_it(inquiry_db: Database) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    reply = _a_failed_answer(inquiry_db, inquiry_id, director)
    with inquiry_db.transaction() as session:
        letters.resend(session, reply.letter_id, director.actor)
    with pytest.raises(AlreadyOnItsWay), inquiry_db.transaction() as session:
        replies.send_held(session, inquiry_id, reply.id, director)


def test_a_held_answer_does_not_leave_quarantine(inquiry_db: Database) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db, is_suspect=True)
    with inquiry_db.transaction() as session:
        held = replies.hold(session, inquiry_id, director, "Held.", "by mail", based_on=1, via=Via.MAIL)
    with pytest.raises(WrongMove), inquiry_db.transaction() as session:
        replies.send_held(session, inquiry_id, held.id, director)


def test_an_answer_that_cannot_be_rendered_comes_back_to_the_desk(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    reply = _answer(inquiry_db, inquiry_id, director, undo_s=0)
    inquiry_db.run(
        text("UPDATE letter SET kind = 'no such kind', attempts = 9 WHERE id = :id"), {"id": reply.letter_id}
    )
    inquiry_work.drain()
    assert _reply(inquiry_db, reply.id).status == ReplyStatus.FAILED
    assert _inquiry(inquiry_db, inquiry_id).status == "open"

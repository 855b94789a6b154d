"""A letter in doubt: who is responsible is asked by mail within a quarter of an hour, once, and never because of that very letter."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from inquiry_service.domain import doubts
from inquiry_service.jobs import KINDS
from shared.clock import utc_now
from shared.db import Database
from shared.jobs import keep_recurring
from tests.builders import EFFAT, a_director, a_person, an_inquiry
from tests.working import Working, text_of

_DOUBT = text("""
    UPDATE letter SET status = 'unknown', settled_at = now() - make_interval(mins => :minutes)
    WHERE kind = 'acknowledgement' AND recipient = :recipient
""")
_ASKED = text(
    "SELECT recipient, status FROM letter WHERE kind IN ('in_doubt', 'in_doubt_office') ORDER BY recipient"
)
_EARLIER = text("""
    UPDATE letter SET created_at = created_at - make_interval(mins => :minutes),
                      settled_at = settled_at - make_interval(mins => :minutes), frozen_at = frozen_at - make_interval(mins => :minutes)
""")


def _in_doubt(db: Database, recipient: str = EFFAT, *, minutes: int = 0) -> None:
    db.run(_DOUBT, {"recipient": recipient, "minutes": minutes})


def _ask(db: Database, *, has_journal: bool = False, at_sibling_minutes_ago: int | None = None) -> int:
    ago = None if at_sibling_minutes_ago is None else utc_now() - timedelta(minutes=at_sibling_minutes_ago)
    with db.transaction() as session:
        return doubts.ask(session, newest_at_sibling=ago, has_journal=has_journal)


def _asked(db: Database) -> list[str]:
    return [row.recipient for row in db.run(_ASKED)]


def test_every_wait_together_is_less_than_a_quarter_of_an_hour() -> None:
    longest_s = max(doubts.JOURNAL_HAS_S, doubts.PAUSE_S) + doubts.ASK_EVERY_S
    assert longest_s < 15 * 60


def test_the_job_asks_the_director_with_a_link_to_the_thread(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    inquiry_work.drain()
    _in_doubt(inquiry_db)
    keep_recurring(inquiry_db, KINDS)
    due = text("UPDATE job SET due_at = now() WHERE kind = 'ask_about_doubts' RETURNING id")
    for _ in range(3):
        inquiry_work.workshop.run_jobs([row.id for row in inquiry_db.run(due)])
        inquiry_work.drain()
    (asked,) = (
        letter
        for letter in inquiry_work.letters(director.email)
        if "may have been sent" in str(letter["Subject"])
    )
    assert str(asked["Subject"]) == "1 letter may have been sent, or not"
    assert f"/desk/inquiries/{inquiry_id}" in text_of(asked)
    assert EFFAT not in text_of(asked)
    assert asked["Auto-Submitted"] == "auto-generated"


def test_many_letters_are_one_question(inquiry_db: Database, inquiry_work: Working) -> None:
    director = a_director(inquiry_db)
    for number in range(12):
        an_inquiry(inquiry_db, email=f"asker{number}@example.com")
        _in_doubt(inquiry_db, f"asker{number}@example.com")
    inquiry_db.run(text("DELETE FROM letter WHERE kind = 'notice'"))
    assert _ask(inquiry_db) == 1
    inquiry_work.drain()
    (asked,) = inquiry_work.letters(director.email)
    assert str(asked["Subject"]) == "12 letters may have been sent, or not"
    assert text_of(asked).count("/desk/inquiries/") == doubts.SHOWN
    assert f"And {12 - doubts.SHOWN} more." in text_of(asked)


def test_whoever_has_taken_the_thread_is_asked_beside_the_directors(inquiry_db: Database) -> None:
    director = a_director(inquiry_db)
    staff = a_person(inquiry_db, "staff", email="sam@riverside.example", name="Sam")
    other = a_person(inquiry_db, "staff", email="olga@riverside.example", name="Olga")
    inquiry_id = an_inquiry(inquiry_db)
    _take(inquiry_db, inquiry_id, staff.id)
    _in_doubt(inquiry_db)
    _ask(inquiry_db)
    assert _asked(inquiry_db) == [director.email, staff.email]
    assert other.email not in _asked(inquiry_db)


def _take(db: Database, inquiry_id: UUID, staff_id: UUID) -> None:
    db.run(
        text("UPDATE inquiry SET assignee_id = :staff_id WHERE id = :id"),
        {"staff_id": staff_id, "id": inquiry_id},
    )


def test_a_journal_has_five_minutes_to_prove_it(inquiry_db: Database) -> None:
    a_director(inquiry_db)
    an_inquiry(inquiry_db)
    _in_doubt(inquiry_db, minutes=4)
    assert _ask(inquiry_db, has_journal=True) == 0
    _in_doubt(inquiry_db, minutes=6)
    assert _ask(inquiry_db, has_journal=True) == 1


def test_a_question_that_is_in_doubt_itself_asks_nothing_more(inquiry_db: Database) -> None:
    a_director(inquiry_db)
    an_inquiry(inquiry_db)
    _in_doubt(inquiry_db, minutes=3)
    assert _ask(inquiry_db) == 1
    inquiry_db.run(text("UPDATE letter SET status = 'unknown' WHERE kind = 'in_doubt'"))
    inquiry_db.run(_EARLIER, {"minutes": 11})
    inquiry_db.run(text("UPDATE letter SET settled_at = now() WHERE kind = 'in_doubt'"))
    assert _ask(inquiry_db) == 0


def test_a_question_on_its_way_is_not_asked_again(inquiry_db: Database) -> None:
    a_director(inquiry_db)
    an_inquiry(inquiry_db)
    _in_doubt(inquiry_db)
    assert _ask(inquiry_db) == 1
    inquiry_db.run(_EARLIER, {"minutes": 60})
    an_inquiry(inquiry_db, email="other@example.com")
    _in_doubt(inquiry_db, "other@example.com")
    assert _ask(inquiry_db) == 0


def test_a_later_doubt_is_asked_about_after_a_pause(inquiry_db: Database, inquiry_work: Working) -> None:
    a_director(inquiry_db)
    an_inquiry(inquiry_db)
    inquiry_work.drain()
    _in_doubt(inquiry_db)
    assert _ask(inquiry_db) == 1
    inquiry_work.drain()
    an_inquiry(inquiry_db, email="other@example.com")
    _in_doubt(inquiry_db, "other@example.com")
    assert _ask(inquiry_db) == 0
    inquiry_db.run(_EARLIER, {"minutes": 11})
    _in_doubt(inquiry_db, "other@example.com", minutes=5)
    assert (_ask(inquiry_db), _ask(inquiry_db)) == (1, 0)


def test_a_day_has_an_end_of_questions(inquiry_db: Database, inquiry_work: Working) -> None:
    a_director(inquiry_db)
    an_inquiry(inquiry_db)
    asked = 0
    for _ in range(doubts.MOST_IN_A_DAY + 5):
        _in_doubt(inquiry_db)
        asked += _ask(inquiry_db)
        inquiry_db.run(text("UPDATE letter SET status = 'sent' WHERE kind = 'in_doubt'"))
        inquiry_db.run(_EARLIER, {"minutes": 11})
    assert asked == doubts.MOST_IN_A_DAY


def test_what_was_settled_meanwhile_needs_no_letter(inquiry_db: Database, inquiry_work: Working) -> None:
    director = a_director(inquiry_db)
    an_inquiry(inquiry_db)
    inquiry_db.run(text("DELETE FROM letter WHERE kind = 'notice'"))
    _in_doubt(inquiry_db)
    _ask(inquiry_db)
    inquiry_db.run(text("UPDATE letter SET status = 'sent' WHERE status = 'unknown'"))
    inquiry_work.drain()
    assert inquiry_work.letters(director.email) == []


def test_doubts_of_the_sibling_go_to_registrars_and_directors(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    director = a_director(inquiry_db)
    registrar = a_person(inquiry_db, "registrar", email="rita@riverside.example", name="Rita")
    a_person(inquiry_db, "instructor", email="ivan@riverside.example", name="Ivan")
    assert (_ask(inquiry_db, at_sibling_minutes_ago=1), _ask(inquiry_db, at_sibling_minutes_ago=1)) == (2, 0)
    assert _asked(inquiry_db) == [director.email, registrar.email]
    inquiry_work.drain()
    (asked,) = inquiry_work.letters(registrar.email)
    assert "/office/letters" in text_of(asked)


def test_nothing_in_doubt_asks_nobody(inquiry_db: Database) -> None:
    a_director(inquiry_db)
    an_inquiry(inquiry_db)
    assert _ask(inquiry_db) == 0

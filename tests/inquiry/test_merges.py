"""Two inquiries of one person become one thread; what comes later follows; and it is taken apart exactly."""

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from inquiry_service.domain import (
    drafts,
    inquiries,
    merges,
    personal_data,
    replies,
    reply_queue,
    snoozes,
    tags,
    threads,
)
from inquiry_service.domain.errors import NoSuchReply, OtherAddress, ThreadChanged, WrongMove
from inquiry_service.terms import ReplyStatus, Via
from shared.audit import THE_SERVICE
from shared.clock import utc_now
from shared.db import Database
from shared.people import Person
from shared.tokens import hash_secret, new_secret
from tests.builders import EFFAT, a_director, a_person, an_answer, an_inquiry
from tests.inquiry.reading_pages import words_of
from tests.inquiry.test_inbound import a_mail, arrives
from tests.inquiry.threads import (
    all_of,
    bodies,
    does_not_add_up,
    merged,
    row_of,
    taken_apart,
    writes_again,
)
from tests.working import Working, text_of

FIRST, SECOND = "What does the course cost?", "Is there a course on weekends?"
_LINK = text("INSERT INTO public_link (secret_hash, subject_id) VALUES (:hash, :id)")


@pytest.fixture
def director(inquiry_db: Database) -> Person:
    """Who merges."""
    return a_director(inquiry_db)


@pytest.fixture
def two(inquiry_db: Database) -> tuple[UUID, UUID]:
    """Two questions of one address, the later one about something else."""
    first = an_inquiry(inquiry_db, question=FIRST)
    return first, an_inquiry(inquiry_db, question=SECOND, email=EFFAT.upper().replace("EXAMPLE", "example"))


def a_link(db: Database, inquiry_id: UUID) -> str:
    """A link to that inquiry as a letter carries it."""
    secret = new_secret()
    db.run(_LINK, {"hash": hash_secret(secret), "id": inquiry_id})
    return secret


def found(db: Database, person: Person, words: str) -> list[UUID]:
    """What a search finds."""
    with db.reading() as session:
        return [item.id for item in reply_queue.page(session, person.id, "all", filters={"q": words}).items]


def test_all_entries_stand_in_the_survivor_in_the_order_of_time(
    inquiry_db: Database, director: Person, two: tuple[UUID, UUID]
) -> None:
    survivor, other = two
    writes_again(inquiry_db, survivor, "And in rates?")
    writes_again(inquiry_db, other, "On Saturdays?")
    merged(inquiry_db, director, survivor, other)
    assert bodies(inquiry_db, survivor) == [FIRST, SECOND, "And in rates?", "On Saturdays?"]
    assert bodies(inquiry_db, other) == []
    assert does_not_add_up(inquiry_db) == {}


def test_the_older_one_can_go_into_the_newer_one(
    inquiry_db: Database, director: Person, two: tuple[UUID, UUID]
) -> None:
    older, newer = two
    merged(inquiry_db, director, newer, older)
    assert bodies(inquiry_db, newer) == [FIRST, SECOND]


def test_the_merged_one_leaves_the_queue_and_both_references_find_the_survivor(
    inquiry_db: Database, director: Person, two: tuple[UUID, UUID]
) -> None:
    survivor, other = two
    merged(inquiry_db, director, survivor, other)
    assert found(inquiry_db, director, "") == [survivor]
    assert found(inquiry_db, director, row_of(inquiry_db, other).reference) == [survivor]
    assert found(inquiry_db, director, row_of(inquiry_db, survivor).reference) == [survivor]
    assert found(inquiry_db, director, "weekends") == [survivor]
    with inquiry_db.transaction() as session:
        assert reply_queue.take_next(session, director).id == survivor
    assert row_of(inquiry_db, other).status == "merged"


def test_what_waits_for_us_in_either_waits_in_the_survivor(
    inquiry_db: Database, director: Person, two: tuple[UUID, UUID]
) -> None:
    survivor, other = two
    with inquiry_db.transaction() as session:
        inquiries.move(session, survivor, THE_SERVICE, "close", due_at=utc_now())
        inquiries.assign(session, other, THE_SERVICE, director.id)
    merged(inquiry_db, director, survivor, other)
    row = row_of(inquiry_db, survivor)
    assert (row.status, row.assignee_id, row.closed_at) == ("open", director.id, None)
    assert row.due_at == row_of(inquiry_db, other).due_at


def test_merging_twice_is_merging_once(
    inquiry_db: Database, director: Person, two: tuple[UUID, UUID]
) -> None:
    merged(inquiry_db, director, *two)
    before = all_of(inquiry_db, two[0])
    merged(inquiry_db, director, *two)
    assert all_of(inquiry_db, two[0]) == before


def test_it_is_taken_apart_exactly(inquiry_db: Database, director: Person, two: tuple[UUID, UUID]) -> None:
    survivor, other = two
    an_answer(inquiry_db, survivor, director, "900 dollars.")
    writes_again(inquiry_db, other, "On Saturdays?")
    with inquiry_db.transaction() as session:
        tags.add(session, other, THE_SERVICE, "weekend")
        replies.hold(session, other, director, "Yes.", "a look", based_on=1, via=Via.MAIL)
        drafts.save_draft(session, other, director, "Dear Effat")
        inquiries.add_note(session, survivor, director, "She called, too.")
        snoozes.snooze(
            session, other, THE_SERVICE, utc_now().replace(year=utc_now().year + 1, month=1, day=2)
        )
    before = all_of(inquiry_db, survivor), all_of(inquiry_db, other)
    merged(inquiry_db, director, survivor, other)
    assert (all_of(inquiry_db, survivor), all_of(inquiry_db, other)) != before
    taken_apart(inquiry_db, director, other)
    assert (all_of(inquiry_db, survivor), all_of(inquiry_db, other)) == before
    with inquiry_db.reading() as session:
        assert (tags.of(session, survivor), tags.of(session, other)) == ([], ["weekend"])
    assert does_not_add_up(inquiry_db) == {}


def test_it_can_be_merged_again_after_it_was_taken_apart(
    inquiry_db: Database, director: Person, two: tuple[UUID, UUID]
) -> None:
    merged(inquiry_db, director, *two)
    taken_apart(inquiry_db, director, two[1])
    merged(inquiry_db, director, two[1], two[0])
    assert bodies(inquiry_db, two[1]) == [FIRST, SECOND]


def test_later_mail_to_the_merged_ones_reply_address_comes_into_the_survivor(
    inquiry_db: Database, inquiry_work: Working, director: Person, two: tuple[UUID, UUID]
) -> None:
    survivor, other = two
    inquiry_db.run(
        text("UPDATE letter SET created_at = now() - interval '2 days' WHERE kind = 'acknowledgement'")
    )
    an_answer(inquiry_db, other, director, "Yes, on Saturdays.")
    inquiry_work.drain()
    merged(inquiry_db, director, survivor, other)
    answer = inquiry_work.letters(row_of(inquiry_db, other).asker_email)[-1]
    mail = a_mail(str(answer["Reply-To"]), "Then I come.", sender=EFFAT)
    arrives(inquiry_db, inquiry_work, mail)
    assert bodies(inquiry_db, survivor)[-1] == "Then I come."
    assert row_of(inquiry_db, survivor).status in ("new", "open")
    by_id = a_mail(
        "hello@riverside.example",
        "Or on Sundays.",
        headers={"In-Reply-To": str(answer["Message-ID"])},
        message_id="<b@mail>",
    )
    arrives(inquiry_db, inquiry_work, by_id)
    assert bodies(inquiry_db, survivor)[-1] == "Or on Sundays."
    assert does_not_add_up(inquiry_db) == {}


def test_what_came_to_the_merged_ones_addresses_goes_with_it_and_the_rest_stays(
    inquiry_db: Database, inquiry_work: Working, director: Person, two: tuple[UUID, UUID]
) -> None:
    survivor, other = two
    an_answer(inquiry_db, other, director, "Yes, on Saturdays.")
    inquiry_work.drain()
    merged(inquiry_db, director, survivor, other)
    answer = inquiry_work.letters(row_of(inquiry_db, other).asker_email)[-1]
    arrives(inquiry_db, inquiry_work, a_mail(str(answer["Reply-To"]), "Then I come.", sender=EFFAT))
    writes_again(inquiry_db, survivor, "And the price?")
    with inquiry_db.transaction() as session:
        inquiries.add_note(session, survivor, director, "Both at once.")
    taken_apart(inquiry_db, director, other)
    assert bodies(inquiry_db, other) == [SECOND, "Yes, on Saturdays.", "Then I come."]
    assert bodies(inquiry_db, survivor) == [FIRST, "And the price?", "Both at once."]
    assert row_of(inquiry_db, other).status == "open"
    assert does_not_add_up(inquiry_db) == {}


def test_the_merged_ones_link_opens_the_thread_and_takes_further_words_once(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person, two: tuple[UUID, UUID]
) -> None:
    survivor, other = two
    link = a_link(inquiry_db, other)
    page = inquiry_client.get(f"/inquiries/{link}")
    typed = {"body": "On Sundays?", "submission_id": "the-same-form", "csrf_token": _token(page.text)}
    inquiry_client.post(f"/inquiries/{link}/messages", data=typed)
    merged(inquiry_db, director, survivor, other)
    inquiry_client.post(f"/inquiries/{link}/messages", data=typed)
    assert bodies(inquiry_db, survivor) == [FIRST, SECOND, "On Sundays?"]
    page = inquiry_client.get(f"/inquiries/{link}").text
    assert FIRST in page
    assert row_of(inquiry_db, other).reference in page
    assert "merged" not in words_of(page)


def _token(page: str) -> str:
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]


def test_letters_in_flight_settle_as_before(
    inquiry_db: Database, inquiry_work: Working, director: Person, two: tuple[UUID, UUID]
) -> None:
    survivor, other = two
    with inquiry_db.transaction() as session:
        reply = replies.answer(session, other, director, "Yes.", undo_s=600)
    merged(inquiry_db, director, survivor, other)
    inquiry_work.let_time_pass()
    letters = [text_of(letter) for letter in inquiry_work.letters(row_of(inquiry_db, other).asker_email)]
    assert [SECOND in letter for letter in letters if "Yes." in letter] == [True]
    with inquiry_db.reading() as session:
        assert replies.find(session, survivor, reply.id).status == ReplyStatus.SENT
    assert row_of(inquiry_db, other).first_answered_at is None
    taken_apart(inquiry_db, director, other)
    assert row_of(inquiry_db, other).first_answered_at is not None
    assert does_not_add_up(inquiry_db) == {}


def test_an_answer_of_the_merged_one_can_still_be_taken_back_from_its_old_page(
    inquiry_db: Database, director: Person, two: tuple[UUID, UUID]
) -> None:
    survivor, other = two
    with inquiry_db.transaction() as session:
        reply = replies.answer(session, other, director, "Yes.", undo_s=600)
    merged(inquiry_db, director, survivor, other)
    with inquiry_db.transaction() as session:
        replies.undo(session, other, reply.id, director)
        draft = drafts.draft_of(session, survivor, director)
    assert draft is not None
    assert draft[1] == "Yes."
    taken_apart(inquiry_db, director, other)
    assert row_of(inquiry_db, other).status == "open"
    assert does_not_add_up(inquiry_db) == {}


def test_an_answer_is_taken_back_from_the_survivors_page_after_the_two_were_taken_apart(
    inquiry_db: Database, director: Person, two: tuple[UUID, UUID]
) -> None:
    survivor, other = two
    with inquiry_db.transaction() as session:
        reply = replies.answer(session, other, director, "Yes.", undo_s=600)
    merged(inquiry_db, director, survivor, other)
    taken_apart(inquiry_db, director, other)
    with inquiry_db.transaction() as session:
        replies.undo(session, survivor, reply.id, director)
        draft = drafts.draft_of(session, other, director)
    assert draft is not None
    assert draft[1] == "Yes."
    assert row_of(inquiry_db, other).status == "new"


def test_an_answer_of_a_thread_that_was_never_merged_is_not_taken_back_from_another_page(
    inquiry_db: Database, director: Person, two: tuple[UUID, UUID]
) -> None:
    survivor, other = two
    with inquiry_db.transaction() as session:
        reply = replies.answer(session, other, director, "Yes.", undo_s=600)
    with inquiry_db.transaction() as session, pytest.raises(NoSuchReply):
        replies.undo(session, survivor, reply.id, director)


@pytest.mark.parametrize("page_of", [0, 1], ids=["the survivor's page", "the merged one's page"])
def test_an_answer_that_was_begun_before_the_merge_is_held_back(
    inquiry_db: Database, director: Person, two: tuple[UUID, UUID], page_of: int
) -> None:
    writer = a_person(inquiry_db, "staff", email="ben@riverside.example", name="Ben")
    with inquiry_db.reading() as session:
        seen = threads.thread(session, two[page_of])[-1].message.id
    merged(inquiry_db, director, *two)
    with inquiry_db.transaction() as session, pytest.raises(ThreadChanged):
        replies.answer(session, two[page_of], writer, "900 dollars.", based_on=seen)


def test_two_drafts_of_one_person_are_both_in_sight_and_drafts_again_after(
    inquiry_db: Database, director: Person, two: tuple[UUID, UUID]
) -> None:
    survivor, other = two
    with inquiry_db.transaction() as session:
        drafts.save_draft(session, survivor, director, "About the price")
        drafts.save_draft(session, other, director, "About weekends")
    merged(inquiry_db, director, survivor, other)
    with inquiry_db.transaction() as session:
        draft = drafts.draft_of(session, survivor, director)
        held = [body for _, body in replies.held_replies(session, survivor)]
        drafts.save_draft(session, other, director, "About weekends, and more")
        drafts.save_draft(session, survivor, director, "About the price, and more")
    assert draft is not None
    assert (draft[1], held) == ("About the price", ["About weekends"])
    taken_apart(inquiry_db, director, other)
    with inquiry_db.reading() as session:
        apart = [drafts.draft_of(session, each, director) for each in two]
    assert [found[1] for found in apart if found] == [
        "About the price, and more",
        "About weekends, and more",
    ]


def test_an_empty_draft_does_not_hide_a_typed_one(
    inquiry_db: Database, director: Person, two: tuple[UUID, UUID]
) -> None:
    survivor, other = two
    with inquiry_db.transaction() as session:
        drafts.save_draft(session, other, director, "About weekends")
    with inquiry_db.transaction() as session:
        drafts.save_draft(session, survivor, director, "")
    merged(inquiry_db, director, survivor, other)
    with inquiry_db.reading() as session:
        draft = drafts.draft_of(session, survivor, director)
    assert draft is not None
    assert draft[1] == "About weekends"


def test_another_address_needs_a_persons_word(inquiry_db: Database, director: Person) -> None:
    survivor, other = an_inquiry(inquiry_db), an_inquiry(inquiry_db, email="effat@work.example")
    with inquiry_db.transaction() as session, pytest.raises(OtherAddress):
        merges.merge(session, director, survivor, other)
    merged(inquiry_db, director, survivor, other, is_one_person=True)
    assert row_of(inquiry_db, other).merged_into_id == survivor


def test_another_address_changes_nobody_who_is_written_to_and_shows_nobody_the_others_words(
    inquiry_client: FlaskClient, inquiry_db: Database, inquiry_work: Working, director: Person
) -> None:
    work_address = "effat@work.example"
    survivor = an_inquiry(inquiry_db, question=FIRST)
    other = an_inquiry(inquiry_db, question=SECOND, email=work_address)
    an_answer(inquiry_db, other, director, "Yes, on Saturdays.")
    links = a_link(inquiry_db, survivor), a_link(inquiry_db, other)
    before = all_of(inquiry_db, survivor), all_of(inquiry_db, other)
    merged(inquiry_db, director, survivor, other, is_one_person=True)
    an_answer(inquiry_db, survivor, director, "900 dollars.")
    inquiry_work.drain()
    to_work = "\n".join(text_of(letter) for letter in inquiry_work.letters(work_address))
    to_home = "\n".join(text_of(letter) for letter in inquiry_work.letters(EFFAT))
    assert [words in to_work for words in (SECOND, "Saturdays", FIRST, "900 dollars")] == [
        True,
        True,
        False,
        False,
    ]
    assert [words in to_home for words in (FIRST, "900 dollars", SECOND, "Saturdays")] == [
        True,
        True,
        False,
        False,
    ]
    home, work = (inquiry_client.get(f"/inquiries/{link}").text for link in links)
    assert (FIRST in home, SECOND in home, FIRST in work, SECOND in work) == (True, False, False, True)
    reply_to = str(inquiry_work.letters(work_address)[-1]["Reply-To"])
    arrives(inquiry_db, inquiry_work, a_mail(reply_to, "From work.", sender=work_address))
    with inquiry_db.reading() as session:
        last = threads.thread(session, survivor)[-1].message
    assert (last.body, last.is_verified, last.sender_address) == ("From work.", False, work_address)
    taken_apart(inquiry_db, director, other)
    assert all_of(inquiry_db, other)[1][0] == before[1][1][0]
    assert does_not_add_up(inquiry_db) == {}


def test_what_comes_by_the_link_of_another_address_is_not_the_survivors_asker(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    survivor, other = an_inquiry(inquiry_db), an_inquiry(inquiry_db, email="effat@work.example")
    merged(inquiry_db, director, survivor, other, is_one_person=True)
    writes_again(inquiry_db, other, "By the other link.")
    with inquiry_db.reading() as session:
        last = threads.thread(session, survivor)[-1].message
    assert (last.is_verified, last.sender_address) == (False, "effat@work.example")


def test_a_chain_of_merges_is_taken_apart_from_its_end(inquiry_db: Database, director: Person) -> None:
    first, second, third = (an_inquiry(inquiry_db, question=f"Question {n}?") for n in (1, 2, 3))
    before = [all_of(inquiry_db, each) for each in (first, second, third)]
    merged(inquiry_db, director, second, third)
    middle = all_of(inquiry_db, second)
    merged(inquiry_db, director, first, second)
    assert bodies(inquiry_db, first) == ["Question 1?", "Question 2?", "Question 3?"]
    writes_again(inquiry_db, third, "To the third.")
    with inquiry_db.transaction() as session, pytest.raises(WrongMove):
        merges.unmerge(session, director, third, due_at=utc_now())
    taken_apart(inquiry_db, director, second)
    assert bodies(inquiry_db, second) == ["Question 2?", "Question 3?", "To the third."]
    assert all_of(inquiry_db, second)[1][:3] == middle[1]
    taken_apart(inquiry_db, director, third)
    assert bodies(inquiry_db, third) == ["Question 3?", "To the third."]
    assert [all_of(inquiry_db, each)[1] for each in (first, second)] == [one[1] for one in before[:2]]
    assert does_not_add_up(inquiry_db) == {}


def test_what_is_set_aside_or_merged_already_is_not_merged(
    inquiry_db: Database, director: Person, two: tuple[UUID, UUID]
) -> None:
    suspect = an_inquiry(inquiry_db, is_suspect=True)
    for pair in ((two[0], suspect), (suspect, two[0]), (two[0], two[0])):
        with inquiry_db.transaction() as session, pytest.raises(WrongMove):
            merges.merge(session, director, *pair)
    merged(inquiry_db, director, *two)
    with inquiry_db.transaction() as session, pytest.raises(WrongMove):
        merges.merge(session, director, two[1], an_inquiry(inquiry_db))


@pytest.mark.parametrize("name", ["close", "spam", "reopen"])
def test_a_merged_one_is_not_moved_by_itself(
    inquiry_db: Database, director: Person, two: tuple[UUID, UUID], name: str
) -> None:
    merged(inquiry_db, director, *two)
    with inquiry_db.transaction() as session, pytest.raises(WrongMove):
        inquiries.move(session, two[1], THE_SERVICE, name, due_at=utc_now())
    for refused in (
        lambda session: inquiries.assign(session, two[1], THE_SERVICE, director.id),
        lambda session: reply_queue.claim(session, two[1], director),
    ):
        with inquiry_db.transaction() as session, pytest.raises(WrongMove):
            refused(session)


def test_notes_and_calls_for_the_merged_one_are_in_the_survivor(
    inquiry_db: Database, director: Person, two: tuple[UUID, UUID]
) -> None:
    merged(inquiry_db, director, *two)
    with inquiry_db.transaction() as session:
        inquiries.add_note(session, two[1], director, "A note.")
        inquiries.log_call(session, two[1], director, "A call.", is_answered=False)
    assert bodies(inquiry_db, two[0])[-2:] == ["A note.", "A call."]


def test_a_letter_that_comes_back_marks_the_survivor(
    inquiry_db: Database, inquiry_work: Working, director: Person, two: tuple[UUID, UUID]
) -> None:
    survivor, other = two
    reply = an_answer(inquiry_db, other, director, "Yes.")
    merged(inquiry_db, director, survivor, other)
    letter = inquiry_db.run(text("SELECT id FROM letter WHERE subject_id = :id"), {"id": reply})[0].id
    with inquiry_db.transaction() as session:
        replies.letter_settled(session, letter, "failed", due_at=utc_now())
    assert row_of(inquiry_db, survivor).is_never_reached
    taken_apart(inquiry_db, director, other)
    row = row_of(inquiry_db, other)
    assert (row.status, row.is_never_reached) == ("open", True)


def test_a_draft_that_was_sent_in_the_survivor_stays_there(
    inquiry_db: Database, director: Person, two: tuple[UUID, UUID]
) -> None:
    survivor, other = two
    with inquiry_db.transaction() as session:
        drafts.save_draft(session, other, director, "Yes.")
    merged(inquiry_db, director, survivor, other)
    an_answer(inquiry_db, survivor, director, "Yes, both.")
    taken_apart(inquiry_db, director, other)
    assert bodies(inquiry_db, survivor) == [FIRST, "Yes, both."]
    assert bodies(inquiry_db, other) == [SECOND]
    assert [row.origin_id for row in all_of(inquiry_db, survivor)[1]] == [None, None]
    assert does_not_add_up(inquiry_db) == {}


def test_what_was_erased_is_merged_with_nothing(
    inquiry_db: Database, director: Person, two: tuple[UUID, UUID]
) -> None:
    survivor, other = two
    with inquiry_db.transaction() as session:
        personal_data.erase_inquiries(session, [other], because="their time is over")
    with inquiry_db.transaction() as session, pytest.raises(WrongMove):
        merges.merge(session, director, survivor, other, is_one_person=True)

"""Drafts: two tabs never overwrite each other, earlier texts can be had again, and nothing that happens elsewhere takes one away."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from inquiry_service.domain import draft_versions, drafts, inquiries
from inquiry_service.domain.errors import DraftChanged
from shared.clock import utc_now
from shared.db import Database
from shared.people import Person
from tests.builders import a_director, a_person, an_inquiry
from tests.inquiry.composing import Composing, box_of
from tests.inquiry.reading_pages import words_of

LONG = "A long and careful answer, written with thought."


def _save(db: Database, inquiry_id: UUID, author: Person, body: str, version: int | None = None) -> int:
    with db.transaction() as session:
        return drafts.save_draft(session, inquiry_id, author, body, version=version).version


def _versions(db: Database) -> list[str]:
    return [row.body for row in db.run(text("SELECT body FROM draft_version ORDER BY number"))]


def test_two_tabs_never_overwrite_each_other(inquiry_db: Database) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    first = _save(inquiry_db, inquiry_id, director, "From the first tab.", version=0)
    with pytest.raises(DraftChanged) as refusal:
        _save(inquiry_db, inquiry_id, director, "From the second tab.", version=0)
    assert refusal.value.facts == {"version": first, "body": "From the first tab."}
    assert _save(inquiry_db, inquiry_id, director, "From the second tab.", version=first) == first + 1


def test_a_text_that_only_goes_on_is_no_conflict(inquiry_db: Database) -> None:
    """The answer to a save may be lost on its way: the same page then says an old version."""
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    _save(inquiry_db, inquiry_id, director, "Half a", version=0)
    assert _save(inquiry_db, inquiry_id, director, "Half a sentence", version=0) == 2


def test_a_text_is_kept_when_a_good_part_of_it_goes_away(inquiry_db: Database) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    for typed in ("A long", LONG, LONG + " Bye.", "Short."):
        _save(inquiry_db, inquiry_id, director, typed)
    assert _versions(inquiry_db) == [LONG + " Bye."]


def test_at_most_twenty_are_kept_the_newest(inquiry_db: Database) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    for number in range(24):
        _save(inquiry_db, inquiry_id, director, f"{chr(97 + number)}: {LONG}"[::-1] + str(number) * 30)
    assert len(_versions(inquiry_db)) == draft_versions.MOST_KEPT
    assert "22" in _versions(inquiry_db)[-1]


def test_an_earlier_text_can_be_put_back_and_the_later_one_too(inquiry_db: Database) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    _save(inquiry_db, inquiry_id, director, LONG)
    _save(inquiry_db, inquiry_id, director, "Other words.")
    with inquiry_db.transaction() as session:
        drafts.restore_version(session, inquiry_id, director, 1)
    with inquiry_db.reading() as session:
        assert drafts.draft_of(session, inquiry_id, director)[1] == LONG  # type: ignore[index]
    assert _versions(inquiry_db) == [LONG, "Other words."]


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_typing_on_loses_nothing_and_deleting_loses_what_was_deleted(a: str, b: str, c: str) -> None:
    assert draft_versions.lost(a + c, a + b + c) == 0
    assert draft_versions.lost(a + b + c, a + c) == len(b)


def test_a_draft_survives_assignment_and_close(inquiry_db: Database) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    other = a_person(inquiry_db, "staff", email="sam@riverside.example", name="Sam Ode")
    _save(inquiry_db, inquiry_id, director, LONG)
    with inquiry_db.transaction() as session:
        inquiries.assign(session, inquiry_id, other.actor, other.id)
        inquiries.move(session, inquiry_id, other.actor, "close", due_at=utc_now())
    with inquiry_db.reading() as session:
        assert drafts.draft_of(session, inquiry_id, director)[1] == LONG  # type: ignore[index]


def test_the_script_of_a_second_tab_hears_of_the_first(composing: Composing) -> None:
    inquiry_id = an_inquiry(composing.inquiry_db)
    said = composing.ask(inquiry_id, "draft", body="From the first tab.").get_json()
    assert said["version"] == 1
    second = composing.ask(inquiry_id, "draft", body="From the second.", version="0")
    assert (second.status_code, second.get_json()) == (409, {"body": "From the first tab.", "version": 1})


def test_without_a_script_both_texts_stand_on_the_page(composing: Composing) -> None:
    inquiry_id = an_inquiry(composing.inquiry_db)
    composing.do(inquiry_id, "draft", body="From the first tab.")
    second = composing.do(inquiry_id, "draft", body="From the second.", version="0")
    assert second.status_code == 409
    assert box_of(second.text) == "From the second."
    assert "Nothing is lost: here is that one, and yours is in the box. From the first tab." in words_of(
        second.text
    )
    assert 'name="version" value="1"' in second.text


def test_earlier_texts_are_a_page_with_a_button_each(composing: Composing) -> None:
    inquiry_id = an_inquiry(composing.inquiry_db)
    composing.do(inquiry_id, "draft", body=LONG)
    composing.do(inquiry_id, "draft", body="Other words.")
    assert LONG in composing.client.get(f"/desk/inquiries/{inquiry_id}/draft/versions").text
    composing.do(inquiry_id, "draft/versions/1/restore")
    assert box_of(composing.page(inquiry_id).text) == LONG
    assert composing.do(inquiry_id, "draft/versions/77/restore").status_code == 404


def test_a_sent_text_replaces_another_tab_s_draft_and_keeps_it_among_the_earlier_ones(
    composing: Composing,
) -> None:
    inquiry_id = an_inquiry(composing.inquiry_db)
    composing.do(inquiry_id, "draft", body=LONG)
    composing.do(inquiry_id, "replies", body="Sent from the other tab.", version="0")
    assert _versions(composing.inquiry_db) == [LONG]


def test_a_second_draft_is_shown_and_can_be_put_in_the_box(composing: Composing) -> None:
    inquiry_id = an_inquiry(composing.inquiry_db)
    composing.do(inquiry_id, "replies", body="The first answer.")
    first = composing.row("SELECT id FROM reply").id
    composing.do(inquiry_id, "draft", body="The second one.")
    composing.do(inquiry_id, f"replies/{first}/undo")
    page = composing.page(inquiry_id).text
    assert box_of(page) == "The first answer."
    assert "You have another text in this thread. The second one. Put it in the box Discard it" in words_of(
        page
    )
    second = composing.row("SELECT id FROM reply WHERE id <> :id", id=first).id
    composing.do(inquiry_id, f"replies/{second}/edit")
    assert box_of(composing.page(inquiry_id).text) == "The second one."

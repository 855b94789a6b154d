"""The school's own words on inquiries: one spelling, found by the search, shown in the list, kept in the address."""

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from inquiry_service.domain import reply_queue, tags
from inquiry_service.domain.tag_words import tag_word
from shared.audit import THE_SERVICE
from shared.db import Database
from shared.errors import Invalid
from shared.people import Person
from tests.builders import a_director, an_inquiry, bearer, sign_in
from tests.inquiry.reading_pages import press, words_of


@pytest.fixture
def director(inquiry_client: FlaskClient, inquiry_db: Database) -> Person:
    """The registration director, signed in."""
    person = a_director(inquiry_db)
    sign_in(inquiry_client, inquiry_db, person)
    return person


def tagged(db: Database, *words: str) -> UUID:
    """An inquiry with these tags."""
    inquiry_id = an_inquiry(db)
    with db.transaction() as session:
        for word in words:
            tags.add(session, inquiry_id, THE_SERVICE, word)
    return inquiry_id


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("#Part time ", "part-time"),
        ("part-time", "part-time"),
        ("Señal", "señal"),
        ("a_b--c", "a-b-c"),
        ("GRANT 2027", "grant-2027"),
        (" # ", ""),
        ("--", ""),
    ],
)
def test_a_tag_has_one_spelling(typed: str, word: str) -> None:
    assert tag_word(typed) == word
    assert tag_word(word) == word


def test_a_tag_is_there_once_and_goes_again(inquiry_db: Database) -> None:
    inquiry_id = tagged(inquiry_db, "Grant", "grant", "part time")
    with inquiry_db.transaction() as session:
        assert tags.of(session, inquiry_id) == ["grant", "part-time"]
        assert tags.remove(session, inquiry_id, THE_SERVICE, "GRANT") == ["part-time"]
        assert tags.remove(session, inquiry_id, THE_SERVICE, "GRANT") == ["part-time"]
        assert tags.in_use(session) == ["part-time"]
    found = inquiry_db.run(
        text("SELECT action FROM audit WHERE subject_id = :id ORDER BY id"), {"id": inquiry_id}
    )
    assert [row.action for row in found] == ["tag_added", "tag_added", "tag_removed"]


def test_what_is_no_tag_and_too_many_are_refused(inquiry_db: Database) -> None:
    inquiry_id = tagged(inquiry_db, *(f"tag{n}" for n in range(tags.MOST)))
    for word in ("!!", "x" * 31, "one-more"):
        with inquiry_db.transaction() as session, pytest.raises(Invalid):
            tags.add(session, inquiry_id, THE_SERVICE, word)


def test_the_search_finds_a_tag_in_any_spelling(inquiry_db: Database) -> None:
    person = a_director(inquiry_db)
    inquiry_id = tagged(inquiry_db, "part-time")
    tagged(inquiry_db, "grant")
    with inquiry_db.reading() as session:
        for typed in ("tag:part-time", "tag:Part-Time", 'tag:"part time"', "tag:#part-time effat"):
            found = reply_queue.page(session, person.id, "all", filters={"q": typed}).items
            assert [item.id for item in found] == [inquiry_id], typed


def test_the_page_adds_and_removes_and_suggests(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    tagged(inquiry_db, "grant")
    inquiry_id = an_inquiry(inquiry_db)
    base = f"/desk/inquiries/{inquiry_id}"
    page = inquiry_client.get(f"{base}?view=open")
    assert '<option value="grant">' in page.text
    answer = press(inquiry_client, page, f"{base}/tags", word="Part time")
    assert "tag=" not in answer.headers["Location"]
    page = inquiry_client.get(base)
    assert "#part-time" in page.text
    press(inquiry_client, page, f"{base}/tags/remove", word="part-time")
    assert "#part-time" not in inquiry_client.get(base).text
    refused = press(inquiry_client, page, f"{base}/tags", word="!!!")
    assert refused.status_code == 422
    assert "A tag is a short word" in words_of(refused.text)
    assert 'value="!!!"' in refused.text


def test_the_list_shows_tags_and_the_address_filters_by_one(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    inquiry_id = tagged(inquiry_db, "grant", "part-time", "vip")
    other = tagged(inquiry_db, "vip")
    rows = inquiry_client.get("/desk/queue?view=open&tag=Grant").text
    assert (str(inquiry_id) in rows, str(other) in rows) == (True, False)
    assert "#grant +2" in words_of(rows)
    page = inquiry_client.get("/desk?view=open&tag=grant").text
    assert "tag=grant" in page  # in every link of the list
    assert '<option value="grant" selected>' in page


def test_programs_read_and_write_tags(inquiry_client: FlaskClient, inquiry_db: Database) -> None:
    headers = bearer(inquiry_db, a_director(inquiry_db))
    inquiry_id = an_inquiry(inquiry_db)
    api = "/api/inquiry/v1"
    path = f"{api}/inquiries/{inquiry_id}"
    added = inquiry_client.post(f"{path}/tags", json={"tag": "Part time"}, headers=headers)
    assert added.json == {"items": ["part-time"]}
    assert inquiry_client.get(path, headers=headers).json["tags"] == ["part-time"]
    listed = inquiry_client.get(f"{api}/inquiries?tag=part-time", headers=headers).json["items"]
    assert [item["tags"] for item in listed] == [["part-time"]]
    assert inquiry_client.get(f"{api}/inquiries?tag=none", headers=headers).json["items"] == []
    assert inquiry_client.get(f"{api}/tags", headers=headers).json == {"items": ["part-time"]}
    removed = inquiry_client.post(f"{path}/tags/remove", json={"tag": "part-time"}, headers=headers)
    assert removed.json == {"items": []}

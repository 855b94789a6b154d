"""What was done is said on the page that comes next, once, and not met later where nobody expects it."""

import pytest
from flask.testing import FlaskClient

from shared.db import Database
from tests.builders import a_director, sign_in
from tests.inquiry.reading_pages import press, words_of

PAGES = (
    "account",
    "desk",
    *(f"desk/{name}" for name in ("answers", "saved-replies", "hours", "unfiled", "website")),
    *(f"desk/{name}" for name in ("people", "privacy", "new")),
)
SAID = "This was said once."


@pytest.mark.parametrize("address", PAGES)
def test_every_page_of_the_desk_says_what_happened_before_it(
    inquiry_client: FlaskClient, inquiry_db: Database, address: str
) -> None:
    sign_in(inquiry_client, inquiry_db, a_director(inquiry_db))
    with inquiry_client.session_transaction() as session:
        session["_flashes"] = [("message", SAID)]
    assert words_of(inquiry_client.get(f"/{address}").text).count(SAID) == 1
    assert SAID not in inquiry_client.get(f"/{address}").text


def test_a_saved_change_is_said_where_it_was_made(inquiry_client: FlaskClient, inquiry_db: Database) -> None:
    sign_in(inquiry_client, inquiry_db, a_director(inquiry_db))
    page = inquiry_client.get("/desk/website")
    press(inquiry_client, page, "/desk/website", origin="https://www.school.example")
    said = "Pages of https://www.school.example may show the form."
    assert said in words_of(inquiry_client.get("/desk/website").text)

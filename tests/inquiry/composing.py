"""The composer with a real enrollment service beside it: what tests of answers with live facts begin with."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from inquiry_service.domain import saved_replies
from shared.db import Database
from shared.people import Person
from tests.inquiry.reading_pages import hidden_of
from tests.working import Working


@dataclass
class Composing:
    """A director signed in at the desk, and both databases. `away()` takes the enrollment service down."""

    client: FlaskClient
    inquiry_db: Database
    enrollment_db: Database
    work: Working
    director: Person
    server: Any

    def away(self) -> None:
        """The enrollment service answers nobody any more."""
        self.server.shutdown()
        self.server.server_close()

    def saved(self, body: str, *, title: str = "Next start", program: str | None = "mat") -> UUID:
        """A saved reply that everybody may insert."""
        with self.inquiry_db.transaction() as session:
            return saved_replies.write(session, self.director, title=title, body=body, program=program).id

    def page(self, inquiry_id: UUID, query: str = "") -> TestResponse:
        """The thread."""
        return self.client.get(f"/desk/inquiries/{inquiry_id}{query}")

    def do(self, inquiry_id: UUID, what: str, **typed: Any) -> TestResponse:
        """A button of the composer is pressed, as a browser without scripts does it."""
        base = f"/desk/inquiries/{inquiry_id}"
        form = hidden_of(self.page(inquiry_id).text, f"{base}/replies")
        return self.client.post(f"{base}/{what}", data=form | typed)

    def ask(self, inquiry_id: UUID, what: str, **typed: Any) -> TestResponse:
        """The same by a script, which wants JSON."""
        base = f"/desk/inquiries/{inquiry_id}"
        form = hidden_of(self.page(inquiry_id).text, f"{base}/replies")
        return self.client.post(f"{base}/{what}", data=form | typed, headers={"Accept": "application/json"})

    def row(self, statement: str, **values: Any) -> Any:
        """One row of the inquiry database."""
        return self.inquiry_db.run(text(statement), values)[0]


def box_of(page: str) -> str:
    """What stands in the text box."""
    from html import unescape

    return unescape(page.partition('id="body"')[2].partition(">")[2].partition("</textarea>")[0]).lstrip("\n")

"""Things that tests begin with, each named by what it is."""

from typing import Any
from uuid import UUID

from argon2 import PasswordHasher
from flask.testing import FlaskClient

from inquiry_service.domain import inquiries, replies, staff
from inquiry_service.domain.inquiries import NewInquiry
from inquiry_service.domain.spam import SpamScore
from inquiry_service.web.auth import COOKIE
from shared.access_tokens import create_token
from shared.audit import THE_SERVICE
from shared.clock import utc_now
from shared.db import Database
from shared.people import Person
from shared.references import References

EFFAT = "effat@example.com"
PHLEBOTOMY_QUESTION = """Hello dear director
I am really interested in the phlebotomy program. Do you think is it going to be easy to get a part time job as a phlebotomist?
Can you refer us to any hospital after receiving our certification from your school?"""
PASSWORD = "correct horse battery"
# A hash carries its own cost: at the one of the service, a tenth of a second would go into each sign-in of a test.
_PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=64).hash(PASSWORD)


def a_question(**given: Any) -> dict[str, Any]:
    """The body of a public POST."""
    return {
        "name": "Effat R.",
        "email": EFFAT,
        "program": "phlebotomy",
        "question": PHLEBOTOMY_QUESTION,
    } | given


def an_inquiry(database: Database, *, is_suspect: bool = False, key: str | None = None, **given: Any) -> UUID:
    """An inquiry as a visitor's question makes it."""
    values = a_question(**given)
    spam = SpamScore(9, ("sales talk",)) if is_suspect else SpamScore(0, ())
    new = NewInquiry(**({"due_at": utc_now(), "spam": spam} | values))
    return inquiries.submit(database, References(database, "inquiry_reference_seq", "Q"), new, key=key).id


def an_answer(database: Database, inquiry_id: UUID, author: Person, body: str = "Most find work.") -> UUID:
    """An answer whose letter is owed at once."""
    with database.transaction() as session:
        return replies.answer(session, inquiry_id, author, body, undo_s=0).id


def a_person(
    database: Database,
    *roles: str,
    email: str = "dora@riverside.example",
    name: str = "Dora Vance",
    programs: tuple[str, ...] = (),
) -> Person:
    """Somebody of the staff, whose password is PASSWORD."""
    with database.transaction() as session:
        added = staff.add(
            session,
            THE_SERVICE,
            name=name,
            email=email,
            roles=roles,
            title="Registration Director",
            programs=programs,
            password_hash=_PASSWORD_HASH,
        )
        return Person(added.id, added.name, added.email, frozenset(added.roles))


def a_director(database: Database, **given: Any) -> Person:
    """The registration director, who answers for every program."""
    return a_person(database, "director", **({"programs": ("",)} | given))


def sign_in(client: FlaskClient, database: Database, person: Person) -> None:
    """The client has the person's staff cookie."""
    secret, _ = staff.sign_in(database, person.email, PASSWORD, "127.0.0.0/24")
    client.set_cookie(COOKIE, secret)


def bearer(database: Database, person: Person) -> dict[str, str]:
    """Headers with a token of the person."""
    with database.transaction() as session:
        token = create_token(
            session, name="test", person_id=person.id, person_name=person.name, roles=sorted(person.roles)
        )
    return {"Authorization": f"Bearer {token}"}

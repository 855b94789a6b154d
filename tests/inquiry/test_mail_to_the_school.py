"""Mail to the address that everybody knows: a person's question opens an inquiry; what no one person wrote lately opens nothing."""

from datetime import timedelta
from email.utils import format_datetime

import pytest
from sqlalchemy import select

from inquiry_service.db.models import Inquiry
from inquiry_service.domain import inbound
from shared.clock import utc_now
from shared.db import Database
from tests.builders import EFFAT, a_director
from tests.inquiry.test_inbound import a_mail, arrives, thread_of
from tests.working import Working, text_of


def _questions(db: Database) -> list[Inquiry]:
    with db.reading() as session:
        return list(session.scalars(select(Inquiry).order_by(Inquiry.created_at)))


def test_a_mail_to_the_schools_address_opens_an_inquiry(inquiry_db: Database, inquiry_work: Working) -> None:
    director = a_director(inquiry_db)
    body = "Do you train phlebotomists in the evening?"
    mail = a_mail("Riverside <Hello@riverside.example>", body, sender="Bo Li <bo@example.com>")
    arrives(inquiry_db, inquiry_work, mail, mailbox="lmtp")
    [asked] = _questions(inquiry_db)
    assert (asked.asker_name, asked.asker_email, asked.status) == ("Bo Li", "bo@example.com", "new")
    assert body in thread_of(inquiry_db, asked.id)[0][1]
    acknowledgement = inquiry_work.letters("bo@example.com")[0]
    assert "evening" not in acknowledgement.as_string()
    assert body in text_of(inquiry_work.letters(director.email)[0])


def test_the_same_mail_by_two_roads_opens_one_inquiry(inquiry_db: Database, inquiry_work: Working) -> None:
    mail = a_mail("hello@riverside.example", "Do you train phlebotomists?")
    for road in ("lmtp", "imap:mail.riverside.example/INBOX"):
        arrives(inquiry_db, inquiry_work, mail, mailbox=road)
    assert len(_questions(inquiry_db)) == 1


@pytest.mark.parametrize(
    ("sender", "headers"),
    [
        (EFFAT, {"Auto-Submitted": "auto-replied"}),
        (EFFAT, {"List-Id": "<news.example.com>"}),
        ("hello@riverside.example", {}),
        ("a@example.com, b@example.com", {}),
    ],
    ids=["an automatic reply", "a list", "from our own address", "two senders"],
)
def test_what_no_one_person_wrote_opens_nothing(
    inquiry_db: Database, inquiry_work: Working, sender: str, headers: dict[str, str]
) -> None:
    arrives(
        inquiry_db, inquiry_work, a_mail("hello@riverside.example", "Hello", sender=sender, headers=headers)
    )
    assert _questions(inquiry_db) == []
    with inquiry_db.reading() as session:
        assert [item["status"] for item in inbound.unsettled(session)] == ["unfiled"]


def test_spam_by_mail_stands_in_quarantine_and_is_answered_by_nothing(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    spam = "SEO backlinks casino! https://a.example https://b.example https://c.example"
    arrives(inquiry_db, inquiry_work, a_mail("hello@riverside.example", spam))
    assert [asked.status for asked in _questions(inquiry_db)] == ["quarantined"]
    assert inquiry_work.letters() == []


def test_mail_of_long_ago_waits_for_a_person_and_nobody_is_written_to(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    for days, subject in ((13, "lately"), (15, "long ago")):
        sent = format_datetime(utc_now() - timedelta(days=days))
        mail = a_mail(
            "hello@riverside.example", subject, sender=f"{days}@example.com", headers={"Date": sent}
        )
        arrives(inquiry_db, inquiry_work, mail)
    assert [asked.asker_email for asked in _questions(inquiry_db)] == ["13@example.com"]
    assert inquiry_work.letters("15@example.com") == []
    with inquiry_db.reading() as session:
        assert [item["sender"] for item in inbound.unsettled(session)] == ["15@example.com"]

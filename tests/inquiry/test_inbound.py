"""Mail in: stored first, filed by our own addresses, a director's answer only from the director."""

from email.message import EmailMessage
from uuid import UUID

import pytest
from sqlalchemy import select, text

from inquiry_service.db.models import Inquiry, Reply
from inquiry_service.domain import inbound, inquiries, staff
from inquiry_service.mail.parse import MARKER
from inquiry_service.terms import ReplyStatus, Via
from shared.audit import THE_SERVICE
from shared.clock import utc_now
from shared.db import Database
from tests.builders import EFFAT, a_director, an_inquiry
from tests.working import Working, text_of


def a_mail(
    to: str,
    body: str,
    *,
    sender: str = EFFAT,
    quoted: str = "",
    headers: dict[str, str] | None = None,
    message_id: str = "<a@mail>",
) -> bytes:
    """A mail as a person's program writes it, with what it answers quoted below."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = sender, to, "Re: hello", message_id
    for name, value in (headers or {}).items():
        mail[name] = value
    quotation = "".join(f"> {line}\n" for line in quoted.splitlines())
    mail.set_content(
        body + (f"\n\nOn Mon, Nov 23, 2026 at 10:00 AM Frontdesk wrote:\n{quotation}" if quoted else "")
    )
    return mail.as_bytes()


def _arrives(db: Database, work: Working, data: bytes, *, mailbox: str = inbound.MAILBOX_PAGE) -> UUID | None:
    with db.transaction() as session:
        raw_id = inbound.store_raw(session, data, mailbox=mailbox)
    work.drain()
    return raw_id


def _inquiry(db: Database, inquiry_id: UUID) -> Inquiry:
    with db.reading() as session:
        return inquiries.find(session, inquiry_id)


def _thread(db: Database, inquiry_id: UUID) -> list[tuple[str, str]]:
    with db.reading() as session:
        return [(entry.message.kind, entry.message.body) for entry in inquiries.thread(session, inquiry_id)]


def _replies(db: Database) -> list[Reply]:
    with db.reading() as session:
        return list(session.scalars(select(Reply)))


def test_the_askers_answer_reopens_the_inquiry_without_the_quotation(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    inquiry_work.drain()
    letter = inquiry_work.letters(EFFAT)[0]
    with inquiry_db.transaction() as session:
        inquiries.move(session, inquiry_id, director.actor, "close", due_at=utc_now())
    _arrives(
        inquiry_db, inquiry_work, a_mail(str(letter["Reply-To"]), "And the price?", quoted=text_of(letter))
    )
    assert _inquiry(inquiry_db, inquiry_id).status == "open"
    assert _thread(inquiry_db, inquiry_id)[-1] == ("follow_up", "And the price?")


def test_a_director_answers_the_notice_by_mail(inquiry_db: Database, inquiry_work: Working) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    inquiry_work.drain()
    notice = inquiry_work.letters(director.email)[0]
    answer = "Good morning Effat,\n\nyes, most find work during the externship."
    _arrives(
        inquiry_db,
        inquiry_work,
        a_mail(str(notice["Reply-To"]), answer, sender=director.email, quoted=text_of(notice)),
    )
    received = inquiry_work.letters(EFFAT)[-1]
    assert "most find work during the externship" in text_of(received)
    assert MARKER not in text_of(received)
    assert _inquiry(inquiry_db, inquiry_id).status == "waiting"


@pytest.mark.parametrize(
    ("sender", "quote", "mailbox"),
    [
        ("mallory@example.com", True, inbound.MAILBOX_PAGE),
        ("dora@riverside.example", False, inbound.MAILBOX_PAGE),
    ],
    ids=["another sender", "no quotation"],
)
def test_a_directors_answer_in_doubt_is_held(
    inquiry_db: Database, inquiry_work: Working, sender: str, quote: bool, mailbox: str
) -> None:
    director = a_director(inquiry_db)
    an_inquiry(inquiry_db)
    inquiry_work.drain()
    notice = inquiry_work.letters(director.email)[0]
    before = len(inquiry_work.letters(EFFAT))
    mail = a_mail(
        str(notice["Reply-To"]),
        "Send me your bank details.",
        sender=sender,
        quoted=text_of(notice) if quote else "",
    )
    _arrives(inquiry_db, inquiry_work, mail, mailbox=mailbox)
    inquiry_work.let_time_pass()
    assert [reply.status for reply in _replies(inquiry_db)] == [ReplyStatus.HELD]
    assert len(inquiry_work.letters(EFFAT)) == before


def test_a_directors_answer_by_an_untrusted_road_is_held(inquiry_db: Database, inquiry_work: Working) -> None:
    director = a_director(inquiry_db)
    an_inquiry(inquiry_db)
    inquiry_work.drain()
    notice = inquiry_work.letters(director.email)[0]
    mail = a_mail(str(notice["Reply-To"]), "Yes.", sender=director.email, quoted=text_of(notice))
    _arrives(inquiry_db, inquiry_work, mail, mailbox="imap")
    assert [reply.held_because for reply in _replies(inquiry_db)] == [
        "no trusted server vouched for the sender"
    ]


def test_an_answer_to_an_old_notice_is_held_when_the_thread_went_on(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    inquiry_work.drain()
    notice = inquiry_work.letters(director.email)[0]
    with inquiry_db.transaction() as session:
        inquiries.follow_up(session, inquiry_id, "Never mind.", via=Via.LINK, due_at=utc_now())
    mail = a_mail(str(notice["Reply-To"]), "Yes, come.", sender=director.email, quoted=text_of(notice))
    _arrives(inquiry_db, inquiry_work, mail)
    assert [reply.status for reply in _replies(inquiry_db)] == [ReplyStatus.HELD]


def test_a_former_director_answers_nobody(inquiry_db: Database, inquiry_work: Working) -> None:
    director = a_director(inquiry_db)
    an_inquiry(inquiry_db)
    inquiry_work.drain()
    notice = inquiry_work.letters(director.email)[0]
    with inquiry_db.transaction() as session:
        staff.disable(session, THE_SERVICE, director.id)
    mail = a_mail(str(notice["Reply-To"]), "Yes.", sender=director.email, quoted=text_of(notice))
    _arrives(inquiry_db, inquiry_work, mail)
    assert _replies(inquiry_db) == []
    assert inquiry_db.run(text("SELECT status FROM raw_mail"))[0].status == "unfiled"


def test_a_strangers_mail_on_a_valid_thread_is_unverified_and_changes_no_address(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    inquiry_work.drain()
    letter = inquiry_work.letters(EFFAT)[0]
    _arrives(
        inquiry_db,
        inquiry_work,
        a_mail(str(letter["Reply-To"]), "I am her brother.", sender="brother@example.com"),
    )
    with inquiry_db.reading() as session:
        last = inquiries.thread(session, inquiry_id)[-1].message
        assert (last.is_verified, last.sender_address) == (False, "brother@example.com")
        assert inquiries.find(session, inquiry_id).asker_email == EFFAT
        assert last.body not in [
            entry.message.body for entry in inquiries.thread(session, inquiry_id, is_public=True)
        ]


def test_an_automatic_reply_is_filed_and_changes_no_clock(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    inquiry_work.drain()
    letter = inquiry_work.letters(EFFAT)[0]
    with inquiry_db.transaction() as session:
        inquiries.move(session, inquiry_id, director.actor, "close", due_at=utc_now())
    letters_before = len(inquiry_work.letters())
    mail = a_mail(str(letter["Reply-To"]), "I am on holiday.", headers={"Auto-Submitted": "auto-replied"})
    _arrives(inquiry_db, inquiry_work, mail)
    assert _inquiry(inquiry_db, inquiry_id).status == "closed"
    assert len(inquiry_work.letters()) == letters_before


def test_the_same_bytes_are_the_same_mail(inquiry_db: Database, inquiry_work: Working) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    inquiry_work.drain()
    mail = a_mail(str(inquiry_work.letters(EFFAT)[0]["Reply-To"]), "Once.")
    assert _arrives(inquiry_db, inquiry_work, mail) is not None
    assert _arrives(inquiry_db, inquiry_work, mail) is None
    assert [body for _, body in _thread(inquiry_db, inquiry_id)].count("Once.") == 1


def test_a_mail_that_matches_nothing_waits_for_a_person(inquiry_db: Database, inquiry_work: Working) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    reference = _inquiry(inquiry_db, inquiry_id).reference
    mail = a_mail("hello@riverside.example", "Re: " + reference, headers={"X-Reference": reference})
    _arrives(inquiry_db, inquiry_work, mail)
    with inquiry_db.reading() as session:
        assert [item["status"] for item in inbound.unsettled(session)] == ["unfiled"]


def test_bytes_that_are_no_mail_are_a_visible_item(inquiry_db: Database, inquiry_work: Working) -> None:
    _arrives(inquiry_db, inquiry_work, b"\x00\x01\x02")
    with inquiry_db.reading() as session:
        assert [item["status"] for item in inbound.unsettled(session)] == ["unreadable"]

"""Mail in: stored first, filed by our own addresses, a director's answer only from the director."""

from email.message import EmailMessage
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from inquiry_service.db.models import Inquiry, Reply
from inquiry_service.domain import inbound, inquiries, replies, staff, threads
from inquiry_service.domain.inbound import Intake, RegistrationFacts
from inquiry_service.mail.parse import MARKER, parse
from inquiry_service.terms import ReplyStatus, Via
from shared.audit import THE_SERVICE
from shared.clock import utc_now
from shared.db import Database
from shared.references import References
from tests.builders import EFFAT, a_director, an_inquiry, sign_in
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


def arrives(db: Database, work: Working, data: bytes, *, mailbox: str = inbound.MAILBOX_PAGE) -> UUID | None:
    with db.transaction() as session:
        raw_id = inbound.store_raw(session, data, mailbox=mailbox)
    work.drain()
    return raw_id


def _inquiry(db: Database, inquiry_id: UUID) -> Inquiry:
    with db.reading() as session:
        return inquiries.find(session, inquiry_id)


def thread_of(db: Database, inquiry_id: UUID) -> list[tuple[str, str]]:
    with db.reading() as session:
        return [(entry.message.kind, entry.message.body) for entry in threads.thread(session, inquiry_id)]


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
    arrives(
        inquiry_db, inquiry_work, a_mail(str(letter["Reply-To"]), "And the price?", quoted=text_of(letter))
    )
    assert _inquiry(inquiry_db, inquiry_id).status == "open"
    assert thread_of(inquiry_db, inquiry_id)[-1] == ("follow_up", "And the price?")


def test_a_director_answers_the_notice_by_mail(inquiry_db: Database, inquiry_work: Working) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    inquiry_work.drain()
    notice = inquiry_work.letters(director.email)[0]
    answer = "Good morning Effat,\n\nyes, most find work during the externship."
    arrives(
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
    arrives(inquiry_db, inquiry_work, mail, mailbox=mailbox)
    inquiry_work.let_time_pass()
    assert [reply.status for reply in _replies(inquiry_db)] == [ReplyStatus.HELD]
    assert len(inquiry_work.letters(EFFAT)) == before


def test_a_directors_answer_by_an_untrusted_road_is_held(inquiry_db: Database, inquiry_work: Working) -> None:
    director = a_director(inquiry_db)
    an_inquiry(inquiry_db)
    inquiry_work.drain()
    notice = inquiry_work.letters(director.email)[0]
    mail = a_mail(str(notice["Reply-To"]), "Yes.", sender=director.email, quoted=text_of(notice))
    arrives(inquiry_db, inquiry_work, mail, mailbox="imap")
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
    arrives(inquiry_db, inquiry_work, mail)
    assert [reply.status for reply in _replies(inquiry_db)] == [ReplyStatus.HELD]


def test_a_former_director_answers_nobody(inquiry_db: Database, inquiry_work: Working) -> None:
    director = a_director(inquiry_db)
    an_inquiry(inquiry_db)
    inquiry_work.drain()
    notice = inquiry_work.letters(director.email)[0]
    with inquiry_db.transaction() as session:
        staff.disable(session, THE_SERVICE, director.id)
    mail = a_mail(str(notice["Reply-To"]), "Yes.", sender=director.email, quoted=text_of(notice))
    arrives(inquiry_db, inquiry_work, mail)
    assert _replies(inquiry_db) == []
    assert inquiry_db.run(text("SELECT status FROM raw_mail"))[0].status == "unfiled"


def test_a_strangers_mail_on_a_valid_thread_is_unverified_and_changes_no_address(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    inquiry_work.drain()
    letter = inquiry_work.letters(EFFAT)[0]
    arrives(
        inquiry_db,
        inquiry_work,
        a_mail(str(letter["Reply-To"]), "I am her brother.", sender="brother@example.com"),
    )
    with inquiry_db.reading() as session:
        last = threads.thread(session, inquiry_id)[-1].message
        assert (last.is_verified, last.sender_address) == (False, "brother@example.com")
        assert inquiries.find(session, inquiry_id).asker_email == EFFAT
        assert last.body not in [
            entry.message.body for entry in threads.thread(session, inquiry_id, is_public=True)
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
    arrives(inquiry_db, inquiry_work, mail)
    assert _inquiry(inquiry_db, inquiry_id).status == "closed"
    assert len(inquiry_work.letters()) == letters_before


def test_the_same_bytes_are_the_same_mail(inquiry_db: Database, inquiry_work: Working) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    inquiry_work.drain()
    mail = a_mail(str(inquiry_work.letters(EFFAT)[0]["Reply-To"]), "Once.")
    assert arrives(inquiry_db, inquiry_work, mail) is not None
    assert arrives(inquiry_db, inquiry_work, mail) is None
    assert [body for _, body in thread_of(inquiry_db, inquiry_id)].count("Once.") == 1


def test_a_mail_that_matches_nothing_waits_for_a_person(inquiry_db: Database, inquiry_work: Working) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    reference = _inquiry(inquiry_db, inquiry_id).reference
    mail = a_mail("info@riverside.example", "Re: " + reference, headers={"X-Reference": reference})
    arrives(inquiry_db, inquiry_work, mail)
    with inquiry_db.reading() as session:
        assert [item["status"] for item in inbound.unsettled(session)] == ["unfiled"]


def test_bytes_that_are_no_mail_are_a_visible_item(inquiry_db: Database, inquiry_work: Working) -> None:
    arrives(inquiry_db, inquiry_work, b"\x00\x01\x02")
    with inquiry_db.reading() as session:
        assert [item["status"] for item in inbound.unsettled(session)] == ["unreadable"]


def _quotation_of(notice: EmailMessage) -> str:
    return "".join(f"> {line}\n" for line in text_of(notice).splitlines())


ATTRIBUTION = "On Mon, Nov 23, 2026 at 10:00 AM Frontdesk <desk@riverside.example> wrote:\n"


@pytest.mark.parametrize(
    "own",
    [
        "Hello,\n\nOn Monday, October 5, the state board wrote:\nstudents need 40 hours.\n\nThe price is 900 dollars.",
        "Hello,\nFrom: 9 AM\nTo: 5 PM\nwe are open and the price is 900 dollars.",
    ],
    ids=["a board wrote", "hours"],
)
def test_a_mailed_answer_goes_out_whole(inquiry_db: Database, inquiry_work: Working, own: str) -> None:
    director = a_director(inquiry_db)
    an_inquiry(inquiry_db)
    inquiry_work.drain()
    notice = inquiry_work.letters(director.email)[0]
    body = f"{own}\n\n{ATTRIBUTION}{_quotation_of(notice)}"
    arrives(inquiry_db, inquiry_work, a_mail(str(notice["Reply-To"]), body, sender=director.email))
    assert own in text_of(inquiry_work.letters(EFFAT)[-1])
    assert [reply.status for reply in _replies(inquiry_db)] == [ReplyStatus.SENT]


OUTLOOKS_BLOCK = """________________________________
From: Frontdesk <desk@riverside.example>
Sent: Monday, November 23, 2026 10:00 AM
To: Dora <dora@riverside.example>
Subject: New question from Effat
"""
YAHOOS_LINE = "On Monday, November 23, 2026 at 10:00:00 AM EST, Frontdesk <desk@riverside.example> wrote:\n"


@pytest.mark.parametrize("above", [OUTLOOKS_BLOCK, YAHOOS_LINE], ids=["Outlook", "Yahoo"])
def test_a_mailed_answer_from_a_program_that_quotes_without_signs_goes_out(
    inquiry_db: Database, inquiry_work: Working, above: str
) -> None:
    director = a_director(inquiry_db)
    an_inquiry(inquiry_db)
    inquiry_work.drain()
    notice = inquiry_work.letters(director.email)[0]
    body = f"Yes, most find work.\n\nGet Outlook for iOS\n{above}\n{text_of(notice)}"
    arrives(inquiry_db, inquiry_work, a_mail(str(notice["Reply-To"]), body, sender=director.email))
    received = text_of(inquiry_work.letters(EFFAT)[-1])
    assert "Yes, most find work." in received
    assert [word for word in ("Outlook", MARKER, "desk@riverside.example") if word in received] == []
    assert [reply.status for reply in _replies(inquiry_db)] == [ReplyStatus.SENT]


def test_a_mailed_answer_below_the_quotation_is_held_with_every_word(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    inquiry_work.drain()
    notice = inquiry_work.letters(director.email)[0]
    body = f"See below.\n\n{ATTRIBUTION}{_quotation_of(notice)}Yes, it is easy.\n\nCall me at 5."
    arrives(inquiry_db, inquiry_work, a_mail(str(notice["Reply-To"]), body, sender=director.email))
    with inquiry_db.reading() as session:
        held = [text for _, text in replies.held_replies(session, inquiry_id)]
    assert len(held) == 1
    assert [
        words for words in ("See below.", "Yes, it is easy.", "Call me at 5.") if words not in held[0]
    ] == []


def test_a_mailed_answer_with_a_file_is_held(inquiry_db: Database, inquiry_work: Working) -> None:
    director = a_director(inquiry_db)
    an_inquiry(inquiry_db)
    inquiry_work.drain()
    notice = inquiry_work.letters(director.email)[0]
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = director.email, str(notice["Reply-To"]), "Re: hello"
    mail.set_content(f"The brochure is attached.\n\n{ATTRIBUTION}{_quotation_of(notice)}")
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="brochure.pdf")
    arrives(inquiry_db, inquiry_work, mail.as_bytes())
    assert [reply.held_because for reply in _replies(inquiry_db)] == [
        "it has files, and an answer carries none"
    ]


def test_a_held_answer_does_not_show_the_directors_reply_address(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    director, inquiry_id = a_director(inquiry_db), an_inquiry(inquiry_db)
    inquiry_work.drain()
    notice = inquiry_work.letters(director.email)[0]
    address = str(notice["Reply-To"])
    body = f"Yes.\n\nFrom: Frontdesk <{address}>\nSent: Monday\n\n{text_of(notice)}"
    arrives(inquiry_db, inquiry_work, a_mail(address, body, sender=director.email))
    with inquiry_db.reading() as session:
        [(_, held)] = replies.held_replies(session, inquiry_id)
    assert "Yes." in held
    assert address not in held
    assert "r+…@" in held


def test_a_mail_that_only_names_our_letter_is_never_taken_for_the_askers(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    inquiry_work.drain()
    letter = inquiry_work.letters(EFFAT)[0]
    mail = a_mail(
        "hello@riverside.example",
        "Please write to me at b@c.example.",
        headers={"In-Reply-To": letter["Message-ID"]},
    )
    arrives(inquiry_db, inquiry_work, mail)
    with inquiry_db.reading() as session:
        last = threads.thread(session, inquiry_id)[-1].message
        public = [entry.message.id for entry in threads.thread(session, inquiry_id, is_public=True)]
    assert (last.is_verified, last.sender_address) == (False, EFFAT)
    assert last.id not in public


REGISTRATION_ADDRESS = f"r+{'a' * 26}@riverside.example"
STUDENT = "student@example.com"


def _about_a_registration(db: Database, sender: str, registration_id: UUID) -> UUID:
    """A mail to the reply address of a registration's letter is filed; the inquiry it is in."""
    facts = RegistrationFacts(registration_id, "R-234567", "phlebotomy", "Sam Student", STUDENT)
    references = References(db, "inquiry_reference_seq", "Q")
    data = a_mail(REGISTRATION_ADDRESS, f"Words of {sender}.", sender=sender, message_id=f"<{uuid4()}@mail>")
    with db.transaction() as session:
        raw_id = inbound.store_raw(session, data, mailbox="imap")
        assert raw_id is not None
        raw, _ = inbound.bytes_of(session, raw_id)
        inbound.file(session, raw, parse(data), Intake(references, utc_now(), lambda _: facts))
        assert raw.inquiry_id is not None
        return raw.inquiry_id


@pytest.mark.parametrize("is_linked", [False, True], ids=["opens", "continues"])
@pytest.mark.parametrize("sender", [STUDENT, "stranger@example.com"])
def test_a_stranger_with_a_students_letter_does_not_speak_as_the_student(
    inquiry_db: Database, inquiry_work: Working, sender: str, is_linked: bool
) -> None:
    registration_id = uuid4()
    if is_linked:
        _about_a_registration(inquiry_db, STUDENT, registration_id)
    inquiry_id = _about_a_registration(inquiry_db, sender, registration_id)
    inquiry = _inquiry(inquiry_db, inquiry_id)
    assert (inquiry.asker_email, inquiry.asker_name) == (STUDENT, "Sam Student")
    with inquiry_db.reading() as session:
        last = threads.thread(session, inquiry_id)[-1].message
        public = [entry.message.id for entry in threads.thread(session, inquiry_id, is_public=True)]
    assert last.body == f"Words of {sender}."
    assert last.is_verified is (sender == STUDENT)
    assert (last.id in public) is (sender == STUDENT)
    assert last.sender_address == (None if sender == STUDENT else sender)
    assert sender == STUDENT or sender not in inquiry.opening


@pytest.mark.parametrize("is_linked", [False, True], ids=["no inquiry", "a linked one"])
def test_a_machines_answer_about_a_registration_is_filed_and_opens_nothing(
    inquiry_db: Database, inquiry_work: Working, is_linked: bool
) -> None:
    registration_id = uuid4()
    linked = _about_a_registration(inquiry_db, STUDENT, registration_id) if is_linked else None
    facts = RegistrationFacts(registration_id, "R-234567", "phlebotomy", "Sam Student", STUDENT)
    references = References(inquiry_db, "inquiry_reference_seq", "Q")
    away = a_mail(
        REGISTRATION_ADDRESS, "I am away.", sender=STUDENT, headers={"Auto-Submitted": "auto-replied"}
    )
    with inquiry_db.transaction() as session:
        raw_id = inbound.store_raw(session, away, mailbox="imap")
        assert raw_id is not None
        raw, _ = inbound.bytes_of(session, raw_id)
        inbound.file(session, raw, parse(away), Intake(references, utc_now(), lambda _: facts))
        assert (raw.status, raw.inquiry_id) == ("filed", linked)
    assert len(inquiry_db.run(text("SELECT id FROM inquiry"))) == is_linked


def test_an_inquiry_that_a_stranger_opened_can_be_answered(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    director = a_director(inquiry_db)
    inquiry_id = _about_a_registration(inquiry_db, "stranger@example.com", uuid4())
    with inquiry_db.transaction() as session:
        replies.answer(session, inquiry_id, director, "Was that you?", undo_s=0)
    inquiry_work.drain()
    letter = inquiry_work.letters(STUDENT)[-1]
    assert "Was that you?" in text_of(letter)
    assert "Words of" not in text_of(letter)


def test_a_mail_that_nobody_read_in_five_minutes_is_a_visible_item(
    inquiry_db: Database, inquiry_client: FlaskClient
) -> None:
    sign_in(inquiry_client, inquiry_db, a_director(inquiry_db))
    mail = a_mail("hello@riverside.example", "Is anybody there?")
    with inquiry_db.transaction() as session:
        raw_id = inbound.store_raw(session, mail, mailbox="imap")
        assert inbound.unsettled(session) == []
    inquiry_db.run(text("UPDATE raw_mail SET received_at = now() - interval '6 minutes'"))
    page = inquiry_client.get("/desk/unfiled").text
    assert "not read yet" in page
    assert "Is anybody there?" in page
    assert inquiry_client.get(f"/desk/unfiled/{raw_id}/original").data == mail


def test_the_list_of_unfiled_mails_shows_what_filing_read(
    inquiry_db: Database, inquiry_work: Working
) -> None:
    arrives(inquiry_db, inquiry_work, a_mail("info@riverside.example", "word " + "\n" * 4000 + "more " * 900))
    with inquiry_db.reading() as session:
        [item] = inbound.unsettled(session)
    assert (item["sender"], item["subject"], item["opening"]) == (EFFAT, "Re: hello", None)
    assert item["excerpt"].startswith("word more more")
    assert len(item["excerpt"]) <= inbound.MAX_EXCERPT

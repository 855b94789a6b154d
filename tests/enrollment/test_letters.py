"""What registrants read in their letters, and what they never read."""

import re
from datetime import timedelta
from uuid import UUID

from flask import Flask
from sqlalchemy import text

from enrollment_service.domain import registrations
from enrollment_service.settings import EnrollmentSettings
from shared.db import Database
from shared.pair import sign
from shared.tokens import hash_secret, new_id
from tests.enrollment.builders import a_section, registered
from tests.working import Working, html_of, text_of

ONE_MORE_MEETING = text("""
    INSERT INTO meeting (id, section_id, number, starts_at, ends_at)
    SELECT :id, section_id, :number, starts_at + make_interval(days => :number), ends_at + make_interval(days => :number)
    FROM meeting WHERE section_id = :section_id AND number = 1
""")
LINK = re.compile(r"/my/([a-z2-7]{26})")


def test_the_confirmation_carries_the_dates_and_a_calendar_file(
    enrollment_db: Database, enrollment_work: Working
) -> None:
    section_id = a_section(enrollment_db, seats=1)
    registered(enrollment_db, section_id, "Effat")
    enrollment_work.drain()
    (letter,) = enrollment_work.letters("effat@example.com")
    assert letter["Subject"] == "You have a seat: Medication Administration Technician"
    assert "Central Time" in text_of(letter)
    assert LINK.search(text_of(letter))
    (calendar,) = list(letter.iter_attachments())
    assert calendar.get_content_type() == "text/calendar"
    assert calendar.get_content().count("BEGIN:VEVENT") == 1


def test_an_unproven_address_gets_no_byte_that_a_visitor_typed(
    enrollment_db: Database, enrollment_work: Working
) -> None:
    section_id = a_section(enrollment_db, seats=1)
    registered(
        enrollment_db, section_id, "Buy Cheap Pills", email="victim@example.com", for_name="At Spam Example"
    )
    enrollment_work.drain()
    (letter,) = enrollment_work.letters("victim@example.com")
    whole = letter.as_string() + text_of(letter) + html_of(letter)
    assert "Pills" not in whole
    assert "Spam" not in whole


def test_an_unproven_address_gets_one_letter_of_a_kind_a_day(
    enrollment_db: Database, enrollment_work: Working
) -> None:
    for _ in range(3):
        registered(enrollment_db, a_section(enrollment_db), "Effat")
    enrollment_work.drain()
    assert len(enrollment_work.letters("effat@example.com")) == 1


def test_who_has_opened_a_link_is_greeted_by_name(
    enrollment_app: Flask, enrollment_db: Database, enrollment_work: Working
) -> None:
    registered(enrollment_db, a_section(enrollment_db), "Effat")
    enrollment_work.drain()
    link = LINK.search(text_of(enrollment_work.letters("effat@example.com")[0]))
    assert link
    mine = enrollment_app.test_client().get(f"/api/enrollment/v1/my/{link[1]}")
    assert (mine.status_code, mine.json["status"]) == (200, "confirmed")
    registered(enrollment_db, a_section(enrollment_db), "Effat")
    enrollment_work.drain()
    assert "Hello Effat," in text_of(enrollment_work.letters("effat@example.com")[1])


def test_the_calendar_keeps_its_uids_when_it_is_cancelled(
    enrollment_app: Flask, enrollment_db: Database, enrollment_work: Working
) -> None:
    registered(enrollment_db, a_section(enrollment_db), "Effat")
    enrollment_work.drain()
    link = LINK.search(text_of(enrollment_work.letters("effat@example.com")[0]))
    assert link
    client, url = enrollment_app.test_client(), f"/api/enrollment/v1/my/{link[1]}"
    assert client.post(f"{url}/cancel-code").status_code == 202
    enrollment_work.drain()
    code = re.search(r"code is (\d{6})", text_of(enrollment_work.letters("effat@example.com")[1]))
    assert code
    wrong = f"{(int(code[1]) + 1) % 1_000_000:06d}"
    assert client.post(f"{url}/cancel", json={"code": wrong}).status_code == 422
    assert client.post(f"{url}/cancel", json={"code": code[1]}).json["status"] == "cancelled"
    enrollment_work.drain()
    confirmation, _, goodbye = enrollment_work.letters("effat@example.com")
    uids = [
        re.findall(r"UID:(\S+)", next(letter.iter_attachments()).get_content())
        for letter in (confirmation, goodbye)
    ]
    assert uids[0] == uids[1]
    assert "METHOD:CANCEL" in next(goodbye.iter_attachments()).get_content()


def test_an_answer_to_a_letter_finds_its_registration(
    enrollment_app: Flask,
    enrollment_db: Database,
    enrollment_work: Working,
    enrollment_settings: EnrollmentSettings,
) -> None:
    answer = registered(enrollment_db, a_section(enrollment_db), "Effat")
    enrollment_work.drain()
    secret = str(enrollment_work.letters("effat@example.com")[0]["Reply-To"]).removeprefix("r+").split("@")[0]
    path = f"/api/enrollment/v1/internal/reply-addresses/{hash_secret(secret).hex()}"
    client = enrollment_app.test_client()
    assert client.get(path).status_code == 401
    found = client.get(path, headers=sign(enrollment_settings.pair_secret, path)).json
    assert UUID(found["registration_id"]) == answer.id
    assert found["email"] == "effat@example.com"


def test_a_long_course_shows_its_first_dates_and_counts_the_rest(
    enrollment_db: Database, enrollment_work: Working
) -> None:
    section_id = a_section(enrollment_db)
    for number in range(2, 21):
        enrollment_db.run(ONE_MORE_MEETING, {"id": new_id(), "section_id": section_id, "number": number})
    registered(enrollment_db, section_id, "Effat")
    enrollment_work.drain()
    (letter,) = enrollment_work.letters("effat@example.com")
    assert "And 12 more dates" in text_of(letter)
    assert next(letter.iter_attachments()).get_content().count("BEGIN:VEVENT") == 20


def test_a_letter_whose_reason_is_gone_is_not_sent(enrollment_db: Database, enrollment_work: Working) -> None:
    answer = registered(enrollment_db, a_section(enrollment_db), "Effat")
    with enrollment_db.transaction() as session:
        registrations.cancel(session, answer.id, because="cancelled by the office")
    enrollment_work.drain()
    (letter,) = enrollment_work.letters("effat@example.com")
    assert letter["Subject"].startswith("Your registration is cancelled")


def test_letters_are_text_and_drawn_and_say_that_they_are_automatic(
    enrollment_db: Database, enrollment_work: Working
) -> None:
    registered(enrollment_db, a_section(enrollment_db), "Effat")
    enrollment_work.drain()
    (letter,) = enrollment_work.letters("effat@example.com")
    assert letter["Auto-Submitted"] == "auto-generated"
    assert "http" not in html_of(letter).replace("http://127.0.0.1:8001", "")
    assert max(len(line) for line in letter.as_bytes().splitlines()) < 998


def test_an_offer_names_its_end_and_a_waitlist_its_one_hour(
    enrollment_db: Database, enrollment_work: Working
) -> None:
    section_id = a_section(enrollment_db, seats=1, starts_in=timedelta(hours=40), offer_valid_hours=1)
    seated = registered(enrollment_db, section_id, "Seated")
    registered(enrollment_db, section_id, "Waiting")
    enrollment_work.drain()
    (waitlisted,) = enrollment_work.letters("waiting@example.com")
    for words in (text_of(waitlisted), html_of(waitlisted)):
        assert "There is then 1 hour to say yes." in words
    enrollment_db.run(text("UPDATE section SET offer_valid_hours = 300"))
    with enrollment_db.transaction() as session:
        registrations.cancel(session, seated.id, because="cancelled by the office")
    enrollment_work.drain()
    offer = enrollment_work.letters("waiting@example.com")[1]
    for words in (text_of(offer), html_of(offer)):
        assert "12:00" in words.partition("answer by")[2][:60]
        assert "300" not in words

"""What visitors meet on the pages, without scripts."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from enrollment_service.cli import seed
from enrollment_service.settings import EnrollmentSettings
from shared.clock import utc_now
from shared.db import Database
from tests.enrollment.builders import a_section, letters_to, registered, seats_of
from tests.working import Working, text_of

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
DETAILS = {"name": "Effat Rahimi", "email": "effat@example.com"}


def hidden(page: str) -> dict[str, str]:
    """The hidden values of the page's forms."""
    return {name: unescape(value) for name, value in HIDDEN.findall(page)}


def check(client: FlaskClient, section_id: UUID, **details: str) -> Any:
    """Step 1 filled in and sent."""
    url = f"/register/{section_id}"
    return client.post(url, data=hidden(client.get(url).text) | DETAILS | details)


def confirm(client: FlaskClient, section_id: UUID, page: str) -> Any:
    """The button of step 2."""
    return client.post(f"/register/{section_id}", data=hidden(page) | {"step": "confirm"})


def test_registering_takes_two_steps_and_ends_on_a_page_of_its_own(
    enrollment_app: Flask, enrollment_db: Database
) -> None:
    section_id, client = a_section(enrollment_db, seats=1), enrollment_app.test_client()
    checked = check(client, section_id)
    assert "Check your answers" in checked.text
    assert "effat@example.com" in checked.text
    assert seats_of(enrollment_db, section_id)[2] == 0
    taken = confirm(client, section_id, checked.text)
    assert taken.status_code == 303
    done = client.get(taken.location)
    assert "You have a seat" in done.text
    assert re.search(r"R-[0-9A-Z]{6}", done.text)
    assert "Effat" not in done.text


def test_sending_the_last_step_twice_is_one_registration(
    enrollment_app: Flask, enrollment_db: Database
) -> None:
    section_id, client = a_section(enrollment_db, seats=3), enrollment_app.test_client()
    page = check(client, section_id).text
    references = []
    for _ in range(2):
        done = client.get(confirm(client, section_id, page).location).text
        references.append(re.findall(r"R-[0-9A-Z]{6}", done))
    assert references[0] == references[1]
    assert seats_of(enrollment_db, section_id)[2] == 1


def test_a_mistake_is_422_with_a_summary_and_everything_typed_is_kept(
    enrollment_app: Flask, enrollment_db: Database
) -> None:
    section_id = a_section(enrollment_db)
    answer = check(enrollment_app.test_client(), section_id, email="effat at home", phone="555 0142")
    assert answer.status_code == 422
    assert 'href="#email"' in answer.text
    assert 'value="effat at home"' in answer.text
    assert 'value="555 0142"' in answer.text


def test_change_something_leads_back_with_everything_kept(
    enrollment_app: Flask, enrollment_db: Database
) -> None:
    section_id, client = a_section(enrollment_db), enrollment_app.test_client()
    page = check(client, section_id, for_name="Sam Rivers").text
    back = client.post(f"/register/{section_id}", data=hidden(page) | {"step": "details"})
    assert back.status_code == 200
    assert 'value="Sam Rivers"' in back.text


def test_who_loses_the_race_meets_an_apology_with_the_line_and_other_dates(
    enrollment_app: Flask, enrollment_db: Database
) -> None:
    section_id, client = a_section(enrollment_db, seats=1), enrollment_app.test_client()
    other_id = a_section(enrollment_db, seats=5, title="Weekend")
    page = check(client, section_id).text
    registered(enrollment_db, section_id, "Faster")
    sorry = confirm(client, section_id, page)
    assert sorry.status_code == 409
    assert "a moment faster" in sorry.text
    assert "1st in line" in sorry.text
    assert str(other_id) in sorry.text
    waiting = confirm(client, section_id, sorry.text)
    assert "1st on the waitlist" in client.get(waiting.location).text


def test_a_full_section_says_which_place_in_line_one_would_have(
    enrollment_app: Flask, enrollment_db: Database
) -> None:
    section_id, client = a_section(enrollment_db, seats=1), enrollment_app.test_client()
    for name in ("Seated", "First", "Second"):
        registered(enrollment_db, section_id, name)
    assert "3rd in line" in client.get(f"/sections/{section_id}").text
    assert "3rd in line" in client.get(f"/register/{section_id}").text
    joined = confirm(client, section_id, check(client, section_id).text)
    assert "3rd on the waitlist" in client.get(joined.location).text


def test_what_was_typed_is_shown_and_never_run(enrollment_app: Flask, enrollment_db: Database) -> None:
    section_id = a_section(enrollment_db)
    page = check(enrollment_app.test_client(), section_id, name="<script>alert(1)</script>").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_a_link_shows_the_registration_and_a_code_cancels_it(
    enrollment_app: Flask, enrollment_db: Database, enrollment_work: Working
) -> None:
    section_id, client = a_section(enrollment_db), enrollment_app.test_client()
    registered(enrollment_db, section_id, "Effat")
    enrollment_work.drain()
    link = my_link(enrollment_work, "effat@example.com")
    page = client.get(link)
    assert "You have a seat" in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert client.post(f"{link}/code").location == f"{link}/cancel"
    enrollment_work.drain()
    code = re.search(r"code is (\d{6})", text_of(enrollment_work.letters("effat@example.com")[-1]))
    assert code
    assert client.post(f"{link}/cancel", data={"code": "12"}).status_code == 422
    assert client.post(f"{link}/cancel", data={"code": code[1]}).location == link
    assert "cancelled" in client.get(link).text
    assert seats_of(enrollment_db, section_id)[2] == 0


def test_five_wrong_codes_end_the_code(
    enrollment_app: Flask, enrollment_db: Database, enrollment_work: Working
) -> None:
    section_id, client = a_section(enrollment_db), enrollment_app.test_client()
    registered(enrollment_db, section_id, "Effat")
    enrollment_work.drain()
    link = my_link(enrollment_work, "effat@example.com")
    client.post(f"{link}/code")
    enrollment_work.drain()
    code = re.search(r"code is (\d{6})", text_of(enrollment_work.letters("effat@example.com")[-1]))
    assert code
    wrong = f"{(int(code[1]) + 1) % 1_000_000:06d}"
    for _ in range(5):
        assert client.post(f"{link}/cancel", data={"code": wrong}).status_code == 422
    assert client.post(f"{link}/cancel", data={"code": code[1]}).status_code == 422
    assert seats_of(enrollment_db, section_id)[2] == 1


def test_an_offer_is_a_page_with_a_button_and_its_deadline_in_words(
    enrollment_app: Flask, enrollment_db: Database, enrollment_work: Working
) -> None:
    section_id, client = a_section(enrollment_db, seats=1), enrollment_app.test_client()
    registered(enrollment_db, section_id, "Seated")
    registered(enrollment_db, section_id, "Waiting")
    enrollment_work.drain()
    seated = my_link(enrollment_work, "seated@example.com")
    client.get(seated)
    client.post(f"{seated}/code")
    enrollment_work.drain()
    code = re.search(r"code is (\d{6})", text_of(enrollment_work.letters("seated@example.com")[-1]))
    assert code
    client.post(f"{seated}/cancel", data={"code": code[1]})
    enrollment_work.drain()
    offer = text_of(enrollment_work.letters("waiting@example.com")[-1])
    assert "Central Time" in offer
    link = my_link(enrollment_work, "waiting@example.com")
    page = client.get(link).text
    assert re.search(r"We hold it until \w+, \w+ \d+ at \d+:\d\d [AP]M, Central Time", page)
    assert client.get(link).status_code == 200
    assert letters_to(enrollment_db, "waiting@example.com") == ["waitlisted", "offer"]
    client.post(f"{link}/offer", data={"answer": "accept"})
    assert "You have a seat" in client.get(link).text
    late = client.post(f"{link}/offer", data={"answer": "decline"})
    assert "no longer open" in client.get(late.location).text


def test_a_link_that_is_not_ours_shows_nothing(enrollment_app: Flask, enrollment_db: Database) -> None:
    assert enrollment_app.test_client().get("/my/" + "a" * 26).status_code == 404


def test_the_sample_school_has_its_four_programs_with_open_sections(
    enrollment_app: Flask, enrollment_db: Database, enrollment_settings: EnrollmentSettings
) -> None:
    for _ in range(2):
        seed(enrollment_settings, enrollment_db)
    client = enrollment_app.test_client()
    slugs = {program["slug"] for program in client.get("/api/enrollment/v1/programs").json["items"]}
    assert slugs == {"cna", "mat", "cma", "phlebotomy"}
    for slug in slugs:
        found = client.get(f"/api/enrollment/v1/sections?program={slug}&open=true").json["items"]
        assert len([section for section in found if section["seats_left"]]) >= 2
    all_sections = client.get("/api/enrollment/v1/sections").json["items"]
    small = {
        section["program"]: section["seats_left"] for section in all_sections if section["capacity"] == 4
    }
    assert small == {"mat": 4, "cna": 2, "cma": 3, "phlebotomy": 4}
    assert enrollment_db.run(text("SELECT count(*) FROM letter"))[0][0] == 0


def test_two_programs_stand_side_by_side_with_their_renewal_and_its_source(
    enrollment_app: Flask, enrollment_db: Database, enrollment_settings: EnrollmentSettings
) -> None:
    seed(enrollment_settings, enrollment_db)
    page = enrollment_app.test_client().get("/compare?programs=cma,mat").text
    assert "difference between CMA and MAT" in page
    assert "Renewed every year with a 6-hour course" in page
    assert "Valid for two years" not in page
    assert "Long-term care facilities" in page


def test_a_program_shows_the_rule_in_force_and_what_other_sources_say(
    enrollment_app: Flask, enrollment_db: Database, enrollment_settings: EnrollmentSettings
) -> None:
    seed(enrollment_settings, enrollment_db)
    page = enrollment_app.test_client().get("/programs/mat").text
    assert "OAC 340:100-3-38.10" in page
    assert "What other sources say" in page
    assert "/ask?program=mat" in page


def test_every_public_page_answers(
    enrollment_app: Flask, enrollment_db: Database, enrollment_settings: EnrollmentSettings
) -> None:
    seed(enrollment_settings, enrollment_db)
    client = enrollment_app.test_client()
    for path in ("/", "/programs", "/programs/cna", "/compare", "/robots.txt", "/sitemap.xml"):
        assert client.get(path).status_code == 200, path
    assert client.get("/favicon.ico").status_code == 302
    assert client.get("/programs/none").status_code == 404


def test_a_school_without_programs_says_so(enrollment_app: Flask, enrollment_db: Database) -> None:
    client = enrollment_app.test_client()
    assert "No program is published yet" in client.get("/programs").text
    assert "No class is open right now" in client.get("/").text


def my_link(work: Working, email: str) -> str:
    """The link of the newest letter to the address."""
    found = re.search(r"(/my/[a-z2-7]{26})", text_of(work.letters(email)[-1]))
    assert found
    return found[1]


def test_a_lost_link_is_mailed_and_everybody_hears_the_same(
    enrollment_app: Flask, enrollment_db: Database, enrollment_work: Working
) -> None:
    client = enrollment_app.test_client()
    both = [registered(enrollment_db, a_section(enrollment_db), "Effat").reference for _ in range(2)]
    enrollment_work.drain()
    known, unknown = (
        client.post("/my", data={"email": email}) for email in ("Effat@example.com", "nobody@example.com")
    )
    assert known.text.replace(known.headers["X-Request-ID"], "") == unknown.text.replace(
        unknown.headers["X-Request-ID"], ""
    )
    client.post("/my", data={"email": "effat@example.com"})
    enrollment_work.drain()
    assert letters_to(enrollment_db, "nobody@example.com") == []
    assert letters_to(enrollment_db, "effat@example.com").count("my_links") == 1
    words = text_of(enrollment_work.letters("effat@example.com")[-1])
    assert sorted(re.findall("R-[A-Z0-9]{6}", words)) == sorted(both)
    links = re.findall(r"/my/[a-z2-7]{26}", words)
    assert len(links) == 2
    assert {client.get(link).status_code for link in links} == {200}
    assert client.post("/my", data={"email": "nobody at home"}).status_code == 422


def test_a_class_that_is_not_open_says_so_and_shows_other_dates(
    enrollment_app: Flask, enrollment_db: Database
) -> None:
    early = a_section(enrollment_db, opens_at=utc_now() + timedelta(hours=2))
    other = a_section(enrollment_db, seats=3)
    page = enrollment_app.test_client().get(f"/register/{early}").text
    assert "not open" in page
    assert str(other) in page
    assert 'name="email"' not in page

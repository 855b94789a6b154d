"""A seat from the register page to the waitlist's offer."""

import json
import re
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Pair
from tests.journeys.maildir import a_letter, link_in

pytestmark = pytest.mark.journey

SEATED = "marker-seated-7701@example.com"
WAITING = "marker-waiting-7702@example.com"


def _get(url: str) -> Any:
    with urllib.request.urlopen(url) as response:
        return json.load(response)


def _register_by_api(pair: Pair, section_id: str, email: str) -> str:
    body = json.dumps({"section_id": section_id, "name": "Filler Marker", "email": email}).encode()
    request = urllib.request.Request(
        f"{pair.enrollment}/api/enrollment/v1/registrations", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as response:
        return str(json.load(response)["status"])


def _a_small_section(pair: Pair) -> dict[str, Any]:
    """The one of four seats. No other journey touches it: which section stands first depends on the day of the week."""
    sections = _get(f"{pair.enrollment}/api/enrollment/v1/sections?open=true")["items"]
    return next(section for section in sections if section["capacity"] == 4)


def _register_by_page(page: Page, pair: Pair, section_id: str, name: str, email: str, button: str) -> None:
    page.goto(f"{pair.enrollment}/register/{section_id}")
    page.get_by_label("Your name", exact=True).fill(name)
    page.get_by_label("Email").fill(email)
    page.get_by_role("button", name="Check your answers").click()
    page.get_by_role("button", name=button).click()
    page.wait_for_url(re.compile("/register/done/"))


def test_a_seat_is_taken_the_section_fills_and_a_freed_seat_is_offered_and_accepted(
    page: Page, pair: Pair
) -> None:
    section = _a_small_section(pair)
    mail = pair.var / "mail"
    _register_by_page(page, pair, section["id"], "Seated Marker", SEATED, "Take the seat")
    expect(page.locator("h1")).to_contain_text("You have a seat")
    mine = link_in(a_letter(mail, SEATED, "/my/"))

    left = _get(f"{pair.enrollment}/api/enrollment/v1/sections/{section['id']}")["seats_left"]
    assert {_register_by_api(pair, section["id"], f"marker-filler-{n}@example.com") for n in range(left)} == {
        "confirmed"
    }
    _register_by_page(page, pair, section["id"], "Waiting Marker", WAITING, "Join the waitlist")
    expect(page.locator("h1")).to_contain_text("waitlist")

    page.goto(mine)
    page.get_by_role("button", name="Send me the code").click()
    code = re.search(r"\b\d{6}\b", a_letter(mail, SEATED, "code"))
    assert code is not None
    page.get_by_label("Code").fill(code.group(0))
    page.get_by_role("button", name="Give up the seat").click()
    expect(page.locator("h1")).to_contain_text("cancelled")

    page.goto(link_in(a_letter(mail, WAITING, "seat has become free")))
    page.get_by_role("button", name="Yes, I take the seat").click()
    expect(page.locator("h1")).to_contain_text("You have a seat")
    after = _get(f"{pair.enrollment}/api/enrollment/v1/sections/{section['id']}")
    assert (after["seats_left"], after["waiting"]) == (0, 0)


def test_an_answer_to_a_confirmation_opens_an_inquiry_that_is_linked_to_it(page: Page, pair: Pair) -> None:
    email = "marker-linked-7703@example.com"
    sections = _get(f"{pair.enrollment}/api/enrollment/v1/sections?open=true")["items"]
    roomy = next(section for section in sections if section["seats_left"] > 5)
    _register_by_api(pair, roomy["id"], email)
    confirmation = a_letter(pair.var / "mail", email, "/my/")
    reference = re.search(r"R-[0-9A-Z]{6}", confirmation)
    assert reference is not None
    page.goto(f"{pair.inquiry}/mailbox?to={email}")
    page.locator("main a[href*='/mailbox/']").first.click()
    page.get_by_role("textbox").last.fill("Do I have to bring my own scrubs?")
    page.get_by_role("button", name=re.compile("Send|Answer")).last.click()
    director, _ = pair.password_of("director")
    notice = a_letter(pair.var / "mail", director, "bring my own scrubs")
    assert "Filler Marker asks" in notice

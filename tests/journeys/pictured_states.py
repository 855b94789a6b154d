"""What a page looks like when something was typed wrong, when it is done, when it is empty: walked through for the pictures."""

import json
import urllib.request
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tests.journeys.conftest import Pair
from tests.journeys.maildir import a_letter, link_in

Shoot = Callable[[str], None]


def ask(page: Page, pair: Pair, shoot: Shoot, who: str) -> None:
    """The form refused, and taken; the asker's own page, and what a wrong link says."""
    page.goto(f"{pair.inquiry}/ask")
    page.get_by_label("Your name").fill("Maximiliana Featherstonehaugh-Cholmondeley de la Fontaine y Ruiz")
    page.get_by_label("Email").fill("max@gmial")
    page.get_by_role("button", name="Send").click()
    shoot("ask-refused")
    page.get_by_label("Email").fill(who)
    page.get_by_label("Your question").fill(
        "Is there room in the evening class?\n\n" + "And one thing more. " * 40
    )
    page.get_by_role("button", name="Send").click()
    shoot("ask-thanks")
    page.goto(link_in(a_letter(pair.var / "mail", who, "/inquiries/")))
    shoot("asker-thread")
    page.goto(f"{pair.inquiry}/inquiries/find")
    page.get_by_label("Email").fill(who)
    page.get_by_role("button").last.click()
    shoot("find-sent")
    page.goto(f"{pair.inquiry}/inquiries/{'0' * 26}")
    shoot("asker-wrong-link")
    page.goto(f"{pair.inquiry}/reset/{'0' * 26}")
    shoot("reset-wrong-link")


def register(page: Page, pair: Pair, shoot: Shoot, who: str, turn: int) -> None:
    """The details refused, the check, the seat, the lost race, the line, one's own pages. `turn` chooses a small section."""
    sections = _get(f"{pair.enrollment}/api/enrollment/v1/sections?open=true&limit=100")["items"]
    small = [section for section in sections if section["capacity"] == 4][turn]
    here = f"{pair.enrollment}/register/{small['id']}"
    page.goto(here)
    page.get_by_role("button", name="Check your answers").click()
    shoot("register-refused")
    _type_details(page, who)
    shoot("register-check")
    page.get_by_role("button", name="Take the seat").click()
    shoot("register-done")
    page.goto(here)
    _type_details(page, f"late-{who}")
    for number in range(small["seats_left"]):
        _take_a_seat(pair, small["id"], f"filler-{number}-{who}")
    page.get_by_role("button", name="Take the seat").click()
    shoot("register-sorry")
    page.get_by_role("button", name="Join the waitlist").click()
    shoot("register-waitlisted")
    page.goto(here)
    shoot("register-full")
    page.goto(f"{pair.enrollment}/sections/{small['id']}")
    shoot("section-full")
    page.goto(link_in(a_letter(pair.var / "mail", who, "/my/")))
    shoot("my-registration")
    page.get_by_role("button", name="Send me the code").click()
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Give up the seat").click()
    shoot("my-wrong-code")
    page.goto(f"{pair.enrollment}/my")
    page.get_by_label("Email").fill("nobody")
    page.get_by_role("button", name="Send me my link").click()
    shoot("my-links-refused")


def staff_pages(page: Page, pair: Pair, shoot: Shoot) -> None:
    """Empty views, nothing found, an answer refused, a note's dialog, the undo, and forms of the account."""
    for view in ("mine", "held", "never_reached", "snoozed", "closed", "waiting"):
        page.goto(f"{pair.inquiry}/desk?view={view}")
        shoot(f"desk-{view}")
    page.goto(f"{pair.inquiry}/desk?q=nothingofthekind")
    shoot("desk-nothing-found")
    page.goto(f"{pair.inquiry}/desk?view=open")
    page.locator("[data-row]").first.click()
    page.wait_for_url("**/desk/inquiries/*")
    page.get_by_role("button", name="Send answer").click()
    shoot("thread-refused")
    page.locator("a[data-opens=note-dialog]").first.click()
    shoot("thread-note")
    page.keyboard.press("Escape")
    page.goto(f"{pair.inquiry}/account/second-factor")
    shoot("second-factor")
    page.get_by_label("Code").fill("123456")
    page.get_by_role("button").last.click()
    shoot("second-factor-refused")
    page.goto(f"{pair.inquiry}/desk/people")
    page.get_by_role("button", name="Invite").click()
    shoot("people-refused")


def office(page: Page, pair: Pair, shoot: Shoot) -> None:
    """A section's page when something was typed wrong."""
    page.goto(f"{pair.enrollment}/office/")
    page.locator("a[href*='/office/sections/']").first.click()
    page.get_by_label("Email").first.fill("nobody")
    page.get_by_role("button", name="Register").first.click()
    shoot("office-section-refused")


def _type_details(page: Page, email: str) -> None:
    page.get_by_label("Your name", exact=True).fill("Ana Pereira")
    page.get_by_label("Email").fill(email)
    page.get_by_role("button", name="Check your answers").click()


def _get(url: str) -> Any:
    with urllib.request.urlopen(url) as response:
        return json.load(response)


def _take_a_seat(pair: Pair, section_id: str, email: str) -> None:
    body = json.dumps({"section_id": section_id, "name": "Ben Filler", "email": email}).encode()
    address = f"{pair.enrollment}/api/enrollment/v1/registrations"
    with urllib.request.urlopen(urllib.request.Request(address, body, {"Content-Type": "application/json"})):
        pass

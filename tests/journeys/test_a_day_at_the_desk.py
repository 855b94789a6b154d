"""A director's day by the keyboard alone: nothing is clicked after the sign-in."""

import json
import re
import urllib.request
from collections.abc import Sequence

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Pair
from tests.journeys.maildir import a_letter, link_in
from tests.journeys.test_a_question import sign_in

pytestmark = pytest.mark.journey

# what every thread offers by key; Space takes the next one, Ctrl+K finds anything
KEYS = {"j", "k", "u", "r", "n", "a", "e", "h", "s", "1", "2", "l", "t", "m", "/", "Space", "Ctrl+Enter", "Ctrl+Shift+Enter", "Ctrl+K", "?"}  # fmt: skip
SHOWN_KEYS = """() => [...document.querySelectorAll("[data-key]")].filter((one) => one.checkVisibility() && !one.disabled).map((one) => ({
    key: one.dataset.key, form: one.dataset.key.endsWith("Enter") ? one.form?.action : "", said: one.getAttribute("aria-keyshortcuts"),
    name: (one.dataset.keyLabel ?? one.getAttribute("aria-label") ?? one.textContent).trim() }))"""


def _ask(
    pair: Pair, number: int, *, email: str | None = None, question: str | None = None
) -> tuple[str, str]:
    """A question through the API; its reference, and who asked."""
    address = email or f"marker-day-{number}@example.com"
    body = {
        "name": f"Daya {number} Marker",
        "email": address,
        "question": question or f"Is there an evening class, and what does it cost? ({number})",
        "program": "phlebotomy",
    }
    request = urllib.request.Request(
        f"{pair.inquiry}/api/inquiry/v1/inquiries",
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "Idempotency-Key": f"a-day-at-the-desk-{number}"},
    )
    with urllib.request.urlopen(request) as response:
        return json.load(response)["reference"], address


def _keys(page: Page, *names: str) -> None:
    for name in names:
        page.keyboard.press(name)


def _open(page: Page, reference: str) -> None:
    """By the search, and the first row of what it finds."""
    _keys(page, "Escape", "/")
    page.keyboard.type(reference)
    _keys(page, "Enter")
    page.wait_for_url(re.compile(r"/desk\?.*q="))
    _keys(page, "j", "Enter")
    page.wait_for_url(re.compile("/desk/inquiries/"))
    expect(page.locator(".thread-head")).to_contain_text(reference)


def _row_in_focus(page: Page) -> str:
    return str(page.evaluate("document.activeElement.getAttribute('href')?.split('?')[0] ?? ''"))


def test_a_day_at_the_desk_by_keyboard_alone(page: Page, pair: Pair) -> None:
    asked = [_ask(pair, number) for number in range(18)]
    twice = [_ask(pair, 30 + number, email="marker-day-twice@example.com") for number in range(2)]
    sign_in(page, pair, "director", f"{pair.inquiry}/desk?view=open")

    _keys(page, "j", "j")
    second = _row_in_focus(page)
    _keys(page, "k")
    assert _row_in_focus(page) not in ("", second)
    _keys(page, "Space")  # also while a row has the focus
    expect(page.locator(".thread-head")).to_contain_text("yours")

    reference, address = asked[0]
    _open(page, reference)
    _keys(page, "i")
    expect(page.locator(".thread-head")).to_contain_text("yours")
    _answer_undo_and_answer_again(page, pair, reference, address)
    _note_tag_snooze_assign_close(page, asked[1:])
    _merge(page, twice)

    _keys(page, "u")
    page.wait_for_url(re.compile(r"/desk\?"))
    _keys(page, "?")
    expect(page.locator("#keys-help")).to_be_visible()
    expect(page.locator("#keys-help")).to_contain_text("Take next")
    _keys(page, "Escape")
    expect(page.locator("#keys-help")).to_be_hidden()
    _find_by_typing(page)


def _answer_undo_and_answer_again(page: Page, pair: Pair, reference: str, address: str) -> None:
    expect(page.locator(".offer").first).to_be_visible()
    _keys(page, "s", "1")
    box = page.locator("#body")
    expect(box).to_have_value(re.compile("Good morning Daya"))
    _keys(page, "Escape", "l")
    expect(box).to_have_value(re.compile(r"Good morning Daya.*/register/\S+$", re.DOTALL))
    written = box.input_value()
    _keys(page, "Control+Enter")
    expect(page.locator("[data-toast]")).to_contain_text("goes out in")
    _keys(page, "z")
    expect(page.locator(".thread-head")).to_contain_text(reference)
    expect(box).to_have_value(written)
    expect(box).to_be_focused()
    _keys(page, "Control+Enter")
    expect(page.locator("[data-toast]")).to_contain_text("goes out in")
    assert "/register/" in a_letter(pair.var / "mail", address, "Good morning Daya")


def _note_tag_snooze_assign_close(page: Page, asked: Sequence[tuple[str, str]]) -> None:
    _open(page, asked[0][0])
    _keys(page, "n")
    page.keyboard.type("Asked by telephone, too.")
    _keys(page, "Control+Enter")
    expect(page.locator("#thread")).to_contain_text("Asked by telephone, too.")
    _keys(page, "t")
    page.keyboard.type("evening")
    _keys(page, "Enter")
    expect(page.locator("#tags")).to_contain_text("#evening")
    _keys(page, "h")
    expect(page.locator("#snooze select")).to_be_focused()
    _keys(page, "Control+Enter")
    expect(page.locator(".thread-head")).to_contain_text("put off")
    _open(page, asked[1][0])
    _keys(page, "a")
    expect(page.locator("#assign select")).to_be_focused()
    page.keyboard.type("Ben")
    chosen = page.locator("#assign select option:checked").inner_text()
    _keys(page, "Control+Enter")
    expect(page.locator(".thread-head")).to_contain_text(chosen)
    _open(page, asked[2][0])
    _keys(page, "e")
    expect(page.locator(".thread-head")).to_contain_text("closed")


def _merge(page: Page, twice: Sequence[tuple[str, str]]) -> None:
    _open(page, twice[0][0])
    _keys(page, "m")
    expect(page.locator("#merge input[name=reference]")).to_have_value(twice[1][0])
    _keys(page, "Enter")
    expect(page.locator("#thread")).to_contain_text(f"merged {twice[1][0]} into this thread")


def _find_by_typing(page: Page) -> None:
    _keys(page, "Control+k")
    palette = page.get_by_role("combobox", name="Find something to do")
    expect(palette).to_be_focused()
    page.keyboard.type("saved rep")
    expect(page.locator("#palette [role=option]")).to_have_count(1)
    expect(palette).to_have_attribute("aria-activedescendant", "palette-0")
    _keys(page, "Enter")
    page.wait_for_url(re.compile("/desk/saved-replies"))
    _keys(page, "Control+k")
    page.keyboard.type("nothing of the kind")
    expect(page.locator("[data-palette-count]")).to_have_text("Nothing on this page is called that.")
    _keys(page, "Escape")
    expect(page.locator("#palette")).to_be_hidden()


def test_what_comes_in_while_one_writes_is_shown_and_the_reply_kept(
    page: Page, browser: Browser, pair: Pair
) -> None:
    reference, address = _ask(pair, 40)
    sign_in(page, pair, "director", f"{pair.inquiry}/desk")
    _open(page, reference)
    elsewhere = browser.new_context()
    theirs, colleague = elsewhere.new_page(), browser.new_context().new_page()
    sign_in(colleague, pair, "staff", page.url)
    expect(colleague.locator("#readers")).to_contain_text("is reading this")
    _keys(page, "r")
    page.keyboard.type("Yes, on Tuesdays.")
    expect(page.locator("[data-saved]")).to_contain_text("Draft saved")
    colleague.reload()
    expect(colleague.locator("#readers")).to_contain_text("is writing an answer")
    theirs.goto(link_in(a_letter(pair.var / "mail", address, reference)))
    theirs.get_by_role("textbox").fill("And on Saturdays?")
    theirs.keyboard.press("Tab")
    theirs.keyboard.press("Enter")
    expect(theirs.locator("main")).to_contain_text("And on Saturdays?")
    _keys(page, "Control+Enter")
    expect(page.locator("#reply .banner").first).to_contain_text("Something new came in while you wrote")
    expect(page.locator("#reply .banner").first).to_contain_text("And on Saturdays?")
    expect(page.locator("#body")).to_have_value("Yes, on Tuesdays.")
    _keys(page, "r", "Control+End")
    page.keyboard.type(" And on Saturdays.")
    _keys(page, "Control+Enter")
    expect(page.locator("[data-toast]")).to_contain_text("goes out in")
    colleague.context.close()
    elsewhere.close()


def test_every_key_of_a_thread_has_its_control_and_single_keys_can_be_switched_off(
    page: Page, pair: Pair
) -> None:
    reference, _ = _ask(pair, 41)
    sign_in(page, pair, "director", f"{pair.inquiry}/desk")
    _open(page, reference)
    expect(page.locator(".offer").first).to_be_visible()
    shown = page.evaluate(SHOWN_KEYS)
    assert {one["key"] for one in shown} >= KEYS | {"i"}
    _keys(page, "?")
    page.keyboard.press("Tab")
    page.get_by_role("checkbox", name="Use single keys").focus()
    _keys(page, "Space", "Escape")
    _keys(page, "n")
    expect(page.locator("#note-dialog")).to_be_hidden()
    page.reload()
    _keys(page, "n")
    expect(page.locator("#note-dialog")).to_be_hidden()
    _keys(page, "Control+k")
    page.keyboard.type("note")
    _keys(page, "Enter")
    expect(page.locator("#note-dialog")).to_be_visible()

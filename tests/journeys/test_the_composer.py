"""A common answer in two keys, its link, and two tabs that do not overwrite each other; in a real browser."""

import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.journeys.conftest import Pair
from tests.journeys.maildir import a_letter
from tests.journeys.test_a_question import ask, open_in_desk, sign_in

pytestmark = pytest.mark.journey

ASKER = "marker-composer-7731@example.com"


def test_a_common_answer_with_a_registration_link_takes_two_keys(page: Page, pair: Pair) -> None:
    reference = ask(page, pair, email=ASKER, name="Effat Composer")
    sign_in(page, pair, "director", f"{pair.inquiry}/desk")
    open_in_desk(page, pair, reference)
    expect(page.locator(".offer").first).to_be_visible()
    page.keyboard.press("1")
    expect(page.locator("#body")).to_have_value(re.compile("Good morning Effat"))
    page.keyboard.press("Control+Enter")
    link = re.search(r"\S+/register/\S+", a_letter(pair.var / "mail", ASKER, "Good morning Effat"))
    assert link is not None
    assert "marker" not in link.group(0)
    page.goto(link.group(0))
    expect(page.get_by_label("Email")).to_have_value(ASKER)


@pytest.mark.parametrize(("width", "height"), [(768, 1024), (1280, 800), (360, 780)])
def test_whoever_writes_sees_the_whole_box_and_how_it_is_sent(
    page: Page, pair: Pair, width: int, height: int
) -> None:
    question = "Do you think it is easy to find work?\n" + "There is more to say.\n" * (height // 70)
    reference = ask(page, pair, email=f"marker-box-{width}@example.com", question=question)
    page.set_viewport_size({"width": width, "height": height})
    sign_in(page, pair, "director", f"{pair.inquiry}/desk")
    asked: list[Route] = []
    page.route("**/offers", lambda route: asked.append(route))
    with page.expect_request("**/offers"):
        open_in_desk(page, pair, reference)
    page.keyboard.press("r")
    expect(page.locator("#body")).to_be_focused()
    asked[0].continue_()
    expect(page.locator(".offer").first).to_be_visible()  # it came after the page, and pushed the box down
    for part in (page.locator("#body"), page.get_by_role("button", name="Send answer")):
        expect(part).to_be_in_viewport(ratio=1)  # of the pane that scrolls, too


def test_two_tabs_show_two_texts(page: Page, pair: Pair) -> None:
    reference = ask(page, pair, email="marker-tabs-7731@example.com")
    sign_in(page, pair, "director", f"{pair.inquiry}/desk")
    open_in_desk(page, pair, reference)
    other = page.context.new_page()
    other.goto(page.url)
    other.locator("#body").fill("The text of the other tab.")
    expect(other.locator("[data-saved]")).to_contain_text("Draft saved")
    page.locator("#body").fill("Quite another text of this tab.")
    expect(page.locator("[data-other]")).to_have_text("The text of the other tab.")
    expect(page.locator("#body")).to_have_value("Quite another text of this tab.")
    page.get_by_role("button", name="Keep mine").click()
    expect(page.locator("[data-saved]")).to_contain_text("Draft saved")
    other.close()


def test_what_was_typed_outlives_the_browser_and_the_session(browser: Browser, pair: Pair) -> None:
    first = browser.new_context()
    page = first.new_page()
    reference = ask(page, pair, email="marker-survives-7731@example.com")
    sign_in(page, pair, "director", f"{pair.inquiry}/desk")
    open_in_desk(page, pair, reference)
    page.locator("#body").fill("Most find work.")
    expect(page.locator("[data-saved]")).to_contain_text("Draft saved")
    first.close()  # the browser is gone, with its cookies

    second = browser.new_context()
    page = second.new_page()
    sign_in(page, pair, "director", f"{pair.inquiry}/desk")
    open_in_desk(page, pair, reference)
    expect(page.locator("#body")).to_have_value("Most find work.")
    second.clear_cookies(name="staff")
    page.locator("#body").fill("Most find work near here.")
    page.keyboard.press("Control+Enter")  # before the draft saves itself
    expect(page.locator("[data-saved]")).to_contain_text("you are signed out")
    expect(page.locator("#body")).to_have_value("Most find work near here.")

    other = second.new_page()
    sign_in(other, pair, "director", f"{pair.inquiry}/desk")
    page.keyboard.press("Control+Enter")
    assert "near here" in a_letter(pair.var / "mail", "marker-survives-7731@example.com", "Most find work")
    second.close()


def test_a_text_that_cannot_be_kept_stays_and_the_page_says_so(page: Page, pair: Pair) -> None:
    page.set_viewport_size({"width": 360, "height": 560})
    reference = ask(page, pair, email="marker-gone-7731@example.com")
    sign_in(page, pair, "director", f"{pair.inquiry}/desk")
    open_in_desk(page, pair, reference)
    nobodys = "/desk/inquiries/00000000-0000-7000-8000-000000000000/draft"  # as after an erasure
    page.locator("form[data-draft]").evaluate("(form, address) => { form.dataset.draft = address }", nobodys)
    page.locator("#body").fill("Most find work.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-saved]")).to_contain_text("does not take an answer now")
    expect(page.locator("[data-saved]")).to_be_in_viewport(ratio=1)
    expect(page.locator("#body")).to_have_value("Most find work.")


def test_a_send_waits_for_the_save_that_is_on_its_way(page: Page, pair: Pair) -> None:
    asker = "marker-late-7731@example.com"
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
            return
        held.append(route)
        answer = route.fetch()  # the server has kept the text; the page does not know it yet
        page.locator("#body").fill("Quite other words by then.")
        page.keyboard.press("Control+Enter")
        route.fulfill(response=answer)

    reference = ask(page, pair, email=asker)
    sign_in(page, pair, "director", f"{pair.inquiry}/desk")
    open_in_desk(page, pair, reference)
    page.route("**/draft", hold_the_first)
    page.locator("#body").fill("Most find work")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    assert "Quite other" in a_letter(pair.var / "mail", asker, "words by then")

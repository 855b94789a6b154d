"""Every page for everybody: no violation that axe knows, no sideways scrolling on a narrow window or with large text, no key without its control."""

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.journeys.conftest import Pair
from tests.journeys.pages import PUBLIC, STAFF
from tests.journeys.test_a_question import sign_in

pytestmark = pytest.mark.journey

WIDE, NARROW, REFLOWED = (1280, 860), (360, 780), (320, 780)
Scheme = Literal["light", "dark"]
IN_THE_DARK = ("styleguide", "ask", "desk", "thread", "desk-reports")
EVERYTHING = {"resultTypes": ["violations"]}
# what can differ where the same page is narrow
LAYOUT = {
    "resultTypes": ["violations"],
    "runOnly": [
        "color-contrast",
        "target-size",
        "scrollable-region-focusable",
        "label",
        "button-name",
        "link-name",
        "page-has-heading-one",
    ],
}
COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}
LOOK = """async (options) => (await axe.run(document, options)).violations.map((one) =>
    `${one.id}: ` + one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160) + (node.any[0]?.message ?? "")).join(" | "))"""
TOO_WIDE = """() => document.scrollingElement.scrollWidth <= innerWidth ? [] : [...document.body.querySelectorAll("*")].filter((one) =>
    one.getBoundingClientRect().right > innerWidth + 1 && one.checkVisibility()).slice(-3).map((one) => one.outerHTML.slice(0, 120))"""
SHOWN_KEYS = """() => [...document.querySelectorAll("[data-key]")].filter((one) => one.checkVisibility() && !one.disabled).map((one) => ({
    key: one.dataset.key + (one.dataset.key.endsWith("Enter") ? ` of ${one.form?.action}` : ""), said: one.getAttribute("aria-keyshortcuts"),
    name: (one.dataset.keyLabel ?? one.getAttribute("aria-label") ?? one.textContent).trim() }))"""
SAID_WITHOUT_KEY = (
    "() => [...document.querySelectorAll('[aria-keyshortcuts]:not([data-key])')].map((one) => one.outerHTML)"
)


def _found_at(page: Page, pair: Pair, selector: str, address: str) -> str:
    """Where the first such link of a page leads to."""
    page.goto(address.format(enrollment=pair.enrollment, inquiry=pair.inquiry))
    return str(page.locator(selector).first.evaluate("(link) => link.href"))


def _public(page: Page, pair: Pair) -> Iterator[tuple[str, str]]:
    yield from PUBLIC.items()
    section = _found_at(page, pair, "a[href*='/sections/']", PUBLIC["program"])
    yield "section", section
    yield "register", section.replace("/sections/", "/register/")


def _staff(page: Page, pair: Pair) -> Iterator[tuple[str, str]]:
    yield from STAFF.items()
    thread = _found_at(page, pair, "[data-row]", "{inquiry}/desk?q=phlebotomist")
    base = thread.split("?")[0]
    yield "thread", thread
    for form in ("note", "call", "snooze", "assign", "merge", "saved"):
        yield f"thread-{form}", f"{base}?do={form}"
    yield "history", f"{base}/history"
    yield "preview", f"{base}/preview"
    yield "versions", f"{base}/draft/versions"
    yield (
        "saved-reply",
        _found_at(page, pair, "main a[href*='/desk/saved-replies/']", STAFF["desk-saved-replies"]),
    )
    yield "office-section", _found_at(page, pair, "a[href*='/office/sections/']", STAFF["office"])


def _visit(page: Page, pair: Pair, address: str) -> None:
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto(address.format(enrollment=pair.enrollment, inquiry=pair.inquiry))


def _size(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


def _violations(page: Page, schemes: tuple[Scheme, ...], *, is_whole: bool = False) -> list[str]:
    """Of axe at both sizes; the short form looks once at everything, then at what another size and scheme can change."""
    page.evaluate(AXE_SCRIPT)
    found: list[str] = []
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        for size in (WIDE, NARROW):
            _size(page, size)
            again = COLOURS if scheme != schemes[0] else LAYOUT if size == NARROW else EVERYTHING
            options = EVERYTHING if is_whole else again
            found += [f"{scheme} {size[0]}: {one}" for one in page.evaluate(LOOK, options)]
    return found


def _reflow(page: Page) -> list[str]:
    """A window of 320 px, and text of twice its size on one of 640."""
    _size(page, REFLOWED)
    found = [f"too wide at 320: {one}" for one in page.evaluate(TOO_WIDE)]
    _size(page, (640, 780))
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    return found + [f"too wide with large text: {one}" for one in page.evaluate(TOO_WIDE)]


def _keys_apart(page: Page) -> list[str]:
    """Each key has one visible control with a name, which says the key; and none is only said."""
    shown = page.evaluate(SHOWN_KEYS)
    keys = [one["key"] for one in shown]
    found = [f"two controls with {key}" for key in {key for key in keys if keys.count(key) > 1}]
    found += [
        f"a key without a name or not said: {one}" for one in shown if not (one["name"] and one["said"])
    ]
    return found + [f"said, and no key: {one}" for one in page.evaluate(SAID_WITHOUT_KEY)]


def _all_of(page: Page, pair: Pair, pages: Iterator[tuple[str, str]], *, is_whole: bool) -> list[str]:
    """The short form looks at a few pages in the dark, which have every component."""
    found = []
    for name, address in list(pages):
        _visit(page, pair, address)
        schemes: tuple[Scheme, ...] = ("light", "dark") if is_whole or name in IN_THE_DARK else ("light",)
        keys = _keys_apart(page) if name != "styleguide" else []  # it shows the same button in all its states
        found += [
            f"{name}: {one}"
            for one in (*keys, *_violations(page, schemes, is_whole=is_whole), *_reflow(page))
        ]
    return found


@pytest.mark.parametrize("is_whole", [False, pytest.param(True, marks=pytest.mark.long)])
def test_no_public_page_shuts_anybody_out(page: Page, pair: Pair, is_whole: bool) -> None:
    found = _all_of(page, pair, _public(page, pair), is_whole=is_whole)
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("is_whole", [False, pytest.param(True, marks=pytest.mark.long)])
def test_no_page_of_the_staff_shuts_anybody_out(page: Page, pair: Pair, is_whole: bool) -> None:
    sign_in(page, pair, "director", f"{pair.inquiry}/desk")
    found = _all_of(page, pair, _staff(page, pair), is_whole=is_whole)
    assert found == [], "\n".join(found)


def test_the_check_sees_what_is_wrong(page: Page, pair: Pair) -> None:
    """The control: a page that is spoilt."""
    _visit(page, pair, PUBLIC["sign-in"])
    page.evaluate("""() => {
        document.querySelector("label").remove();
        const wide = document.createElement("p");
        wide.style.inlineSize = "700px";
        wide.innerHTML = "<button data-key='z'>pale words</button><button data-key='z'>more</button>";
        Object.assign(wide.firstChild.style, { color: "#999", background: "#aaa" });
        document.querySelector("main").append(wide);
    }""")
    found = "\n".join([*_keys_apart(page), *_violations(page, ("light",)), *_reflow(page)])
    for words in ("two controls with z", "label: ", "color-contrast: ", "too wide at 320"):
        assert words in found, found


def test_what_is_chosen_shows_without_our_colours_and_nothing_moves_for_who_asked(
    page: Page, pair: Pair
) -> None:
    sign_in(page, pair, "director", f"{pair.inquiry}/desk?view=open")
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/desk/inquiries/"))
    border = "(one) => [getComputedStyle(one).borderInlineStartColor, getComputedStyle(document.body).backgroundColor]"
    chosen, ground = page.locator("[data-row][aria-current]").evaluate(border)
    assert chosen != ground
    page.keyboard.press("j")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
    page.keyboard.press("?")
    assert page.evaluate("document.getAnimations().length") == 0

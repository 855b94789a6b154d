"""The form in a page of another site: put there by the script or a bare frame, and refused where nobody allowed it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect

from tests.journeys.conftest import Pair
from tests.journeys.maildir import a_letter
from tests.journeys.test_a_question import sign_in

pytestmark = pytest.mark.journey

QUESTION = "Is there an evening class for working parents?"
TALLER_THAN_BEFORE_PX = 40


@contextmanager
def a_website(pair: Pair) -> Iterator[str]:
    """A site of somebody's own: it goes by `localhost`, which to a browser is another site than 127.0.0.1. Yields its origin."""
    pages = {
        "/script": f'<script src="{pair.inquiry}/embed.js" data-program="phlebotomy" async></script>',
        "/frame": f'<iframe src="{pair.inquiry}/ask/embed?program=mat" title="Ask" width="600" height="900"></iframe>',
    }

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f"<!doctype html><title>Our school</title><h1>Two programs</h1>{pages.get(self.path, '')}"
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http://localhost:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def a_visitor(browser: Browser) -> Iterator[Page]:
    """A browser without our cookies, and with no script if it wants none."""
    context: BrowserContext = browser.new_context()
    try:
        yield context.new_page()
    finally:
        context.close()


def _allow(page: Page, pair: Pair, origin: str) -> None:
    sign_in(page, pair, "director", f"{pair.inquiry}/desk/website")
    page.get_by_label("Address of the site").fill(origin)
    page.get_by_role("button", name="Allow").click()
    expect(page.locator("main")).to_contain_text(origin)


def _ask_in(frame: FrameLocator, email: str, question: str = QUESTION) -> str:
    frame.get_by_label("Your name").fill("Framed Marker")
    frame.get_by_label("Email").fill(email)
    frame.get_by_label("Your question").fill(question)
    frame.get_by_role("button", name="Send question").click()
    expect(frame.locator("h1")).to_have_text("We have your question")
    reference = re.search(r"Q-[0-9A-Z]{6}", frame.locator("main").inner_text())
    assert reference is not None
    return reference.group(0)


def test_a_visitor_asks_in_a_frame_of_the_schools_own_site(page: Page, pair: Pair, browser: Browser) -> None:
    with a_website(pair) as site:
        _allow(page, pair, site)
        with a_visitor(browser) as visitor:
            visitor.goto(f"{site}/script")
            frame = visitor.frame_locator("iframe")
            expect(frame.get_by_label("Program")).to_have_value("phlebotomy")
            before = visitor.locator("iframe").bounding_box()
            frame.get_by_role("button", name="Send question").click()
            expect(frame.locator("[role=alert], .error-summary").first).to_be_visible()
            visitor.wait_for_function(
                f"document.querySelector('iframe').offsetHeight > {before['height'] if before else 0} + {TALLER_THAN_BEFORE_PX}"
            )
            reference = _ask_in(frame, "marker-framed-9901@example.com")
            assert visitor.context.cookies() == []
        a_letter(pair.var / "mail", "marker-framed-9901@example.com", reference)


def test_a_bare_frame_needs_neither_script_nor_cookie(page: Page, pair: Pair, browser: Browser) -> None:
    with a_website(pair) as site:
        _allow(page, pair, site)
        context = browser.new_context(java_script_enabled=False)
        try:
            visitor = context.new_page()
            visitor.goto(f"{site}/frame")
            reference = _ask_in(visitor.frame_locator("iframe"), "marker-bare-9902@example.com")
            assert context.cookies() == []
        finally:
            context.close()
        a_letter(pair.var / "mail", "marker-bare-9902@example.com", reference)


def test_a_site_that_nobody_allowed_shows_nothing(pair: Pair, browser: Browser) -> None:
    with a_website(pair) as site, a_visitor(browser) as visitor:
        refusals: list[str] = []
        visitor.on("console", lambda said: refusals.append(said.text))
        visitor.goto(f"{site}/frame")
        expect(visitor.locator("h1")).to_have_text("Two programs")
        assert visitor.frames[1].locator("form").count() == 0
        assert any("frame-ancestors" in said for said in refusals)

"""`make screenshots`: every page from the sample school at 360 and 1280 px, light and dark, and the README's two.

Run as `python -m tests.journeys.screenshots [FOLDER]`; without a folder only the README's two are made.
"""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.journeys import pictured_states
from tests.journeys.conftest import CHROMIUM, ROOT, Pair, free_port, ready_pair
from tests.journeys.pages import PUBLIC, STAFF

SIZES = {"360": (360, 780), "1280": (1280, 860)}


def main() -> None:
    """The pictures are made; the pair that was started for them is stopped."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    var = Path(tempfile.mkdtemp(prefix="frontdesk-screenshots-"))
    environment = os.environ | {
        "VAR_DIR": str(var),
        "ENROLLMENT_PORT": str(free_port()),
        "INQUIRY_PORT": str(free_port()),
        "LIMIT_PUBLIC_WRITES": "10000/minute",
    }
    process = subprocess.Popen([sys.executable, "-m", "deploy.embedded", "run"], cwd=ROOT, env=environment)
    try:
        pair = ready_pair(process, var)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--disable-dev-shm-usage", "--disable-background-networking"]
            )
            _for_readme(browser, pair)
            if folder is not None:
                _everything(browser, pair, folder)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _sign_in(page: Page, pair: Pair) -> None:
    email, password = pair.password_of("director")
    page.goto(f"{pair.inquiry}/sign-in")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/desk*")


def _first_thread(page: Page, pair: Pair) -> None:
    page.goto(f"{pair.inquiry}/desk?q=phlebotomist")
    page.locator("[data-row]").first.click()
    page.wait_for_url("**/desk/inquiries/*")


def _for_readme(browser: Browser, pair: Pair) -> None:
    target = ROOT / "docs" / "screenshots"
    target.mkdir(parents=True, exist_ok=True)
    page = browser.new_page(viewport={"width": 1440, "height": 860})
    _sign_in(page, pair)
    page.goto(f"{pair.inquiry}/desk?view=open")
    page.locator("[data-row]", has_text="Effat").first.click()
    page.wait_for_url("**/desk/inquiries/*")
    page.locator("#body").fill(
        "Good morning Effat,\n\nwe cannot guarantee placement, but most of our students find work during their externship."
    )
    page.screenshot(path=target / "desk.png")
    page = browser.new_page(viewport={"width": 480, "height": 1000})
    page.goto(f"{pair.inquiry}/ask?program=phlebotomy")
    page.screenshot(path=target / "ask.png", full_page=True)


def _everything(browser: Browser, pair: Pair, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for turn, (size, (width, height)) in enumerate(SIZES.items()):
        for scheme in ("light", "dark"):
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
            _shoot(page, pair, folder, PUBLIC, f"{size}-{scheme}")
            page.goto(f"{pair.enrollment}/programs/mat")
            page.locator("a[href*='/sections/']").first.click()
            page.screenshot(path=folder / f"section-{size}-{scheme}.png", full_page=True)
            page.goto(page.url.replace("/sections/", "/register/"))
            page.screenshot(path=folder / f"register-{size}-{scheme}.png", full_page=True)
            _sign_in(page, pair)
            _shoot(page, pair, folder, STAFF, f"{size}-{scheme}")
            _first_thread(page, pair)
            page.screenshot(path=folder / f"thread-{size}-{scheme}.png", full_page=size == "360")
            page.goto(f"{pair.enrollment}/office/")
            page.locator("a[href*='/office/sections/']").first.click()
            page.screenshot(path=folder / f"office-section-{size}-{scheme}.png", full_page=True)
            _states(page, pair, folder, f"{size}-{scheme}", 2 * turn + (scheme == "dark"))
            page.close()


def _states(page: Page, pair: Pair, folder: Path, suffix: str, turn: int) -> None:
    """What one meets on the way, beside the pages as they are at rest."""

    def shoot(name: str) -> None:
        page.wait_for_load_state()
        page.screenshot(path=folder / f"{name}-{suffix}.png", full_page=not name.startswith("thread"))

    pictured_states.office(page, pair, shoot)
    pictured_states.staff_pages(page, pair, shoot)
    pictured_states.ask(page, pair, shoot, f"pictured-{turn}@example.com")
    pictured_states.register(page, pair, shoot, f"seated-{turn}@example.com", turn)


def _shoot(page: Page, pair: Pair, folder: Path, pages: dict[str, str], suffix: str) -> None:
    for name, address in pages.items():
        page.goto(address.format(enrollment=pair.enrollment, inquiry=pair.inquiry))
        page.screenshot(path=folder / f"{name}-{suffix}.png", full_page=True)


if __name__ == "__main__":
    main()

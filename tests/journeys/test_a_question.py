"""From a visitor's question to the director's answered mail, and back."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Pair
from tests.journeys.maildir import a_letter, link_in, waited_for

pytestmark = pytest.mark.journey

ASKER = "marker-effat-5512@example.com"
QUESTION = "Do you think it is going to be easy to get a part time job as a phlebotomist?"


def sign_in(page: Page, pair: Pair, role: str, first: str) -> None:
    """The browser is signed in by way of the page it wanted to see."""
    email, password = pair.password_of(role)
    page.goto(first)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(re.escape(first)))


def ask(
    page: Page, pair: Pair, *, email: str = ASKER, name: str = "Effat Marker", question: str = QUESTION
) -> str:
    """A question is asked; returns its reference."""
    page.goto(f"{pair.inquiry}/ask?program=phlebotomy")
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Your question").fill(question)
    page.get_by_role("button", name="Send question").click()
    page.wait_for_url(re.compile("/ask/thanks/"))
    reference = re.search(r"Q-[0-9A-Z]{6}", page.inner_text("main"))
    assert reference is not None
    return reference.group(0)


def open_in_desk(page: Page, pair: Pair, reference: str) -> None:
    """The thread of that reference is open at the desk."""
    page.goto(f"{pair.inquiry}/desk?q={reference}")
    page.locator("[data-row]").first.click()
    expect(page.locator("#thread")).to_contain_text("Do you think")


def test_a_question_is_answered_undone_answered_again_and_followed_up(page: Page, pair: Pair) -> None:
    reference = ask(page, pair)
    acknowledgement = a_letter(pair.var / "mail", ASKER, reference)
    assert "Effat" not in acknowledgement
    sign_in(page, pair, "director", f"{pair.inquiry}/desk")
    open_in_desk(page, pair, reference)

    page.locator("#body").fill("Good morning Effat, this is too early.")
    page.get_by_role("button", name="Send answer").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#body")).to_have_value("Good morning Effat, this is too early.")

    page.locator("#body").fill(
        "Good morning Effat,\n\nmost of our students find work during their externship."
    )
    page.keyboard.press("Control+Enter")
    answer = a_letter(pair.var / "mail", ASKER, "find work during their externship")
    assert "> Do you think it is going to be easy" in answer
    assert "too early" not in answer

    page.goto(f"{pair.inquiry}/mailbox?to={ASKER}")
    page.get_by_role("link", name=re.compile("Your question")).first.click()
    page.get_by_role("textbox").last.fill("Thank you! And what does it cost?")
    page.get_by_role("button", name=re.compile("Send|Answer")).last.click()

    def reopened() -> bool:
        page.goto(f"{pair.inquiry}/desk?q={reference}")
        page.locator("[data-row]").first.click()
        return "what does it cost" in page.inner_text("#thread")

    waited_for("the follow-up in the thread", reopened)
    page.goto(f"{pair.inquiry}/desk?view=mine")
    expect(page.locator("#queue")).to_contain_text("Effat Marker")


def test_the_asker_reads_and_adds_by_the_link_of_the_letter(page: Page, pair: Pair) -> None:
    email = "marker-link-5513@example.com"
    reference = ask(page, pair, email=email)
    page.goto(link_in(a_letter(pair.var / "mail", email, reference)))
    expect(page.locator("main")).to_contain_text("part time job")
    page.get_by_role("textbox").fill("I forgot: I can only come in the evening.")
    page.get_by_role("button", name=re.compile("Send|Add")).click()
    expect(page.locator("main")).to_contain_text("only come in the evening")


def test_the_director_answers_the_notice_by_mail(page: Page, pair: Pair) -> None:
    email = "marker-bymail-5514@example.com"
    reference = ask(page, pair, email=email, name="Mail Marker")
    director, _ = pair.password_of("director")
    a_letter(pair.var / "mail", director, reference)
    page.goto(f"{pair.inquiry}/mailbox?to={director}")
    page.get_by_role("link", name=re.compile(reference)).first.click()
    page.get_by_role("textbox").last.fill("Yes, and we help you with the first application.")
    page.get_by_role("button", name=re.compile("Send|Answer")).last.click()
    a_letter(pair.var / "mail", email, "help you with the first application")


def test_one_sign_in_opens_both_services_and_forms_on_both_are_taken(page: Page, pair: Pair) -> None:
    reference = ask(page, pair, email="marker-both-5515@example.com", name="Both Marker")
    sign_in(page, pair, "director", f"{pair.inquiry}/desk")
    open_in_desk(page, pair, reference)
    page.keyboard.press("n")
    page.locator("dialog[open] textarea").fill("Evening class still has room.")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator("#thread")).to_contain_text("Evening class still has room.")
    page.goto(f"{pair.enrollment}/office/")
    page.locator("tr", has_text="CNA").get_by_role("link", name="Weekends").click()
    page.get_by_label("Number of seats").fill("25")
    page.get_by_role("button", name="Change the seats").click()
    expect(page.locator("main")).to_contain_text("25 seats")

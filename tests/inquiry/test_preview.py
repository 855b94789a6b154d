"""The letter as it will arrive."""

from tests.builders import EFFAT, an_inquiry
from tests.enrollment.builders import a_section, registered
from tests.inquiry.composing import Composing
from tests.inquiry.reading_pages import words_of
from tests.working import html_of, text_of

TYPED = "Good morning *Effat*,\n\nyou need:\n- an ID\n- a <pen>\n\nsee https://x.example/a."


def _without_links(letter: str) -> str:
    import re

    return re.sub(r"/inquiries/[a-z2-7]{26}", "/inquiries/…", letter)


def test_the_preview_is_the_letter_that_arrives(composing: Composing) -> None:
    inquiry_id = an_inquiry(composing.inquiry_db)
    shown = composing.do(inquiry_id, "draft", body=TYPED, then="preview")
    assert shown.location.startswith(f"/desk/inquiries/{inquiry_id}/preview")
    page = composing.client.get(shown.location)
    html = composing.client.get(f"/desk/inquiries/{inquiry_id}/preview/html")
    composing.do(inquiry_id, "replies", body=TYPED)
    composing.work.let_time_pass()
    letter = composing.work.letters(EFFAT)[-1]
    assert _without_links(html.text.strip()) == _without_links(html_of(letter).strip())
    assert str(letter["Subject"]) in words_of(page.text)
    assert text_of(letter).split("\n")[0] in page.text
    assert "<strong>Effat</strong>" in html_of(letter)
    assert "a &lt;pen&gt;" in html_of(letter)
    assert text_of(letter).startswith(TYPED)


def test_the_preview_runs_nothing_and_gives_nothing_away(composing: Composing) -> None:
    inquiry_id = an_inquiry(composing.inquiry_db)
    composing.do(inquiry_id, "draft", body="<script>alert(1)</script>")
    html = composing.client.get(f"/desk/inquiries/{inquiry_id}/preview/html")
    assert html.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert "<script>" not in html.text
    assert "sandbox title=" in composing.client.get(f"/desk/inquiries/{inquiry_id}/preview").text
    before = composing.row("SELECT count(*) AS n FROM public_link").n
    composing.client.get(f"/desk/inquiries/{inquiry_id}/preview/html")
    assert composing.row("SELECT count(*) AS n FROM public_link").n == before


def test_the_preview_says_that_the_answer_would_be_held(composing: Composing) -> None:
    section = a_section(composing.enrollment_db, seats=1)
    inquiry_id, saved = (
        an_inquiry(composing.inquiry_db, program="mat"),
        composing.saved("One seat on {next_start}."),
    )
    composing.do(inquiry_id, "insert", insert=f"saved:{saved}", body="")
    preview = f"/desk/inquiries/{inquiry_id}/preview"
    assert "would be held" not in composing.client.get(preview).text
    registered(composing.enrollment_db, section)
    assert "it would be held, because no seat is left" in words_of(composing.client.get(preview).text)


def test_without_a_draft_there_is_nothing_to_look_at(composing: Composing) -> None:
    inquiry_id = an_inquiry(composing.inquiry_db)
    assert composing.client.get(f"/desk/inquiries/{inquiry_id}/preview").status_code == 303
    assert composing.client.get(f"/desk/inquiries/{inquiry_id}/preview/html").status_code == 404

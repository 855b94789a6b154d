"""Files that go with an answer: in its draft, back by undo, in the letter, on the asker's page."""

import io
from pathlib import Path
from typing import Any

import pytest

from inquiry_service.domain.reply_files import MB, safe_name, type_of
from tests.builders import EFFAT, an_inquiry
from tests.inquiry.composing import Composing, box_of
from tests.inquiry.reading_pages import words_of

PDF = b"%PDF-1.7 not really"


def _chosen(name: str = "list.pdf", data: bytes = PDF) -> tuple[Any, str]:
    return io.BytesIO(data), name


def _files(composing: Composing) -> list[str]:
    from sqlalchemy import text

    return [row.name for row in composing.inquiry_db.run(text("SELECT name FROM reply_file ORDER BY number"))]


def test_a_file_goes_with_the_draft_and_the_typed_text_is_kept(composing: Composing) -> None:
    inquiry_id = an_inquiry(composing.inquiry_db)
    composing.do(inquiry_id, "draft/files", body="See the list.", files=[_chosen(), _chosen("b.txt")])
    page = composing.page(inquiry_id).text
    assert box_of(page) == "See the list."
    assert "list.pdf (1 KB) Take off b.txt (1 KB) Take off" in words_of(page)
    reply_id = composing.row("SELECT id FROM reply").id
    got = composing.client.get(f"/desk/inquiries/{inquiry_id}/replies/{reply_id}/files/1")
    assert (got.data, got.headers["Content-Disposition"]) == (PDF, "attachment; filename=list.pdf")
    assert "sandbox" in got.headers["Content-Security-Policy"]


def test_a_file_can_be_taken_off_before_sending(composing: Composing) -> None:
    inquiry_id = an_inquiry(composing.inquiry_db)
    composing.do(inquiry_id, "draft/files", body="See.", files=[_chosen(), _chosen("b.txt")])
    composing.do(inquiry_id, "draft/files/1/remove", body="See below.")
    assert _files(composing) == ["b.txt"]
    assert box_of(composing.page(inquiry_id).text) == "See below."


def test_the_letter_has_the_files_and_so_has_the_asker_s_page(composing: Composing) -> None:
    inquiry_id = an_inquiry(composing.inquiry_db)
    composing.do(inquiry_id, "draft/files", body="See the list.", files=[_chosen()])
    composing.do(inquiry_id, "replies", body="See the list.")
    composing.work.let_time_pass()
    letter = composing.work.letters(EFFAT)[-1]
    assert [
        (part.get_filename(), part.get_content_type(), part.get_payload(decode=True))
        for part in letter.iter_attachments()
    ] == [("list.pdf", "application/pdf", PDF)]
    link = next(word for word in letter.get_body(("plain",)).get_content().split() if "/inquiries/" in word)  # type: ignore[union-attr]
    path = "/" + link.split("/", 3)[3]
    page = composing.client.get(path)
    assert "list.pdf" in page.text
    reply_id = composing.row("SELECT id FROM reply").id
    got = composing.client.get(f"{path}/files/{reply_id}/1")
    assert (got.status_code, got.data) == (200, PDF)
    assert composing.client.get(f"/inquiries/{'a' * 26}/files/{reply_id}/1").status_code == 404


def test_undo_brings_the_exact_draft_back_with_its_files(composing: Composing) -> None:
    inquiry_id = an_inquiry(composing.inquiry_db)
    composing.do(inquiry_id, "replies", body="Two\n\n  spaces.", files=[_chosen(), _chosen("a.csv", b"1,2")])
    reply_id = composing.row("SELECT id FROM reply").id
    before = _files(composing)
    composing.do(inquiry_id, f"replies/{reply_id}/undo")
    page = composing.page(inquiry_id).text
    assert box_of(page) == "Two\n\n  spaces."
    assert before == _files(composing) == ["list.pdf", "a.csv"]
    assert "a.csv" in page
    composing.work.let_time_pass()
    assert len(composing.work.letters(EFFAT)) == 1  # the acknowledgement


@pytest.mark.parametrize(
    ("sizes_mb", "why"),
    [([10.1], "A file can have at most 10 MB."), ([9, 6.1], "All files of an answer together can have at most 15 MB.")],
)  # fmt: skip
def test_files_that_are_too_large_are_refused_and_the_text_is_kept(
    composing: Composing, sizes_mb: list[float], why: str
) -> None:
    inquiry_id = an_inquiry(composing.inquiry_db)
    files = [_chosen(f"{n}.bin", bytes(int(size * MB))) for n, size in enumerate(sizes_mb)]
    refused = composing.do(inquiry_id, "draft/files", body="See.", files=files)
    assert refused.status_code == 422
    assert why in words_of(refused.text)
    assert box_of(refused.text) == "See."
    assert _files(composing) == []


def test_more_than_that_is_not_even_read(composing: Composing) -> None:
    inquiry_id = an_inquiry(composing.inquiry_db)
    refused = composing.do(inquiry_id, "draft/files", body="See.", files=[_chosen("a.bin", bytes(16 * MB))])
    assert refused.status_code == 413


def test_other_pages_still_take_little(composing: Composing) -> None:
    inquiry_id = an_inquiry(composing.inquiry_db)
    refused = composing.do(inquiry_id, "notes", body="A note.", files=[_chosen("a.bin", bytes(MB))])
    assert refused.status_code == 413


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\files\\a b.pdf", "a b.pdf"),
        (".htaccess", "htaccess"),
        ("a\r\nX: y.txt", "a__X_ y.txt"),
        ("", "file"),
        ("ñandú (1).docx", "ñandú (1).docx"),
        (f"{'a' * 300}.pdf", f"{'a' * 97}.pdf"),
    ],
)
def test_a_name_is_safe(given: str, safe: str) -> None:
    assert safe_name(given) == safe


def test_a_file_is_called_what_its_name_says() -> None:
    assert type_of("a.pdf") == "application/pdf"
    assert type_of("a.eml") == type_of("a.tar.gz") == type_of("a") == "application/octet-stream"


def test_a_draft_s_file_is_for_its_author_alone(composing: Composing, tmp_path: Path) -> None:
    from tests.builders import a_person, sign_in

    inquiry_id = an_inquiry(composing.inquiry_db)
    composing.do(inquiry_id, "draft/files", body="See.", files=[_chosen()])
    reply_id = composing.row("SELECT id FROM reply").id
    other = composing.client.application.test_client()
    sign_in(
        other, composing.inquiry_db, a_person(composing.inquiry_db, "staff", email="sam@riverside.example")
    )
    assert other.get(f"/desk/inquiries/{inquiry_id}/replies/{reply_id}/files/1").status_code == 404

"""What bytes mean, whatever their program called them: the superset that is really written, a wrong name, a page's own word."""

import pytest

from inquiry_service.mail.charsets import decoded, named_in_page
from inquiry_service.mail.parse import parse

HEADERS = b"From: Ann <ann@example.com>\nSubject: Hello\n"


@pytest.mark.parametrize(
    ("text", "written_in", "named"),
    [
        ("Müller – “ja” zu 5 €", "cp1252", "iso-8859-1"),
        ("朱镕基，您好", "gbk", "gb2312"),
        ("髙橋です①", "cp932", "Shift_JIS"),
        ("똠방각하", "cp949", "ks_c_5601-1987"),
        ("สวัสดี", "cp874", "tis-620"),
        ("Привет", "koi8-r", "KOI8-R"),
        ("Grüße", "utf-7", "unicode-1-1-utf-7"),
        ("Grüße", "utf-16", "utf-16"),
        ("Grüße", "utf-8", "iso-8859-1"),
        ("Grüße", "utf-8", "us-ascii"),
        ("Grüße", "utf-8", "no-such-charset"),
        ("Grüße", "utf-8", ""),
        ("Grüße", "latin-1", "utf-8"),
        ("Grüße", "latin-1", ""),
        ("Grüße", "latin-1", "ansi_x3.110-1983"),
        ("Grüße", "latin-1", "hex"),
        ("Grüße", "latin-1", "'iso-8859-1'"),
    ],
)
def test_a_text_is_read_whatever_its_program_called_the_charset(
    text: str, written_in: str, named: str
) -> None:
    assert decoded(text.encode(written_in), named) == text


def test_japanese_letters_that_the_named_set_lacks_are_read() -> None:
    written = "こんにちは①".encode("iso2022_jp_2004").replace(b"\x1b$(Q", b"\x1b$B")
    assert decoded(written, "iso-2022-jp") == "こんにちは①"


def test_one_broken_letter_does_not_change_the_others() -> None:
    assert decoded("Grüße".encode() + b"\xff", "utf-8") == "Grüße\ufffd"


@pytest.mark.parametrize(
    "named", ["punycode", "unicode-escape", "unicode escape", "idna", "zip", "hex", "\0", "x" * 5000]
)
def test_what_is_no_charset_of_mails_is_not_used(named: str) -> None:
    assert decoded(b"a\\x41-", named) == "a\\x41-"


def test_a_page_may_name_its_charset_itself() -> None:
    assert named_in_page(b'<html><meta http-equiv="x" content="text/html; charset=koi8-r">') == "koi8-r"
    page = b'<html><head><meta charset="windows-1251"></head><body>' + "Привет".encode("cp1251")
    assert parse(HEADERS + b"Content-Type: text/html\n\n" + page).text == "Привет"


def test_a_page_made_to_be_slow_names_none() -> None:
    assert named_in_page(b"<meta " * 400) == named_in_page(b"<meta " + b"charset " * 300) == ""


def test_a_text_that_only_claims_to_be_base64_is_read() -> None:
    mail = HEADERS + b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n%s\n"
    assert parse(mail % b"May I come on Monday?").text == "May I come on Monday?"
    assert parse(mail % b"TWF5IEkgY29tZSBvbiBNb25k YXk/").text == "May I come on Monday?"


def test_a_transfer_encoding_may_have_a_remark() -> None:
    mail = (
        HEADERS
        + b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: Quoted-Printable (mailer)\n\nGr=C3=BC=C3=9Fe"
    )
    assert parse(mail).text == "Grüße"

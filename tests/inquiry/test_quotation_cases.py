"""Real replies that nobody here wrote, and the library that is widely used for them beside ours. `-s` shows the figures."""

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from mailparser_reply import EmailReplyParser
from mailparser_reply.constants import MAIL_LANGUAGES

from inquiry_service.mail.html_quotation import what_was_written_in_html
from inquiry_service.mail.parse import parse
from inquiry_service.mail.quotation import what_was_written

CASES = Path(__file__).parents[3] / "shared/cases"
LIBRARY = EmailReplyParser(languages=[language for language in MAIL_LANGUAGES if language != "david"])

needs_replies = pytest.mark.skipif(not (CASES / "reply").is_dir(), reason="shared/cases/reply is absent")
needs_pages = pytest.mark.skipif(
    not (CASES / "reply-html").is_dir(), reason="shared/cases/reply-html is absent"
)
needs_clients = pytest.mark.skipif(
    not (CASES / "reply-clients").is_dir(), reason="shared/cases/reply-clients is absent"
)


def _ours(text: str) -> str:
    return what_was_written(text).text


def _the_librarys(text: str) -> str:
    return LIBRARY.read(text).replies[0].body


def _lost_words(expected: str, got: str) -> int:
    """Words, not rules of dashes: those are nobody's."""
    wanted, there = (Counter(re.findall(r"\w+", text)) for text in (expected, got))
    return (wanted - there).total()


def _figures(read: Callable[[str], str]) -> dict[str, int]:
    cases = json.loads((CASES / "reply" / "cases.json").read_text())
    got = [(case["expected"], read(case["text"])) for case in cases]
    return {
        "of": len(got),
        "right": sum(expected.split() == text.split() for expected, text in got),
        "empty": sum(not text.strip() for _, text in got),
        "with lost words": sum(_lost_words(expected, text) > 0 for expected, text in got),
    }


@needs_replies
def test_plain_replies_are_read_right_and_no_word_is_lost() -> None:
    ours, the_librarys = _figures(_ours), _figures(_the_librarys)
    print(f"\nours: {ours}\nmail-parser-reply alone: {the_librarys}")
    assert ours["right"] >= 115
    assert ours["empty"] == 0
    assert ours["with lost words"] <= 2
    assert ours["right"] > the_librarys["right"]


@needs_clients
def test_mails_of_real_programs_are_read_right() -> None:
    """All of them say the same, but for those that have an answer of their own beside them."""
    said: dict[str, str] = {}
    for mail in sorted((CASES / "reply-clients").glob("*.eml")):
        answer = mail.with_name(f"{mail.stem}_reply_text")
        written = " ".join(parse(mail.read_bytes()).written.split())
        if answer.exists():
            assert written == " ".join(answer.read_text().split())
        else:
            said[mail.stem] = written
    assert len(said) >= 10
    assert len(set(said.values())) == 1, said
    assert len(next(iter(said.values())).split()) == 1


@needs_pages
def test_pages_of_real_programs_are_read_right() -> None:
    """One reply as nine programs write it; what stands above it in the others is short, and nothing quoted is in it."""
    written = {
        page.stem: what_was_written_in_html(page.read_text()) for page in (CASES / "reply-html").iterdir()
    }
    same = {
        " ".join(read.text.split()) for name, read in written.items() if not name.startswith("quotequail")
    }
    assert len(same) == 1
    assert len(next(iter(same)).split()) == 6
    for name, read in written.items():
        is_all_own = name.endswith(("unwrapped", "unwrapped_top")) or name in (
            "quotequail-mailru_forward",  # nothing stands above these two: they are shown whole
            "quotequail-thunderbird_forward",
        )
        assert read.text, name
        assert bool(read.quoted) != is_all_own, name
        if not is_all_own:
            assert re.search(r"(?i)wrote|from:|subject:|@", read.text) is None, name

"""Plain writing as HTML: what is marked, and that nothing else that is typed ever is markup."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.light_markup import formatted

_TAG = re.compile(r"<[^>]*>")
_ALLOWED = re.compile(r'</?(p|ul|li|strong|em|a)>|<(p|li) dir="auto">|<br>|<a href="https?://[^"<>\s]+">')


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("One\n\nTwo", '<p dir="auto">One</p>\n<p dir="auto">Two</p>'),
        ("One\nTwo", '<p dir="auto">One<br>Two</p>'),
        ("so *bold* it is", '<p dir="auto">so <strong>bold</strong> it is</p>'),
        ("*bold _and_ more*", '<p dir="auto"><strong>bold <em>and</em> more</strong></p>'),
        ("You need:\n- an ID\n- a *pen*", '<p dir="auto">You need:</p>\n<ul><li dir="auto">an ID</li><li dir="auto">a <strong>pen</strong></li></ul>'),
        ("a <script>", '<p dir="auto">a &lt;script&gt;</p>'),
        ("see https://x.example/a?b=1&c=2.", '<p dir="auto">see <a href="https://x.example/a?b=1&amp;c=2">https://x.example/a?b=1&amp;c=2</a>.</p>'),
        ("(https://x.example/a_(b))", '<p dir="auto">(<a href="https://x.example/a_(b)">https://x.example/a_(b)</a>)</p>'),
        ("", ""),
    ],
)  # fmt: skip
def test_a_text_is_marked_as_it_was_meant(typed: str, html: str) -> None:
    assert formatted(typed) == html


@pytest.mark.parametrize(
    "typed",
    [
        "2 * 3 * 4",
        "snake_case_name",
        "a*b*c",
        "* not a mark",
        "_",
        "**",
        "javascript:alert(1)",
        "https://.",
        "https://_",
    ],
)
def test_what_only_looks_like_a_mark_stays_as_it_is(typed: str) -> None:
    assert formatted(typed) == f'<p dir="auto">{typed}</p>'


def test_an_address_keeps_its_underscores() -> None:
    assert 'href="http://x.example/_a_/*b*/c"' in formatted("http://x.example/_a_/*b*/c")


_PIECES = [*"ab<>&\"'`*_- \n()/:.", "https://", "javascript:", "<script>", "onerror="]
_NASTY = st.lists(st.sampled_from(_PIECES), max_size=60).map("".join)


@given(st.one_of(_NASTY, st.text(max_size=300)))
def test_no_markup_but_ours_comes_out_of_any_text(typed: str) -> None:
    html = formatted(typed)
    assert [tag for tag in _TAG.findall(html) if not _ALLOWED.fullmatch(tag)] == []
    assert "<" not in _TAG.sub("", html)
    assert html.count("<strong>") == html.count("</strong>")
    assert html.count("<em>") == html.count("</em>")


@given(st.one_of(_NASTY, st.text(max_size=300)))
def test_no_word_is_lost(typed: str) -> None:
    kept = re.sub(r"[\s*_-]", "", unescape(_TAG.sub("", formatted(typed))))
    assert kept == re.sub(r"[\s*_-]", "", typed)


def test_a_long_text_of_marks_takes_no_time() -> None:
    for typed in ("*a" * 10_000, "_" * 20_000, "https://" + ")" * 20_000, "*_" * 10_000, "- " * 10_000):
        assert formatted(typed)

"""What holds for every mail: never empty, nothing invented, no word of the writer's lost, and work that grows as the mail does."""

import sys
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inquiry_service.mail.html_quotation import what_was_written_in_html
from inquiry_service.mail.quotation import MARKER, what_was_written
from tests.inquiry.attributions import ABOVE_UNMARKED, ATTRIBUTIONS, HEADER_BLOCKS, SEPARATORS, TELEPHONES

WORDS = """hello thanks we could come on Friday at nine or ten is the course easy ja gern und ich möchte wissen wann es beginnt merci beaucoup
    je voudrais savoir combien coûte le cours quiero preguntar por el precio obrigado pela resposta quanto costa il corso bedankt voor het antwoord
    dziękuję za odpowiedź спасибо за ответ сколько стоит курс tak for svaret takk 2026 40 9:30 $900 (555) it's e-mail from to subject date
    original message wrote sent - * + yes no""".split()  # noqa: SIM905
ENDS = [".", "?", "!", ",", "", ""]

a_word = st.sampled_from(WORDS)
a_sentence = st.builds(
    lambda words, end: " ".join(words) + end, st.lists(a_word, min_size=1, max_size=12), st.sampled_from(ENDS)
)
# A greeting and a last word without white: so that no line of dashes or telephones comes about by chance
a_text = st.builds(
    lambda lines: "\n".join(["Hello,", *lines, "Best, Effat"]),
    st.lists(st.one_of(a_sentence, st.just("")), min_size=0, max_size=8),
)
a_quotation = st.lists(st.one_of(a_sentence, st.just("")), min_size=1, max_size=8).filter(any)
PIECES = [
    *ATTRIBUTIONS.values(), *HEADER_BLOCKS.values(), *SEPARATORS, *TELEPHONES,
    "> ", ">> ", "-- ", "--", "__", "\n", "\n\n", "\r\n", "\t", "\u200e", "\xa0", f"-- {MARKER} --", f"> {MARKER}", "From:", "<", ">", "@", "::", "(http://a",
]  # fmt: skip
anything = st.lists(st.one_of(st.sampled_from(PIECES), a_sentence, st.text(max_size=8)), max_size=14).map(
    "\n".join
)
anything_close = st.lists(
    st.one_of(st.sampled_from(PIECES), a_sentence, st.text(max_size=8)), max_size=14
).map("".join)


def _marked(lines: list[str]) -> str:
    return "\n".join(f"> {line}".rstrip() for line in lines)


def _is_in_order(words: list[str], of: list[str]) -> bool:
    """Every word is there, in the same order."""
    rest = iter(of)
    return all(word in rest for word in words)


@given(st.one_of(anything, anything_close))
@settings(deadline=None, max_examples=400)
def test_nothing_is_empty_and_nothing_is_invented(text: str) -> None:
    written = what_was_written(text)
    assert bool(written.text.strip()) == bool(text.strip())
    given_words = "".join(text.split())
    assert _is_in_order(list("".join(written.text.split())), list(given_words))
    assert _is_in_order(list("".join(written.quoted.split())), list(given_words))
    if not written.has_quotation:
        assert not written.is_certain


@given(st.one_of(anything, anything_close))
@settings(deadline=None, max_examples=200)
def test_a_page_is_never_empty_either(text: str) -> None:
    for page in (text, f"<div>{text}</div>", f'<p>Yes.</p><blockquote type="cite">{text}</blockquote>'):
        written = what_was_written_in_html(page)
        assert bool(written.text) or not written.quoted
    assert "Yes." in what_was_written_in_html(f"<p>Yes.</p><div class='gmail_quote'>{text}</div>").text


@given(a_text)
@settings(deadline=None, max_examples=300)
def test_a_text_without_any_sign_of_a_quotation_comes_out_whole(text: str) -> None:
    written = what_was_written(text)
    assert written.text.split() == text.split()
    assert (written.quoted, written.is_certain) == ("", False)


@given(a_text, st.sampled_from(sorted(ATTRIBUTIONS)), a_quotation)
@settings(deadline=None, max_examples=400)
def test_no_word_above_or_below_a_marked_quotation_is_lost(own: str, name: str, quoted: list[str]) -> None:
    marked = f"{ATTRIBUTIONS[name]}\n{_marked(quoted)}"
    assert what_was_written(f"{own}\n\n{marked}\n").text.split() == own.split()
    assert what_was_written(f"{marked}\n\n{own}\n").text.split() == own.split()


@given(
    a_text,
    st.sampled_from(sorted(ATTRIBUTIONS)),
    st.lists(st.tuples(a_quotation, a_sentence), min_size=1, max_size=4),
)
@settings(deadline=None, max_examples=300)
def test_no_answer_between_marked_lines_is_lost(
    own: str, name: str, answers: list[tuple[list[str], str]]
) -> None:
    between = "\n\n".join(f"{_marked(quoted)}\n\n{answer}" for quoted, answer in answers)
    written = what_was_written(f"{own}\n\n{ATTRIBUTIONS[name]}\n{between}\n\nThat is all.")
    expected = [
        *own.split(),
        *(word for _, answer in answers for word in answer.split()),
        "That",
        "is",
        "all.",
    ]
    assert _is_in_order(expected, written.text.split())


@given(a_text, st.sampled_from(sorted(HEADER_BLOCKS)), st.sampled_from(SEPARATORS), a_quotation)
@settings(deadline=None, max_examples=300)
def test_no_word_above_a_quotation_without_signs_is_lost(
    own: str, name: str, separator: str, quoted: list[str]
) -> None:
    body = "\n".join(quoted)
    text = f"{own}\n\n{separator}\n{HEADER_BLOCKS[name]}\n\n{body}\n"
    assert what_was_written(text).text.split() in (own.split(), text.split())


@given(a_text, st.sampled_from(ABOVE_UNMARKED), a_quotation)
@settings(deadline=None, max_examples=300)
def test_no_word_above_an_attribution_without_signs_below_is_lost(
    own: str, name: str, quoted: list[str]
) -> None:
    body = "\n".join(quoted)
    text = f"{own}\n\n{ATTRIBUTIONS[name]}\n\n{body}\n"
    assert _is_in_order(own.split(), what_was_written(text).text.split())


PIECES_OF_A_HOSTILE_MAIL = [
    "From: x\n", "From: a@b.example\nSent: 10:00\n", "To: \n\n", "Date: 10:00\nFrom: x\nTo: y\nSubject: z\nx\n", "> From: a@b.example\n> Date: 10:00\n",
    "On 10:00 2026-11-23 <a@b.example> \n", "On 1.1.2026 10:00 a@b.example wrote:\n\n", "On Mon, 1 " * 40 + "wrote:\n",
    "On 2026 12 <a@b.example> " * 20 + "\n",
    "> a\nb\n", "x\n> q\n", ">" * 50 + "\n", "> > > ", "--\n", "--\na\n", "________\n",
    "Sent from my iPhone\n", "-----Original Message-----\n", 
    "forwarded\n",
    "<", "a@b ", "1:00 ", "wrote: ", "\n", "\u200b", f"> {MARKER}\n", f"{MARKER}\n", "> (http://a\nx)\n", "see below\n",
]  # fmt: skip
PIECES_OF_A_HOSTILE_PAGE = [
    "<div class=gmail_quote>", "<div class=gmail_quote>a</div>", "<div class=gmail_quote>a<blockquote type=cite>b</blockquote>", "<blockquote>a",
    "<div id=divRplyFwdMsg>From: a<br>", "<pre>\n\n", "<p style='" + "a:b;" * 200 + "'>x</p>", "</div>", "<a@b.example>", "<b>x<i>",
]  # fmt: skip


def _steps(read: Callable[[str], object], text: str) -> int:
    """How many lines of our own code run: what a clock would say on a machine that nobody shares."""
    count = 0

    def on_line(frame: FrameType, event: str, _: object) -> object:
        nonlocal count
        count += event == "line"
        return on_line if "/inquiry_service/mail/" in frame.f_code.co_filename else None

    before = sys.gettrace()
    sys.settrace(on_line)
    try:
        read(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(
    ("read", "piece"),
    [
        *((what_was_written, piece) for piece in PIECES_OF_A_HOSTILE_MAIL),
        *((what_was_written_in_html, piece) for piece in PIECES_OF_A_HOSTILE_PAGE),
    ],
    ids=lambda value: repr(value[:24]) if isinstance(value, str) else value.__name__,
)
def test_the_work_grows_no_faster_than_the_mail(read: Callable[[str], object], piece: str) -> None:
    short, long = ("Hi\n" + piece * (size // len(piece)) for size in (10_000, 40_000))
    assert _steps(read, long) <= 5 * _steps(read, short) + 5_000


@pytest.mark.parametrize(
    "piece",
    [
        *PIECES_OF_A_HOSTILE_MAIL,
        "On " * 30,
        "a" * 499 + "\n",
        "Am 1 10:00 " * 40 + ":\n",
        "- x -" * 19 + "\n",
    ],
)
def test_a_hostile_mail_of_200_000_characters_is_read(piece: str) -> None:
    text = "Hi\n" + piece * (200_000 // len(piece))
    assert what_was_written(text).text.startswith("Hi") or MARKER in text

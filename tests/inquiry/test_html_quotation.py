"""HTML mails: what their programs mark as quoted, and what a person wrote above, below and between."""

import pytest

from inquiry_service.mail.html_quotation import is_page, what_was_written_in_html
from inquiry_service.mail.html_text import text_of_html
from inquiry_service.mail.quotation import MARKER
from tests.inquiry.attributions import ATTRIBUTIONS, HEADER_BLOCKS

OWN = "<div>Yes, on Friday.</div><div>Ann</div>"
WORDS = ["Yes,", "on", "Friday.", "Ann"]
GMAIL = '<div class="gmail_attr">On Mon, Nov 23, 2026 at 10:00 AM Bob &lt;<a href="mailto:b@example.com">b@example.com</a>&gt; wrote:<br></div>'
OUTLOOK = "<b>From:</b> Bob &lt;b@example.com&gt;<br><b>Sent:</b> Monday, November 23, 2026 10:00 AM<br><b>To:</b> Ann<br><b>Subject:</b> A question"

PROGRAMS = {
    "Gmail": f'<div dir="ltr">{OWN}</div><br><div class="gmail_quote">{GMAIL}'
        f'<blockquote class="gmail_quote" style="border-left:1px solid">quoted</blockquote></div>',
    "Gmail, its signature below": f'{OWN}<div class="gmail_quote">{GMAIL}<blockquote class="gmail_quote">quoted</blockquote></div>'
    '-- <br><div class="gmail_signature">Ann Example, Director</div>',
    "Gmail, a language nobody knows": f'{OWN}<div class="gmail_quote"><div>nIteb 23 2026 Bob ghItlh</div>'
        f'<blockquote class="gmail_quote">quoted</blockquote></div>',
    "Gmail, forwarded": f'{OWN}<div class="gmail_quote">---------- Forwarded message ----------<br>From: Bob<br>quoted<blockquote>older'
        f'</blockquote>more</div>',
    "Apple Mail": f'{OWN}<br><div><blockquote type="cite"><div>On Nov 23, 2026, at 10:00, Bob &lt;b@example.com&gt; wrote:</div><br>'
        f'<div>quoted</div></blockquote></div>',
    "iPhone": f'{OWN}<div dir="ltr"><br>On Nov 23, 2026, at 10:00, Bob <b@example.com> wrote:<br><br></div><blockquote type="cite">quoted'
        f'</blockquote>',
    "Thunderbird": f'{OWN}<div class="moz-cite-prefix">Bob heeft op 23-11 dit gezegd</div><blockquote type="cite" cite="mid:x@y">quoted</blockquote>'
    '<pre class="moz-signature" cols="72">-- \nAnn Example\nDirector</pre>',
    "Outlook": f'<p class="MsoNormal">Yes, on Friday.</p><p>Ann</p>'
        f'<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p>{OUTLOOK}</p></div><p>quoted</p>',
    "Outlook, a language nobody knows": f'{OWN}<div style=\'border:none;border-top:solid #B5C4DF 1.0pt\'><p><b>vo\':</b> Bob<br><b>poH:'
        f'</b> 23</p></div><p>quoted</p>',
    "Outlook on the web": f'{OWN}<div id="appendonsend"></div><hr style="display:inline-block" tabindex="-1">'
        f'<div id="divRplyFwdMsg" dir="ltr"><font>{OUTLOOK}</font></div><div>quoted</div>',
    "Outlook for Mac": f'{OWN}<span id="OLK_SRC_BODY_SECTION"><div>{OUTLOOK}</div><div>quoted</div></span>',
    "Outlook on a telephone": f'{OWN}<div id="ms-outlook-mobile-signature">Get <a href="https://aka.ms/x">Outlook for iOS</a></div>'
    f'<hr><div id="divRplyFwdMsg">{OUTLOOK}</div>quoted',
    "Yahoo": f'{OWN}<div id="ydp1yahoo_quoted_1" class="ydp1yahoo_quoted"><div>On Monday, November 23, 2026 at 10:00:00 AM EST, Bob '
        f'<b@example.com> wrote:</div><div>quoted</div></div>',
    "Proton": f'{OWN}<div class="protonmail_signature_block">Sent with Proton Mail.</div>'
        f'<div class="protonmail_quote">On Monday, Bob wrote:<br><blockquote class="protonmail_quote" type="cite">quoted</blockquote></div>',
    "Zoho": f'{OWN}<div class="zmail_extra">---- On Mon, 23 Nov 2026 10:00:00 +0100 Bob wrote ----<blockquote class="zmail_extra">quoted'
        f'</blockquote></div>',
    "Roundcube": f'{OWN}<p id="reply-intro">Bob pis 23.11.2026</p><blockquote type="cite">quoted</blockquote>',
    "GMX": f'{OWN}<div name="quote" style="border-left:2px solid #C3D9E5"><div><b>Gesendet:</b> Montag<br><b>Von:</b> Bob</div>'
        f'<div name="quoted-content">quoted</div></div>',
    "mail.ru": f'{OWN}<br>Понедельник, 23 ноября 2026, 10:00 +03:00 от Bob &lt;b@example.com&gt;:<br>'
        f'<blockquote style="border-left:1px solid #0857A6;">quoted</blockquote>',
    "Yandex": f'{OWN}<div>23.11.2026, 10:00, "Bob" &lt;b@example.com&gt;:</div><blockquote><p>quoted</p></blockquote>',
    "Zimbra": f'{OWN}<hr id="zwchr"><b>From: </b>Bob<br>quoted',
    "Hotmail": f'{OWN}<hr id="stopSpelling">Date: Mon, 23 Nov 2026 10:00:00 +0000<br>From: b@example.com<br>To: a@example.com<br>quoted',
    "Hotmail, signs in the page": f"{OWN}&gt; Subject: x<br>&gt; From: b@example.com<br>&gt; Date: Mon, 23 Nov 2026 10:00:00<br>&gt; quoted",
    "Tutanota": f'{OWN}<br>23 Nov 2026, 10:00 by b@example.com:<br><blockquote class="tutanota_quote">quoted</blockquote>',
}  # fmt: skip


@pytest.mark.parametrize("page", PROGRAMS.values(), ids=PROGRAMS)
def test_what_a_program_marks_as_quoted_is_left_out(page: str) -> None:
    for html in (page, f"<html><head><style>p {{}}</style></head><body>{page}</body></html>"):
        written = what_was_written_in_html(html)
        assert written.text.split() == WORDS
        assert "quoted" in written.quoted
        assert written.has_quotation


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS)
def test_an_attribution_above_a_block_quote_is_left_out(attribution: str) -> None:
    escaped = attribution.replace("<", "&lt;").replace(">", "&gt;").replace("\n", " ")
    assert (
        what_was_written_in_html(f"{OWN}<p>{escaped}</p><blockquote>quoted</blockquote>").text.split()
        == WORDS
    )


@pytest.mark.parametrize("block", HEADER_BLOCKS.values(), ids=HEADER_BLOCKS)
def test_a_block_of_headers_below_a_rule_begins_the_quotation(block: str) -> None:
    escaped = block.replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>")
    assert what_was_written_in_html(f"{OWN}<hr><p>{escaped}</p><p>quoted</p>").text.split() == WORDS


@pytest.mark.parametrize(
    "page",
    [
        f'<div class="gmail_quote">{GMAIL}<blockquote class="gmail_quote">Easy?</blockquote><div>Yes.</div>'
        '<blockquote class="gmail_quote">Where?</blockquote><div>Here.</div></div>',
        '<div class="moz-cite-prefix">On 23.11.2026 10:00, Bob wrote:</div><blockquote type="cite">Easy?</blockquote><p>Yes.</p>'
        '<blockquote type="cite">Where?</blockquote><p>Here.</p>',
        '<blockquote type="cite">On Nov 23, 2026, at 10:00, Bob wrote:<br>Easy?</blockquote>Yes.<br><blockquote type="cite">Where?</blockquote>Here.',
        "<p>23.11.2026, 10:00, Bob &lt;b@example.com&gt;:</p><blockquote>Easy?</blockquote>Yes.<blockquote>Where?</blockquote>Here.",
        '<div class="yahoo_quoted">On Monday, Bob wrote: Easy?</div><div>Yes.</div><div>Here.</div>',
    ],
    ids=["Gmail", "Thunderbird", "Apple Mail", "Yandex", "Yahoo, below"],
)
def test_answers_between_and_below_block_quotes_are_the_writers(page: str) -> None:
    assert what_was_written_in_html(page).text.split() == ["Yes.", "Here."]


@pytest.mark.parametrize(
    "page",
    [
        "<p>The board says:</p><blockquote>40 hours</blockquote><p>which is a week.</p>",
        '<div>Two points:</div><blockquote style="margin:0 0 0 40px;border:none;padding:0px"><div>one</div></blockquote>',
        '<div>Yes.</div><blockquote class="gmail_quote" style="border-left:1px solid">To be or not to be</blockquote>',
        "<p>Subject: nothing</p><table><tr><th>Date:</th><td>Monday</td></tr></table>",
        "<p>Ann &lt;ann@example.com&gt; and <bob@example.com> will come.</p>",
        '<div class="gmail_signature">Only a signature</div>',
    ],
    ids=["a citation", "indented", "a citation by button", "a table", "addresses", "a signature alone"],
)
def test_a_page_that_quotes_no_mail_comes_out_whole(page: str) -> None:
    written = what_was_written_in_html(page)
    assert [word for word in written.text.split() if word != ">"] == [
        word for word in text_of_html(page).split() if word != ">"
    ]


@pytest.mark.parametrize(
    "own",
    [
        ["My mail: ann@example.com", "My phone: 06 12 34 56 78", "Regards,", "Ann"],
        ["Date: Monday", "Time: 10:00", "Is that ok?"],
        ["On 3 May 2026 at 10:00 we come:", "Ann and Bob"],
        ["Ja"],
    ],
    ids=["addresses", "like headers", "like an attribution", "short"],
)
@pytest.mark.parametrize("page", PROGRAMS.values(), ids=PROGRAMS)
def test_last_lines_close_above_a_quotation_stay_the_writers(page: str, own: list[str]) -> None:
    lines = "".join(f"<div>{line}</div>" for line in own)
    for before in (OWN, '<p class="MsoNormal">Yes, on Friday.</p><p>Ann</p>'):
        page = page.replace(before, lines)
    assert what_was_written_in_html(page).text.splitlines() == own


def test_lines_that_were_laid_out_stay_lines() -> None:
    assert text_of_html("<pre>one\ntwo</pre>three") == "one\ntwo\nthree"


@pytest.mark.parametrize(
    "lead",
    [
        f"<hr><div id='divRplyFwdMsg'>{OUTLOOK}</div>",
        f"<div style='border:none;border-top:solid #E1E1E1 1.0pt'>{OUTLOOK}</div>",
        "<div>On Monday, November 23, 2026 at 10:00:00 AM EST, Frontdesk <r@example.com> wrote:</div>",
    ],
    ids=["on the web", "on the desktop", "Yahoo without its part"],
)
def test_a_directors_answer_in_a_page_is_certain_above_our_notice(lead: str) -> None:
    notice = (
        f"<div style='display:none'>Is it easy?</div><p>-- {MARKER} --</p><p>Effat R. asks:</p><blockquote>Is it easy?</blockquote>"
        "<p>Open at the desk</p><hr><p>Reply to this mail. Reference Q-7F3K9T, about Medical Assistant.</p>"
    )
    written = what_was_written_in_html(f"{OWN}{lead}{notice}")
    assert (written.text.split(), written.is_certain) == (WORDS, True)
    assert not what_was_written_in_html(f"{OWN}{lead}{notice}<p>And call me.</p>").is_certain


def test_a_directors_answer_in_a_page_is_certain_above_a_part_in_no_known_language() -> None:
    notice = f"<p>-- {MARKER} --</p><p>Effat R. asks:</p><blockquote>Is it easy?</blockquote><p>Reference Q-7F3K9T.</p>"
    head = '<div class="gmail_quote"><div class="gmail_attr">nIteb 23 2026 Frontdesk ghItlh</div>'
    page = f'{OWN}{head}<blockquote class="gmail_quote">{notice}</blockquote></div>'
    written = what_was_written_in_html(page)
    assert (written.text.split(), written.is_certain) == (WORDS, True)
    below = what_was_written_in_html(f"{page}<p>And call me.</p>")
    assert (below.text.split(), below.is_certain) == ([*WORDS, "And", "call", "me."], False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<!DOCTYPE html><html><body>Hi</body></html>\n", True),
        ("<div>Hi</div>", True),
        ("\n<html>\nHi</html>", True),
        ("<3 from all of us\n> quoted", False),
        ("Use <div> for that, please.", False),
        ("<div> is what you want", False),
        ("", False),
    ],
)
def test_a_page_is_known_though_it_is_called_plain(text: str, expected: bool) -> None:
    assert is_page(text) is expected


def test_the_cells_of_a_table_are_words_of_their_own() -> None:
    page = "<p>My details:</p><table><tr><th>Name</th><td>Ann Lee</td></tr><tr><td>Town</td><td>Leeds</td></tr></table>"
    assert what_was_written_in_html(page).text.split("\n") == ["My details:", "Name Ann Lee", "Town Leeds"]

"""Mails as programs and attackers write them: read within bounds, and no word of the writer's lost."""

from email.message import EmailMessage
from pathlib import Path

import pytest

from inquiry_service.mail import mime, quotation
from inquiry_service.mail.html_text import MAX_HTML, text_of_html
from inquiry_service.mail.parse import CUT, MARKER, MAX_TEXT, UnreadableMail, parse
from inquiry_service.mail.quotation import what_was_written

HEAD = b"From: ann@example.com\r\nTo: hello@riverside.example\r\nSubject: Hello\r\n"
ATTRIBUTION = "On Mon, Nov 23, 2026 at 10:00 AM Frontdesk <desk@riverside.example> wrote:"
NOTICE = f"> -- {MARKER} --\n>\n> Effat R. asks:\n>\n> Is it easy?"
ODD_MAILS = Path(__file__).parents[3] / "shared/cases/mime"


def _nested(depth: int) -> bytes:
    levels = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(depth)
    )
    return HEAD + levels + b"\r\nmy question\r\n"


def _parts(count: int) -> bytes:
    return (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"".join(b"--b\r\n\r\ntext %d\r\n" % n for n in range(count))
    )


@pytest.mark.parametrize(
    "own",
    [
        "Yes, it is easy.",
        "On Monday, October 5, the state board wrote:\nstudents need 40 hours.\n\nThe price is 900 dollars.",
        "Hello,\nFrom: 9 AM\nTo: 5 PM\nwe are open.\n\nDora",
        "-----Original Message-----\nis what my program writes.\n\nRegards,\n--\nDora",
        "Come on\n\n\n\nFriday.",
        "See below:\n- one\n- two\n________________________________\nend",
    ],
    ids=["one line", "a board wrote", "hours", "a separator", "blank lines", "a list"],
)
@pytest.mark.parametrize(
    "attribution",
    [
        ATTRIBUTION,
        "On Mon, Nov 23, 2026 at 10:00 AM Riverside Training Frontdesk <\ndesk@riverside.example> wrote:",
        "Am 23.11.2026 um 10:00 schrieb Frontdesk <desk@riverside.example>:",
        "El lun, 23 nov 2026 a las 10:00, Frontdesk (<desk@riverside.example>) escribió:",
        "Le lun. 23 nov. 2026 à 10:00, Frontdesk <desk@riverside.example> a écrit :",
        "> On 23 Nov 2026, at 10:00, Frontdesk <desk@riverside.example> wrote:\n>",
    ],
    ids=["English", "wrapped", "German", "Spanish", "French", "inside the quotation"],
)
def test_what_stands_above_our_marker_is_exactly_what_was_written(own: str, attribution: str) -> None:
    written = what_was_written(f"{own}\n\n{attribution}\n{NOTICE}\n\n")
    assert (written.text, written.is_certain) == (own, True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{ATTRIBUTION}\n{NOTICE}\n\nYes, it is easy.", ["Yes, it is easy."]),
        (f"See below.\n\n{ATTRIBUTION}\n{NOTICE}\nYes.\n> And where?\nHere.", ["See below.", "Yes.", "Here."]),
        (f"It says:\n> 40 hours\nso 40.\n\n{ATTRIBUTION}\n{NOTICE}", ["It says:", "40 hours", "so 40."]),
        (f"It says:\n> 40 hours\n{NOTICE}", ["It says:", "40 hours"]),
        (f"Yes.\n\nFrom: Frontdesk\nTo: Dora\n\n-- {MARKER} --\n\nIs it easy?\nBelow too.", ["Yes.", "Below too."]),
        (f"Yes.\n\n{ATTRIBUTION}\n> Is it easy?", ["Yes."]),
        ("Yes.\n\nThe board wrote:\n> 40 hours", ["The board wrote:", "40 hours"]),
        (f"{ATTRIBUTION}\n{NOTICE}", ["Is it easy?"]),
        (f"Yes.\n\nFrontdesk (desk@riverside.example), ghItlhta':\n{NOTICE}", ["Yes."]),
        ("No quotation at all.", ["No quotation at all."]),
    ],
    ids=["below", "inline", "own quotation", "own quotation at the marker", "unquoted marker", "no marker",
         "a board's words", "nothing own", "an unknown language", "nothing quoted"],
)  # fmt: skip
def test_what_is_in_doubt_is_not_certain_and_keeps_every_word(text: str, words: list[str]) -> None:
    written = what_was_written(text)
    assert not written.is_certain
    assert [word for word in words if word not in written.text] == []


def test_a_sentence_before_an_attribution_is_the_writers() -> None:
    for text in (
        f"On Friday come at nine.\nFrontdesk <desk@riverside.example> wrote:\n{NOTICE}",
        f"On Friday come at nine. {ATTRIBUTION}\n{NOTICE}",
    ):
        assert "On Friday come at nine." in what_was_written(text).text


def test_the_askers_quotation_under_a_mail_programs_line_is_left_out() -> None:
    assert what_was_written(f"And the price?\n\n{ATTRIBUTION}\n> Yes, it is.\n").text == "And the price?"


def test_what_a_pattern_reads_is_bounded() -> None:
    long = "On " * quotation.MAX_LOOKED_AT + "wrote:"
    assert long in what_was_written(f"{long}\n{NOTICE}").text


def test_text_below_a_picture_is_read_too() -> None:
    mail = EmailMessage()
    mail["From"] = "ann@example.com"
    mail.set_content("Above the picture.")
    mail.add_attachment(b"x", maintype="image", subtype="png")
    mail.add_attachment("Below the picture.", disposition="inline")
    read = parse(mail.as_bytes())
    assert "Above the picture." in read.text
    assert "Below the picture." in read.text
    assert [file.type for file in read.attachments] == ["image/png"]


def test_an_empty_plain_text_gives_way_to_the_html() -> None:
    mail = EmailMessage()
    mail["From"] = "ann@example.com"
    mail.set_content("\n")
    mail.add_alternative("<p>Hello &amp; good <b>day</b></p>", subtype="html")
    assert parse(mail.as_bytes()).text == "Hello & good day"


def test_headers_are_cut_before_anything_reads_them() -> None:
    many = b"".join(b"X-%d: %s\r\n" % (n, b"y" * 1000) for n in range(300))
    mail = mime.read(HEAD + b"X-Long: " + b"z" * 500_000 + b"\r\n" + many + b"\r\nmy question\r\n")
    sizes = [len(value) for _, value in mail.headers.fields]
    assert max(sizes) <= mime.MAX_HEADER_BYTES
    assert sum(sizes) <= mime.MAX_HEADERS_BYTES + mime.MAX_HEADER_BYTES
    assert mail.body == b"my question\r\n"


def test_a_header_that_describes_a_part_is_cut_shorter() -> None:
    mail = mime.read(HEAD + b"Content-Type: text/plain; " + b"a*0=b;" * 3000 + b"\r\n\r\nx")
    assert len(str(mail.described["content-type"])) <= mime.MAX_TYPE


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"Content-Type: " + b"(" * 5000 + b"\r\n\r\nmy question\r\n",
        HEAD + b"Reply-To: " + b"(" * 19_000 + b"\r\nCc: " + b"(" * 19_000 + b"\r\n\r\nmy question\r\n",
        HEAD + b"Cc: " + b"a@b.example," * 20_000 + b"\r\n\r\nmy question\r\n",
        b"From: x\xff\xfey@evil.example\r\n\r\nmy question\r\n",
        HEAD + b"Content-Type: text/plain; charset=nonsense\r\n\r\nmy question\r\n",
        HEAD + b"Content-Type: text/plain; charset=idna\r\n\r\nmy question\r\n",
        HEAD + b"Content-Type: multipart/mixed; boundary=nowhere\r\n\r\nmy question\r\n",
        HEAD + b"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nmy question\r\n",
        HEAD + b"Content-Transfer-Encoding: base64\r\n\r\nbXkgcXVlc3Rpb24",
        HEAD + b"Content-Type: text/html\r\n\r\n<style><title>my question",
    ],
    ids=["type", "comments", "many recipients", "bytes in From", "charset", "slow charset", "no boundary",
         "a mail in it", "cut base64", "open tags"],
)  # fmt: skip
def test_a_broken_mail_is_read_as_far_as_it_goes(data: bytes) -> None:
    assert "my question" in parse(data).written


def test_a_text_without_headers_is_a_mail_of_that_text() -> None:
    read = parse(b"Hello,\nis anybody there?\n")
    assert (read.written, read.senders, read.kind) == ("Hello,\nis anybody there?", (), "person")


@pytest.mark.parametrize(
    "data", [b"", b"\r\n\r\n", b"\x00\x01\x02 garbage", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"]
)
def test_bytes_that_are_no_text_are_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableMail):
        parse(data)


def test_a_mail_is_read_ten_parts_deep_and_a_hundred_wide() -> None:
    deep, wide = mime.read(_nested(1500)), mime.read(_parts(5000))
    assert len(list(deep.walk())) == mime.MAX_DEPTH + 1
    assert len(list(wide.walk())) == mime.MAX_PARTS
    assert not parse(_parts(5000)).is_certain
    assert "my question" in parse(_nested(1500)).text


@pytest.mark.parametrize("piece", ["<a", "<!--", "<?", "</", "<a b='", "<script>", "<blockquote>a", "&#9"])
def test_tags_without_end_are_read_in_one_go(piece: str) -> None:
    assert len(text_of_html(piece * (3 * MAX_HTML // len(piece)) + "x")) <= 11 * MAX_HTML


def test_html_is_cut_and_what_is_cut_is_said() -> None:
    body = b"<p>word</p>" * 200_000
    read = parse(HEAD + b"Content-Type: text/html\r\n\r\n" + body)
    assert len(read.text) <= MAX_TEXT
    assert read.written.endswith(CUT)
    assert not read.is_certain


def test_scripts_and_comments_are_no_text() -> None:
    html = "<head><style>p{}</style></head><!-- <p>no</p> --><p>one<br>two</p><script>no</script><blockquote>q</blockquote>"
    assert text_of_html(html) == "one\ntwo\n> q"


def test_a_letter_cut_between_encoded_words_is_whole() -> None:
    assert mime.words_of("=?utf-8?B?w6TDtg==?= =?utf-8?B?w7w=?= x =?utf-8?B?w6Q=?=") == "äöü x ä"
    assert mime.words_of("=?utf-8?B?ww==?=\t=?utf-8?B?pA==?=") == "ä"


def test_a_name_that_decodes_to_an_address_stays_a_name() -> None:
    mail = b"From: =?utf-8?q?dora=40riverside=2Eexample=2C?= <mallory@example.com>\r\n\r\nhi\r\n"
    assert parse(mail).senders == ("mallory@example.com",)


def _odd_mails() -> list[object]:
    if not ODD_MAILS.is_dir():
        return [pytest.param(None, id="shared/cases/mime", marks=pytest.mark.skip("the folder is absent"))]
    return [pytest.param(path, id=path.name) for path in sorted(ODD_MAILS.iterdir())]


@pytest.mark.parametrize("path", _odd_mails())
def test_an_odd_mail_is_read_and_its_text_is_kept(path: Path) -> None:
    data = path.read_bytes()
    read = parse(data)
    texts = [mime.text_of(part, MAX_TEXT)[0] for part in mime.read(data).walk() if part.type == "text/plain"]
    pages = [mime.text_of(part, MAX_TEXT)[0] for part in mime.read(data).walk() if part.type == "text/html"]
    has_text = any(text.strip() for text in [*texts, *map(text_of_html, pages)])
    assert bool(read.text.strip()) >= has_text
    assert bool(read.written.strip()) == bool(read.text.strip())


@pytest.mark.parametrize(
    ("type_", "name"),
    [
        ("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", "smime.p7m"),
        ("application/ms-tnef; name=winmail.dat", "winmail.dat"),
        ("application/pdf", "attachment-1"),
    ],
)
def test_a_mail_that_is_nothing_but_a_file_has_that_file(type_: str, name: str) -> None:
    read = parse(
        HEAD + f"Content-Type: {type_}\r\nContent-Transfer-Encoding: base64\r\n\r\nAAECAw==\r\n".encode()
    )
    assert [(file.name, file.data) for file in read.attachments] == [(name, b"\x00\x01\x02\x03")]
    assert read.text == ""


@pytest.mark.parametrize(
    "said", ['text/plain   charset="utf-8"', "text/plain charset=utf-8", "text/plain; charset=utf-8"]
)
def test_a_text_whose_type_lacks_a_semicolon_is_a_text(said: str) -> None:
    found = parse(HEAD + f"Content-Type: {said}\r\n\r\n".encode() + "Grüße\r\n".encode())
    assert (found.written, found.attachments) == ("Grüße", ())


def test_a_header_that_lost_its_fold_does_not_begin_the_body() -> None:
    mail = (
        b"From: ann@example.com\nX-Report: aaaa\nbbbb=\nTo: a@example.com,\nb@example.com\nSubject: Hello\n"
        b'Content-Type: multipart/mixed;\nboundary="x"\n\n--x\n\nwords\n--x--\n'
    )
    found = parse(mail)
    assert (found.subject, found.written, found.senders) == ("Hello", "words", ("ann@example.com",))
    assert found.recipients == ("a@example.com", "b@example.com")


@pytest.mark.parametrize(
    "text",
    ["no header at all", "Two words\nSubject: of the text", "Dear all,\n--x\nContent-Type: text/plain"],
)
def test_a_text_right_below_the_headers_is_the_body(text: str) -> None:
    assert parse(b"From: ann@example.com\nno header\n\n" + text.encode()).text == f"no header\n\n{text}"
    assert parse(f"From: ann@example.com\n{text}\n\nmore".encode()).senders == ("ann@example.com",)


@pytest.mark.parametrize(
    ("value", "address", "name"),
    [
        ("desk@school.example <ann@example.com>", "ann@example.com", "desk@school.example"),
        ("desk@school.example via Shop <ann@example.com>", "ann@example.com", "desk@school.example via Shop"),
        ("Ann (Desk <ann@example.com>", "ann@example.com", "Ann (Desk"),
        ("O'Neil \"Bob <ann@example.com>", "ann@example.com", "O'Neil \"Bob"),
        ('"Lee, Ann <x@y.example>" <ann@example.com>', "ann@example.com", "Lee, Ann <x@y.example>"),
    ],
)
def test_the_address_is_what_stands_in_angles(value: str, address: str, name: str) -> None:
    found = parse(f"From: {value}\n\nhello\n".encode())
    assert (found.senders, found.sender_name) == ((address,), name)


def test_several_senders_are_several() -> None:
    found = parse(b'From: Ann <ann@example.com>, bob@example.com, "Lee, C." <c@example.com>\n\nhello\n')
    assert found.senders == ("ann@example.com", "bob@example.com", "c@example.com")


def test_parts_inside_with_the_boundary_of_those_outside_are_told_apart() -> None:
    mail = HEAD + (
        b"Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\nContent-Type: multipart/alternative; boundary=B\r\n\r\n"
        b"--B\r\nContent-Type: text/plain\r\n\r\nwords\r\n--B\r\nContent-Type: text/html\r\n\r\n<p>words</p>\r\n--B--\r\n"
        b'--B\r\nContent-Type: application/pdf; name="a.pdf"\r\n\r\nfile\r\n--B--\r\n'
    )
    found = parse(mail)
    assert (found.written, [file.name for file in found.attachments]) == ("words", ["a.pdf"])


@pytest.mark.parametrize("named", ["", "; boundary=other", "; boundary=b"])
def test_a_boundary_that_is_not_the_named_one_is_found(named: str) -> None:
    body = "--B\r\nContent-Type: text/plain\r\n\r\nwords\r\n--B\r\nContent-Type: image/png\r\n\r\npicture\r\n--B--\r\n"
    found = parse(HEAD + f"Content-Type: multipart/mixed{named}\r\n\r\n{body}".encode())
    assert (found.written, [file.type for file in found.attachments]) == ("words", ["image/png"])


@pytest.mark.parametrize("kind", ["mixed", "alternative", "related"])
def test_words_in_a_container_without_parts_are_words(kind: str) -> None:
    found = parse(HEAD + f"Content-Type: multipart/{kind}; boundary=x\r\n\r\nwords\r\n".encode())
    assert (found.written, found.attachments) == ("words", ())


@pytest.mark.parametrize(
    ("head", "name", "type_"),
    [
        ('text/csv; name="a.csv"\r\nContent-Disposition: attachment', "a.csv", "text/csv"),
        ('application-gzip; name="a.pdf"', "a.pdf", "application/pdf"),
        ("message/partial; id=x; number=1", "attachment-1", "message/partial"),
    ],
)
def test_a_mail_that_is_a_file_alone_is_a_file(head: str, name: str, type_: str) -> None:
    found = parse(HEAD + f"Content-Type: {head}\r\n\r\nfile\r\n".encode())
    assert (found.written, [(file.name, file.type) for file in found.attachments]) == ("", [(name, type_)])


@pytest.mark.parametrize("charset", ["", "; charset=us-ascii", "; charset=utf-8"])
def test_two_letters_of_an_older_charset_are_not_utf8_by_chance(charset: str) -> None:
    words = "Viel „Spaß“ in München, Grüße"
    assert (
        parse(HEAD + f"Content-Type: text/plain{charset}\r\n\r\n".encode() + words.encode("cp1252")).written
        == words
    )


def test_a_header_s_bare_bytes_are_of_the_charset_that_the_text_names() -> None:
    mail = b"From: ann@example.com\r\nSubject: \xef\xd4\xcb\xd5\xc4\xc1\r\nContent-Type: text/plain; charset=koi8-r\r\n\r\nx"
    assert parse(mail).subject == "Откуда"


def test_a_plain_text_that_only_asks_for_html_gives_way_to_it() -> None:
    asks = "Your program does not show HTML. Please use one that does."
    mail = EmailMessage()
    mail["From"] = "ann@example.com"
    mail.set_content(asks)
    mail.add_alternative("<p>Twenty seats for Friday, if that is possible.</p>", subtype="html")
    assert parse(mail.as_bytes()).written == "Twenty seats for Friday, if that is possible."
    mail.clear_content()
    mail.set_content("I wrote the page in HTML. Is that right?")
    mail.add_alternative("<p>I wrote the page in <b>HTML</b>. Is that right?</p>", subtype="html")
    assert parse(mail.as_bytes()).written == "I wrote the page in HTML. Is that right?"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("SGVsbG8gV29ybGQhA", "Hello World!"),
        ("Hello", "Hello"),  # never encoded
        ("SGVsbG8=\r\nIFdvcmxkIQ==", "Hello World!"),
        (
            "SGVsbG8gV29ybGQh\r\n\r\nThis list is run by its readers",
            "Hello World!\n\nThis list is run by its readers",
        ),
    ],
)
def test_damaged_base64_gives_what_there_is(body: str, words: str) -> None:
    mail = HEAD + b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" + body.encode()
    assert parse(mail).text == words


def test_a_file_that_an_old_program_put_into_the_text_is_a_file() -> None:
    mail = (
        HEAD + b"\r\nSee the file.\r\n\r\nbegin 644 cat.txt\r\n#0V%T\r\n`\r\nend\r\n\r\nbegin to read it\r\n"
    )
    found = parse(mail)
    assert found.written.split() == ["See", "the", "file.", "begin", "to", "read", "it"]
    assert [(file.name, file.data) for file in found.attachments] == [("cat.txt", b"Cat")]

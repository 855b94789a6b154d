"""What a person wrote, told from what they quoted: programs, languages, answers above, below and between."""

import subprocess
import sys
from pathlib import Path

import pytest

from inquiry_service.mail.quotation import MARKER, what_was_written
from tests.inquiry.attributions import ABOVE_UNMARKED, ATTRIBUTIONS, HEADER_BLOCKS, SEPARATORS, TELEPHONES
from tests.inquiry.whole_replies import REPLIES

ROOT = Path(__file__).parents[2]
OWN = "Hello,\n\nthank you, that helps. Could I come on Friday at 9:30?\n\nBest,\nEffat"
QUOTED = "Hi Effat,\n\nyes, it is easy.\n\nRegards\nAnn"
MARKED = "\n".join(f"> {line}".rstrip() for line in QUOTED.splitlines())


def words_of(text: str) -> list[str]:
    """White space is nobody's word."""
    return text.split()


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS)
@pytest.mark.parametrize(
    "mail",
    [
        "{own}\n\n{attribution}\n\n{marked}\n",
        "{own}\n{attribution}\n{marked}\n",
        "{attribution}\n{marked}\n\n{own}",
        "{own}\n\n{inside}\n>\n{marked}",
    ],
    ids=["above", "right above", "below", "above, the attribution marked too"],
)
def test_a_marked_quotation_and_its_attribution_are_told_from_the_words(mail: str, attribution: str) -> None:
    inside = "\n".join(f"> {line}" for line in attribution.splitlines())
    written = what_was_written(mail.format(own=OWN, attribution=attribution, marked=MARKED, inside=inside))
    assert words_of(written.text) == words_of(OWN)
    assert "it is easy" in written.quoted


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS)
def test_answers_between_marked_lines_are_the_writers(attribution: str) -> None:
    mail = f"See there.\n\n{attribution}\n> Is it easy?\n\nYes.\n\n> And where?\n> And when?\nHere.\n"
    assert words_of(what_was_written(mail).text) == ["See", "there.", "Yes.", "Here."]


@pytest.mark.parametrize("name", ABOVE_UNMARKED)
def test_a_quotation_without_signs_is_told_by_an_attribution_that_says_enough(name: str) -> None:
    assert words_of(what_was_written(f"{OWN}\n\n{ATTRIBUTIONS[name]}\n\n{QUOTED}\n").text) == words_of(OWN)


@pytest.mark.parametrize("block", HEADER_BLOCKS.values(), ids=HEADER_BLOCKS)
def test_a_quotation_without_signs_is_told_by_its_block_of_headers(block: str) -> None:
    for separator in SEPARATORS:
        for mail in (
            "{own}\n\n{separator}\n{block}\n\n{quoted}\n",
            "{own}\n{separator}\n{block}\n{quoted}\n",
        ):
            text = mail.format(own=OWN, separator=separator, block=block, quoted=QUOTED)
            assert words_of(what_was_written(text).text) == words_of(OWN), separator


@pytest.mark.parametrize(("mail", "own"), REPLIES.values(), ids=REPLIES)
def test_a_whole_reply_is_read_as_its_program_means_it(mail: str, own: str) -> None:
    assert words_of(what_was_written(mail).text) == words_of(own)


@pytest.mark.parametrize("last", ["Date: Monday", "Subject: my form\nThanks", "From: Boston", "To: Ann"])
@pytest.mark.parametrize("name", ["Outlook en", "Outlook en, spaced"])
def test_a_last_line_like_a_header_is_the_writers(name: str, last: str) -> None:
    own = f"{OWN}\n{last}"
    assert words_of(what_was_written(f"{own}\n\n{HEADER_BLOCKS[name]}\n\n{QUOTED}\n").text) == words_of(own)


@pytest.mark.parametrize("line", TELEPHONES)
def test_a_telephones_line_is_nobodys_word(line: str) -> None:
    block = HEADER_BLOCKS["Outlook en"]
    for mail in (f"{OWN}\n\n{line}\n", f"{OWN}\n\n{line}\n\n{block}\n\n{QUOTED}\n"):
        assert words_of(what_was_written(mail).text) == words_of(OWN)


@pytest.mark.parametrize(
    "text",
    [
        "Sent from my desk, which is easier than from my phone.",
        "Monday works.\n\nFrom my iPhone I cannot open the form.",
        "Monday works.\n\nSent by Outlook invitation on Monday",
        "On Friday we can come.\nOn Monday, Bob wrote:\nwe cannot.\n\nWhat do you think?",
        "On 3/4/2026 at 5:00 pm I sent you:\n\n- the form\n- the fee\n\nDid it arrive?",
        "Invitation:\n\nDate: Wednesday 3, October 2026\nTime: 7:00 am\nAddress: 130 Fox St\n\nPlease come.",
        "I need a ride.\nFrom: Boston\nTo: New York\nDate: 12.10.2026\n\nCan you help?",
        "---- Enter your feedback below ----\n\nIt was good.",
        "Dates:\n- Monday, 10:00\n- Tuesday, 11:00\n\n__________\n\nName: Ann",
        "Please write to Ann Example <ann@example.com> and ask:\n\nis it easy?",
        "Call me at 10:00 on 12.10.2026:\n555-123-4567",
        "Subject: my enrolment\n\nDear desk, I would like to enrol.",
        "We are 10 > 5 people.\n\nIs that too many?",
        "Original message\n\nis what my program writes.",
        "My address is ann@example.com.\nIt was changed on 23.11.2026 at 10:00.",
    ],
)
def test_a_text_that_quotes_nothing_comes_out_whole(text: str) -> None:
    assert words_of(what_was_written(text).text) == words_of(text)


def test_a_forwarded_mail_in_plain_text_is_kept() -> None:
    headers = "From: Ann <ann@example.com>\nDate: Mon, Nov 23, 2026\nSubject: x\nTo: b@example.com"
    mail = f"FYI\n\n---------- Forwarded message ----------\n{headers}\n\nText"
    written = what_was_written(mail)
    assert (words_of(written.text), written.has_quotation) == (words_of(mail), True)


def test_a_mail_that_is_all_quotation_is_shown_whole() -> None:
    for mail in (
        MARKED,
        f"{ATTRIBUTIONS['Gmail en']}\n{MARKED}",
        f"{HEADER_BLOCKS['Outlook en']}\n\n{QUOTED}",
    ):
        written = what_was_written(mail)
        assert words_of(written.text) == words_of(mail)
        assert not written.is_certain


def test_a_telephones_line_alone_above_an_unmarked_quotation_hides_nothing_below() -> None:
    mail = f"Sent from my iPhone\n\n{ATTRIBUTIONS['Yahoo en']}\n\nIs it easy?\n\nYes!\n"
    assert words_of(what_was_written(mail).text) == words_of(mail)


def test_where_answers_are_announced_inside_an_unmarked_quotation_all_is_kept() -> None:
    mail = f"Please see my answers below.\n\n{HEADER_BLOCKS['Outlook en']}\n\nIs it easy?\nYes!\n"
    assert words_of(what_was_written(mail).text) == words_of(mail)


def test_a_signature_below_dashes_is_left_out_at_the_end_and_kept_in_the_middle() -> None:
    assert what_was_written("Yes.\n\n-- \nAnn Example\nDirector, Riverside\n").text == "Yes."
    assert (
        what_was_written(f"Yes.\n\n{ATTRIBUTIONS['Gmail en']}\n{MARKED}\n\n-- \nAnn Example\n").text == "Yes."
    )
    long = "Yes.\n\n--\n" + "\n".join(f"And here is sentence {n}, which is no signature." for n in range(12))
    assert words_of(what_was_written(long).text) == words_of(long)


def test_a_mailing_lists_lines_are_nobodys() -> None:
    mail = "Yes.\n\n_______________________________________________\nDesk mailing list\nhttps://lists.example.org/listinfo/desk\n"
    assert what_was_written(mail).text == "Yes."


def test_the_end_of_a_quoted_line_that_was_wrapped_again_is_not_the_writers() -> None:
    long = "> could you please tell me whether the course in November is already fully booked"
    mail = f"Yes.\n\n{ATTRIBUTIONS['Gmail en']}\n{long}\nor not yet?\n> Thank you\n"
    assert what_was_written(mail).text == "Yes."
    assert words_of(what_was_written(mail.replace("or not", "Not")).text) == ["Yes.", "Not", "yet?"]


def test_a_line_that_the_writer_shares_with_the_attribution_keeps_their_words() -> None:
    mail = f"No, on Friday. {ATTRIBUTIONS['Gmail en']}\n{MARKED}"
    assert what_was_written(mail).text == "No, on Friday."


def test_signs_alone_are_a_quotation_where_they_begin_or_end_the_mail() -> None:
    assert what_was_written("Yes.\n\n> Is it easy?\n> And where?\n").text == "Yes."
    assert what_was_written("> Is it easy?\n\nYes.\n").text == "Yes."
    own = "The board says this:\n> 40 hours\nwhich is a week."
    assert words_of(what_was_written(own).text) == words_of(own)


NOTICE = f"""-- {MARKER} --

Effat R. asks:

Is it easy?

--
Reply to this mail and your answer goes to Effat R., or open it at the desk:
https://desk.riverside.example/inquiries/1
Reference Q-7F3K9T, about Medical Assistant"""
MARKED_NOTICE = "\n".join(f"> {line}".rstrip() for line in NOTICE.splitlines())


@pytest.mark.parametrize("block", HEADER_BLOCKS.values(), ids=HEADER_BLOCKS)
def test_a_directors_answer_above_a_notice_without_signs_is_certain(block: str) -> None:
    for separator in SEPARATORS:
        written = what_was_written(f"{OWN}\n\n{separator}\n{block}\n\n{NOTICE}\n")
        assert (words_of(written.text), written.is_certain) == (words_of(OWN), True), separator


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS)
def test_a_directors_answer_above_a_marked_notice_is_certain(attribution: str) -> None:
    for own in (OWN, f"{OWN}\n\nSent from my iPhone"):
        written = what_was_written(f"{own}\n\n{attribution}\n\n{MARKED_NOTICE}\n\n-- \nDora\n")
        assert (words_of(written.text), written.is_certain) == (words_of(OWN), True)


@pytest.mark.parametrize(
    "mail",
    [
        f"Yes.\n\n{HEADER_BLOCKS['Outlook en']}\n\n{NOTICE}\n\nAnd call me.",
        f"See my answers below.\n\n{HEADER_BLOCKS['Outlook en']}\n\n{NOTICE}",
        f"Yes.\n\n{NOTICE}",
        f"Yes.\n\n{ATTRIBUTIONS['Gmail en']}\n\n{MARKED_NOTICE}\nAnd call me.",
        f"Ann says:\n\n{HEADER_BLOCKS['Outlook de']}\n\nhello\n\n{HEADER_BLOCKS['Outlook en']}\n\n{NOTICE}",
        f"{HEADER_BLOCKS['Outlook en']}\n\n{NOTICE}",
    ],
    ids=["below", "announced inside", "no program's line", "below a marked one", "another's mail", "nothing"],
)
def test_a_directors_answer_in_doubt_is_kept_whole_and_not_certain(mail: str) -> None:
    written = what_was_written(mail)
    assert not written.is_certain
    own = [line for line in mail.splitlines() if line.startswith(("Yes", "And", "See", "Ann says"))]
    assert [line for line in own if line not in written.text] == []


def test_the_preview_that_mail_lists_show_does_not_hold_an_answer() -> None:
    preview = "Is it easy?"
    for mail in (
        f"Yes.\n\n{HEADER_BLOCKS['Outlook en']}\n\n{preview}\n\n{NOTICE}",
        f"Yes.\n\n{ATTRIBUTIONS['Gmail en']}\n\n> {preview}\n{MARKED_NOTICE}",
    ):
        written = what_was_written(mail)
        assert (written.text, written.is_certain) == ("Yes.", True)


def _read_reply(*arguments: str, given: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-m", "inquiry_service", "read-reply", *arguments],
        input=given.encode(),
        capture_output=True,
        cwd=ROOT,
        env={},
        check=True,
        timeout=60,
    )
    return done.stdout.decode()


def test_the_command_reads_a_reply_without_any_setting(tmp_path: Path) -> None:
    mail = f"Grüße aus Köln\n\n{ATTRIBUTIONS['Gmail de']}\n{MARKED}\n"
    file = tmp_path / "reply.txt"
    file.write_text(mail, encoding="utf-8")
    assert _read_reply(given=mail) == "Grüße aus Köln\n"
    assert _read_reply("-", given=mail.replace("\n", "\r\n")) == "Grüße aus Köln\n"
    assert _read_reply(str(file)) == "Grüße aus Köln\n"

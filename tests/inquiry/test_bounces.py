"""Bounces: recognised in every form that mail programs give them, told apart from what people and answering machines write."""

import json
from pathlib import Path
from typing import Any

import pytest

from inquiry_service.mail.parse import parse
from inquiry_service.terms import MailKind
from tests.inquiry.delivery_notices import GAVE_UP, STILL_TRYING
from tests.inquiry.no_delivery_notices import NO_BOUNCE

CASES = Path(__file__).parents[3] / "shared/cases"
JANE = "jane.doe@school.example"
TO_US = b"To: b+x@riverside.example\n"


@pytest.mark.parametrize("text", GAVE_UP.values(), ids=GAVE_UP)
def test_a_notice_that_somebody_gave_up_names_the_dead_address(text: str) -> None:
    read = parse(TO_US + text.encode())
    assert read.kind == MailKind.BOUNCE
    assert read.bounce is not None
    assert ([address.lower() for address in read.bounce.addresses], read.bounce.is_permanent) == (
        [JANE],
        True,
    )


@pytest.mark.parametrize("text", STILL_TRYING.values(), ids=STILL_TRYING)
def test_a_warning_of_a_delay_is_temporary(text: str) -> None:
    read = parse(TO_US + text.encode())
    assert read.bounce is not None
    assert (read.bounce.addresses, read.bounce.is_permanent) == ((JANE,), False)


@pytest.mark.parametrize("text", NO_BOUNCE.values(), ids=NO_BOUNCE)
def test_what_only_speaks_of_failing_mail_is_no_bounce(text: str) -> None:
    read = parse(TO_US + text.encode())
    assert read.bounce is None
    assert read.kind != MailKind.BOUNCE


# a postmaster's subject and sentence, in tongues whose notices begin with no word of the trade
IN_MANY_TONGUES = {
    "sv": ("Går inte att leverera: Din fråga", "Det gick inte att leverera brevet till:"),
    "da": ("Kunne ikke leveres: Dit spørgsmål", "Leveringen til denne modtager mislykkedes:"),
    "no": ("Kan ikke leveres: Ditt spørsmål", "Brevet ble ikke levert til denne mottakeren:"),
    "fi": ("Ei voi toimittaa: Kysymyksesi", "Toimitus tälle vastaanottajalle epäonnistui:"),
    "it": ("Non recapitabile: La tua domanda", "Recapito a questo destinatario non riuscito:"),
    "pl": ("Nie można dostarczyć: Twoje pytanie", "Dostarczenie do tego adresata nie powiodło się:"),
    "cs": ("Nelze doručit: Váš dotaz", "Doručení tomuto příjemci se nezdařilo:"),
    "zh": ("未送达: 您的问题", "未能向此收件人传递邮件:"),
    "zh, of a portal": ("来自mail.example的退信", "您的邮件无法送达:"),
    "el": ("Μη παραδοτέο: Η ερώτησή σας", "Δεν ήταν δυνατή η παράδοση στον παραλήπτη:"),
    "X.400": ("X.400 gateway: Non-Delivery Report", "Your letter was not delivered to:"),
    "a filter": ("*** A letter of yours was blocked by the filter ***", "It has not been delivered to:"),
}  # fmt: skip


@pytest.mark.parametrize(("subject", "words"), IN_MANY_TONGUES.values(), ids=IN_MANY_TONGUES)
def test_a_postmaster_says_in_any_tongue_that_a_letter_failed(subject: str, words: str) -> None:
    text = _notice("postmaster@x.example", subject, f"{words}\n\n{JANE}")
    bounce = parse(TO_US + text.encode()).bounce
    assert bounce is not None
    assert (bounce.addresses, bounce.is_permanent) == ((JANE,), True)


@pytest.mark.parametrize(
    "words",
    [
        "Our users' accounts are blocked on your page. Do you know why?",
        f"I wrote to {JANE} from here and it was rejected. Is there a limit?",
    ],
    ids=["names nobody", "tells of a mail of their own"],
)
def test_a_postmaster_who_asks_is_a_person(words: str) -> None:
    text = _notice("Joe <postmaster@x.example>", "Question about rejected mail", f"{words}\nJoe")
    assert parse(TO_US + text.encode()).kind == MailKind.PERSON


def _notice(sender: str, subject: str, text: str) -> str:
    return f"From: {sender}\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"


NOT_YET = {
    "en": "It is not yet with {}. The server will try again for two days. If it is given up for good, you will hear of it.",
    "fr": "Problème temporaire avec {}. Le serveur va réessayer pendant deux jours. Vous serez averti si l'envoi est abandonné.",
    "de": "Bei {} gab es ein Problem. Der Server wird es noch zwei Tage versuchen. Wenn es endgültig scheitert, hören Sie davon.",
    "es": "Hubo un problema con {}. Seguiremos intentándolo dos días. Le avisaremos si falla de forma definitiva.",
    "pt": "Houve um problema com {}. O servidor tentará enviar novamente. Avisaremos se a falha for definitiva.",
    "it": "Problema temporaneo con {}. Il server riproverà per due giorni. Saprai se il recapito fallisce definitivamente.",
    "ru": "Временная проблема с {}. Сервер будет повторять попытки два дня. Если письмо окончательно не уйдёт, мы сообщим.",
    "nl": "Er is een probleem met {}. De server blijft het proberen en zal het opnieuw proberen. U hoort het als het definitief mislukt.",
    "ja": "{} に一時的な問題があります。サーバーは2日間再試行します。",
    "zh": "发送到 {} 时出现临时问题。服务器将在两天内重试。",
}  # fmt: skip


@pytest.mark.parametrize("words", NOT_YET.values(), ids=NOT_YET)
def test_to_be_told_if_it_fails_for_good_is_no_failure_yet(words: str) -> None:
    text = _notice("mailer-daemon@x.example", "Delivery Status Notification (Delay)", words.format(JANE))
    bounce = parse(TO_US + text.encode()).bounce
    assert bounce is not None
    assert (bounce.addresses, bounce.is_permanent) == ((JANE,), False)


REPORT = """From: mailer-daemon@x.example
Subject: Delivery Status Notification
Content-Type: multipart/report; report-type=delivery-status; boundary=B

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; x.example

{fields}
--B--
"""


@pytest.mark.parametrize(
    ("fields", "addresses", "is_permanent"),
    [
        (f"Final-Recipient: rfc822; {JANE}\nAction: failed\nStatus: 5.1.1", (JANE,), True),
        (f"Final-Recipient: rfc822; {JANE}\nAction: failed\nStatus: 4.4.7", (JANE,), True),
        (f"Final-Recipient: rfc822; {JANE}\nAction: delayed\nStatus: 4.4.1", (JANE,), False),
        (f"Original-Recipient: rfc822;{JANE}\nFinal-Recipient: rfc822;x@y.example\nAction: failed", (JANE,), True),
        (f"Final-Recipient: utf-8; <{JANE}>\nStatus: 5.1.1", (JANE,), True),
        (f"Final-Recipient: {JANE}\nAction: expired\nDiagnostic-Code: smtp; 550 5.1.1 unknown", (JANE,), True),
        (f"Final-Recipient: rfc822;a@b.example\nAction: failed\nFinal-Recipient: rfc822;{JANE}\nAction: failed",
         ("a@b.example", JANE), True),
        (f"Final-Recipient: rfc822;a@b.example\nAction: delivered\n\nFinal-Recipient: rfc822;{JANE}\nAction: failed",
         (JANE,), True),
    ],
    ids=["failed", "given up after trying", "delayed", "the original recipient first", "no action", "a diagnosis alone",
         "no blank line between", "one of two arrived"],
)  # fmt: skip
def test_a_report_for_machines_is_believed(
    fields: str, addresses: tuple[str, ...], is_permanent: bool
) -> None:
    bounce = parse(TO_US + REPORT.format(fields=fields).encode()).bounce
    assert bounce is not None
    assert (bounce.addresses, bounce.is_permanent) == (addresses, is_permanent)


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("Auto-Submitted: auto-replied", MailKind.AUTOMATIC),
        ("Auto-Submitted: auto-generated (rejected)", MailKind.AUTOMATIC),
        ("Auto-Submitted: no", MailKind.PERSON),
        ("Auto-Submitted: no\nPrecedence: bulk", MailKind.PERSON),
        ("Precedence: auto_reply", MailKind.AUTOMATIC),
        ("Precedence: junk", MailKind.AUTOMATIC),
        ("Precedence: list", MailKind.LIST),
        ("List-Id: <news.example>", MailKind.LIST),
        ("List-Unsubscribe: <mailto:x@y.example>\nPrecedence: bulk", MailKind.LIST),
        ("Return-Path: <owner-news@x.example>\nPrecedence: bulk", MailKind.LIST),
        ("X-Auto-Response-Suppress: DR, OOF, AutoReply", MailKind.AUTOMATIC),
        ("X-Auto-Response-Suppress: DR", MailKind.PERSON),
        ("X-Autoreply: yes", MailKind.AUTOMATIC),
        ("Return-Path: <>", MailKind.AUTOMATIC),
        ("Return-Path: <ann@example.com>", MailKind.PERSON),
        ("Subject: Automatic reply: hello", MailKind.AUTOMATIC),
        ("Subject: Re: Automatic reply: hello", MailKind.PERSON),
        ("Subject: Out of office hours?", MailKind.PERSON),
    ],
)
def test_headers_tell_a_person_from_a_machine(header: str, kind: MailKind) -> None:
    assert parse(f"From: ann@example.com\n{header}\n\nhello\n".encode()).kind == kind


def _expected() -> list[Any]:
    if not (CASES / "bounce").is_dir():
        return []
    rows: list[Any] = json.loads((CASES / "bounce/expected.json").read_text())
    return rows


def _is_right(row: dict[str, Any]) -> bool:
    bounce = parse((CASES / "bounce/mails" / row["mail"]).read_bytes()).bounce
    if not row["addresses"]:
        return bounce is None or not bounce.addresses
    return (
        bounce is not None
        and sorted(map(str.lower, bounce.addresses)) == sorted(map(str.lower, row["addresses"]))
        and bounce.is_permanent != row["temporary"]
    )


@pytest.mark.skipif(not CASES.is_dir(), reason="the folder shared/cases is absent")
def test_bounces_of_many_mail_programs_are_right() -> None:
    """One mail stands twice among the expected ones, with an address and without: one of the two cannot be right."""
    wrong = [row["mail"] for row in _expected() if not _is_right(row)]
    assert wrong == ["groupwise_02.txt"]


@pytest.mark.skipif(not CASES.is_dir(), reason="the folder shared/cases is absent")
@pytest.mark.parametrize("folder", ["mail-ham", "mail-spam"])
def test_no_other_mail_is_called_a_bounce(folder: str) -> None:
    mails = sorted((CASES / folder).iterdir())
    assert mails
    assert [path.name for path in mails if parse(path.read_bytes()).bounce is not None] == []


DAEMON = "From: mailer-daemon@x.example\nSubject: failure notice\n\n"


@pytest.mark.parametrize(
    "body",
    [
        "-" * 19_000, ("-" * 60 + "\n") * 3000, "a@" * 50_000, "a" * 100_000, "nicht " * 20_000, "deliver" * 15_000, "to " * 30_000,
        "toimit" * 15_000, "se definitiv" * 8000, "if " * 30_000,
        "recipient <" * 9000, " " * 90_000, "\n" * 90_000, "Final-Recipient: " + "a" * 200_000, "5.1.1." * 15_000,
        "\n".join(f"a{n}@b.example" for n in range(6000)),
    ],
    ids=["dashes", "lines of dashes", "signs", "a long word", "one word", "one syllable", "labels",
         "a Finnish syllable", "conditions", "ifs", "open labels", "spaces", "lines",
         "an endless recipient", "codes", "many addresses"],
)  # fmt: skip
def test_a_notice_made_to_be_slow_is_read_in_one_go(body: str) -> None:
    bounce = parse((DAEMON + body).encode()).bounce
    assert bounce is not None
    assert len(bounce.addresses) <= 100

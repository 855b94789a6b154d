"""`doctor mail` prints what is said between us and the mail server, without the password, and sends nothing unasked."""

import base64
from typing import Any

import pytest

from shared.doctor.dialogues import examine_mail
from shared.doctor.dns_records import text_records
from shared.doctor.findings import Finding
from tests.doctor.name_server import name_server
from tests.doctor.test_command import doctor
from tests.shared.scripted_smtp import Script, Sink

PASSWORD = "secret-4711"
TOKENS = [base64.b64encode(secret).decode() for secret in (PASSWORD.encode(), f"\0desk\0{PASSWORD}".encode())]
ZONE = {
    "riverside.example": ["v=spf1 mx -all"],
    "s1._domainkey.riverside.example": ["v=DKIM1; p=MIIB"],
    "_dmarc.riverside.example": ["v=DMARC1; p=none"],
}


def _examined(
    settings: Any, *, send_to: str = "", zone: dict[str, list[str]] | None = None
) -> tuple[list[Finding], str]:
    said: list[str] = []
    with name_server(zone or ZONE) as (address, _):
        found = examine_mail(settings, text_records(address), said.append, send_to)
    return found, "\n".join(said)


def _url(sink: Sink, *, signed_in: bool = False) -> str:
    return sink.url.replace("smtp://", f"smtp://desk:{PASSWORD}@") if signed_in else sink.url


def test_the_conversation_is_printed_from_ehlo_to_quit_and_nothing_is_sent(
    make_inquiry_settings: Any,
) -> None:
    with Sink() as sink:
        found, said = _examined(make_inquiry_settings(smtp_url=sink.url, dkim_selector="s1"))
    assert {one.what: one.level for one in found} == {"smtp": "ok", "SPF": "ok", "DKIM": "ok", "DMARC": "ok"}
    lines = said.splitlines()
    assert lines[1] == "  < 220 sink"
    assert lines[2].startswith("  > ehlo")
    assert "  < 221 bye" in lines
    assert (sink.accepted, {verb.upper() for verb in sink.verbs}) == ([], {b"EHLO", b"QUIT"})


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
@pytest.mark.parametrize(("answer", "level"), [("235 welcome", "ok"), ("535 5.7.8 no", "wrong")])
def test_no_password_is_printed_whatever_becomes_of_the_sign_in(
    make_inquiry_settings: Any, mechanism: str, answer: str, level: str
) -> None:
    script = Script(ehlo=f"250-sink\r\n250 AUTH {mechanism}", auth=answer)
    with Sink(script) as sink:
        found, said = _examined(make_inquiry_settings(smtp_url=_url(sink, signed_in=True)))
    assert found[0].level == level
    assert f"AUTH {mechanism} (not shown)" in said
    assert answer in said
    assert not any(secret in said for secret in (PASSWORD, *TOKENS))


def test_send_to_sends_one_letter(make_inquiry_settings: Any) -> None:
    with Sink() as sink:
        found, said = _examined(make_inquiry_settings(smtp_url=sink.url), send_to="me@example.com")
    assert (found[0].level, sink.recipients) == ("ok", [["me@example.com"]])
    assert "250 queued as 7" in said
    assert b"Auto-Submitted: auto-generated" in sink.accepted[0]


def test_a_refused_test_letter_is_wrong(make_inquiry_settings: Any) -> None:
    with Sink(Script(rcpt="550 no such user")) as sink:
        found, said = _examined(make_inquiry_settings(smtp_url=sink.url), send_to="me@example.com")
    assert (found[0].level, sink.accepted, "550 no such user" in said) == ("wrong", [], True)


def test_dns_that_does_not_answer_is_said_so(make_inquiry_settings: Any) -> None:
    with Sink() as sink, name_server({}, is_broken=True) as (address, _):
        said: list[str] = []
        settings = make_inquiry_settings(smtp_url=sink.url, dkim_selector="s1")
        found = examine_mail(settings, text_records(address), said.append)
    assert [(one.level, "could not ask" in one.found) for one in found[1:]] == [("warning", True)] * 3


def test_the_verb_exits_with_1_where_anything_is_wrong(make_inquiry_settings: Any) -> None:
    with name_server(ZONE) as (address, _):
        with Sink() as sink:
            settings = make_inquiry_settings(smtp_url=sink.url, dkim_selector="s1")
            status, said = doctor(settings, "mail", "--nameserver", address)
            assert (status, "  < 220 sink" in said) == (0, True), said
        status, said = doctor(settings, "mail", "--nameserver", address)
    assert (status, "the conversation ended" in said) == (1, True)


def test_a_folder_of_letters_has_no_conversation(make_inquiry_settings: Any) -> None:
    found, said = _examined(make_inquiry_settings())
    assert ([one.what for one in found], "SMTP" in said) == (["mail"], False)

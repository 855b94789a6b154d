"""The road out by SMTP: which side of the final dot a letter was on, whatever the relay does."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from shared.smtp import SmtpTransport
from shared.transports import (
    DotNotAllowed,
    LetterDelayed,
    LetterInDoubt,
    LetterRefused,
    parse_smtp_url,
)
from tests.shared.scripted_smtp import Script, Sink

PIPELINING = "250-sink\r\n250 PIPELINING"
LETTER = b"Message-ID: <1@x>\r\nSubject: hello\r\n\r\n.begins with a dot\r\n..and two\r\n"


MakeSink = Callable[..., Sink]


@pytest.fixture(params=["250 ok", PIPELINING], ids=["one command at a time", "pipelining"])
def a_sink(request: pytest.FixtureRequest) -> MakeSink:
    """Relays of both kinds must be understood alike."""
    return lambda script=None: Sink(replace(script or Script(), ehlo=request.param))


def _send(sink: Sink, *, data: bytes = LETTER, allow: bool = True, marks: list[str] | None = None) -> str:
    settings = replace(parse_smtp_url(sink.url), timeout_s=2.0, answer_timeout_s=0.3)
    transport = SmtpTransport(settings)

    def mark() -> bool:
        if marks is not None:
            marks.append("dot")
        return allow

    try:
        return transport.send("b+1@riverside.example", "effat@example.com", data, mark).reply
    finally:
        transport.close()


def test_an_accepted_letter_arrives_byte_for_byte(a_sink: MakeSink) -> None:
    with a_sink() as sink:
        assert "queued as 7" in _send(sink)
        assert sink.accepted == [LETTER]


@pytest.mark.parametrize(
    "script",
    [
        Script(mail="451 later"),
        Script(mail="550 your address is not known here"),
        Script(rcpt="450 greylisted"),
        Script(data="451 no"),
        Script(mail="421 busy"),
        Script(dot="451 full"),
        Script(dot="421 going down"),
        Script(mail="drop"),
        Script(rcpt="drop"),
        Script(data="drop"),
    ],
    ids=lambda s: f"mail={s.mail},rcpt={s.rcpt},data={s.data},body={s.body},dot={s.dot}",
)
def test_what_is_certainly_not_accepted_may_be_tried_again(script: Script, a_sink: MakeSink) -> None:
    with a_sink(script) as sink, pytest.raises(LetterDelayed):
        _send(sink)
    assert sink.accepted == []


def test_a_relay_that_hangs_up_inside_the_letter_has_not_accepted_it(a_sink: MakeSink) -> None:
    with a_sink(Script(body="drop")) as sink, pytest.raises(LetterDelayed):
        _send(sink, data=LETTER + b"a line of a long letter\r\n" * 500_000)


@pytest.mark.parametrize("script", [Script(rcpt="550 unknown"), Script(dot="554 spam")])
def test_a_permanent_refusal_is_final(script: Script, a_sink: MakeSink) -> None:
    with a_sink(script) as sink, pytest.raises(LetterRefused):
        _send(sink)


@pytest.mark.parametrize(
    "script",
    [
        Script(dot="drop"),
        Script(dot="silence"),
        Script(dot="drop", after_dot_accepts=True),
        Script(dot="25", after_dot_accepts=True),
        Script(dot="2", after_dot_accepts=True),
        Script(dot="354 go on", after_dot_accepts=True),
        Script(dot="what?", after_dot_accepts=True),
    ],
)
def test_no_answer_to_the_dot_is_in_doubt(script: Script, a_sink: MakeSink) -> None:
    marks: list[str] = []
    with a_sink(script) as sink, pytest.raises(LetterInDoubt):
        _send(sink, marks=marks)
    assert marks == ["dot"]


def test_before_the_dot_nothing_was_marked(a_sink: MakeSink) -> None:
    marks: list[str] = []
    with a_sink(Script(data="drop")) as sink, pytest.raises(LetterDelayed):
        _send(sink, marks=marks)
    assert marks == []


def test_without_the_mark_the_dot_is_not_written(a_sink: MakeSink) -> None:
    with a_sink() as sink:
        with pytest.raises(DotNotAllowed):
            _send(sink, allow=False)
        assert _send(sink)  # the sink has read the end of the first conversation by then, or shortly after
    assert sink.accepted == [LETTER]
    assert sink.unfinished == 1


def test_an_absent_relay_delays(a_sink: MakeSink) -> None:
    with a_sink() as sink:
        url = sink.url
    transport = SmtpTransport(replace(parse_smtp_url(url), timeout_s=1.0))
    with pytest.raises(LetterDelayed):
        transport.send("a@b.example", "c@d.example", LETTER, lambda: True)


def test_the_final_answer_is_awaited_for_ten_minutes() -> None:
    assert parse_smtp_url("smtp://relay.example").answer_timeout_s == 600


def test_a_password_is_never_sent_in_the_clear_unasked() -> None:
    assert parse_smtp_url("smtp://user:secret@relay.example").starttls == "required"


@pytest.mark.parametrize("url", ["http://x", "smtp://", "maildir://relative", "smtp://x?starttls=perhaps"])
def test_a_wrong_address_is_refused_with_words(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP_URL"):
        parse_smtp_url(url)


def test_a_pipelining_relay_is_asked_once_and_refusals_keep_the_connection_fit() -> None:
    with Sink(Script(ehlo=PIPELINING, rcpt="550 unknown", data="554 no valid recipients")) as sink:
        transport = SmtpTransport(replace(parse_smtp_url(sink.url), timeout_s=2.0))
        with pytest.raises(LetterRefused, match="550 unknown"):
            transport.send("b+1@riverside.example", "nobody@example.com", LETTER, lambda: True)
        sink.script = Script(ehlo=PIPELINING)
        transport.send("b+1@riverside.example", "effat@example.com", LETTER, lambda: True)
        transport.close()
    assert (sink.connections, sink.accepted) == (1, [LETTER])


def test_a_relay_that_takes_a_letter_for_nobody_gets_no_dot() -> None:
    with Sink(Script(ehlo=PIPELINING, rcpt="550 unknown")) as sink:
        with pytest.raises(LetterRefused):
            _send(sink)
        sink.script = Script(ehlo=PIPELINING)
        _send(sink)  # the sink has read the end of the first conversation by then, or shortly after
    assert (sink.connections, sink.accepted) == (2, [LETTER])


def test_no_command_begins_inside_an_address() -> None:
    with Sink(Script(ehlo=PIPELINING)) as sink:
        transport = SmtpTransport(parse_smtp_url(sink.url))
        with pytest.raises(ValueError, match="line's end"):
            transport.send(
                "b+1@riverside.example", "x@y.example>\r\nRCPT TO:<z@y.example", LETTER, lambda: True
            )
        transport.close()
    assert sink.verbs == [b"EHLO"]

"""How long an answer is awaited, and what a relay that breaks off in the middle leaves behind."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from shared.clock import monotonic_s
from shared.smtp import SmtpTransport
from shared.transports import LetterDelayed, LetterInDoubt, RelayHung, parse_smtp_url
from tests.shared.scripted_smtp import Script, Sink

EHLOS = {"one command at a time": "250 ok", "pipelining": "250-sink\r\n250 PIPELINING"}
LETTER = b"Message-ID: <1@x>\r\nSubject: hello\r\n\r\nhello\r\n"
LONG_LETTER = LETTER + b"a line of a long letter\r\n" * 500_000
BUSY = "421 4.3.2 too busy"

Send = Callable[..., str]


@pytest.fixture(params=EHLOS.values(), ids=EHLOS)
def ehlo(request: pytest.FixtureRequest) -> str:
    """Relays of both kinds must be understood alike."""
    return str(request.param)


def _send(sink: Sink, *, data: bytes = LETTER, timeout_s: float = 2.0, answer_timeout_s: float = 2.0) -> str:
    settings = replace(parse_smtp_url(sink.url), timeout_s=timeout_s, answer_timeout_s=answer_timeout_s)
    transport = SmtpTransport(settings)
    try:
        return transport.send("b+1@riverside.example", "effat@example.com", data, lambda: True).reply
    finally:
        transport.close()


@pytest.mark.parametrize(("late_s", "is_awaited"), [(2.5, True), (3.5, False)])
def test_the_last_answer_is_awaited_as_long_as_the_setting_says(late_s: float, is_awaited: bool) -> None:
    """A command may take one second here, the last answer three."""
    with Sink(Script(dot=f"after {late_s} s: 250 queued as 7", after_dot_accepts=True)) as sink:
        began_s = monotonic_s()
        if is_awaited:
            assert "queued as 7" in _send(sink, timeout_s=1.0, answer_timeout_s=3.0)
        else:
            with pytest.raises(LetterInDoubt):
                _send(sink, timeout_s=1.0, answer_timeout_s=3.0)
        assert monotonic_s() - began_s >= min(late_s, 3.0)
    assert sink.accepted == [LETTER]


def test_the_next_letters_commands_are_not_awaited_so_long() -> None:
    with Sink() as sink:
        transport = SmtpTransport(replace(parse_smtp_url(sink.url), timeout_s=0.3, answer_timeout_s=60.0))
        transport.send("b+1@riverside.example", "effat@example.com", LETTER, lambda: True)
        sink.script = Script(mail="silence", ehlo="silence")
        with pytest.raises(RelayHung):
            transport.send("b+1@riverside.example", "effat@example.com", LETTER, lambda: True)
        transport.close()


@pytest.mark.parametrize(
    "script",
    [
        Script(greeting=BUSY),
        Script(mail=BUSY),
        Script(rcpt=BUSY),
        Script(data=BUSY),
        Script(dot=BUSY),
    ],
    ids=["greeting", "MAIL", "RCPT", "DATA", "dot"],
)
def test_421_at_any_verb_delays_and_the_next_letter_has_a_new_connection(script: Script, ehlo: str) -> None:
    with Sink(replace(script, ehlo=ehlo)) as sink:
        transport = SmtpTransport(replace(parse_smtp_url(sink.url), timeout_s=2.0, answer_timeout_s=2.0))
        with pytest.raises(LetterDelayed, match=r"421|cannot be reached"):
            transport.send("b+1@riverside.example", "effat@example.com", LETTER, lambda: True)
        sink.script = Script(ehlo=ehlo)
        transport.send("b+1@riverside.example", "effat@example.com", LETTER, lambda: True)
        transport.close()
    assert (sink.accepted, sink.connections) == ([LETTER], 2)


def test_421_at_ehlo_delays() -> None:
    with Sink(Script(ehlo=BUSY)) as sink, pytest.raises(LetterDelayed):
        _send(sink)
    assert sink.accepted == []


def test_accepted_and_then_dropped_is_in_doubt(ehlo: str) -> None:
    with Sink(Script(ehlo=ehlo, dot="drop", after_dot_accepts=True)) as sink, pytest.raises(LetterInDoubt):
        _send(sink)
    assert sink.accepted == [LETTER]


def test_accepted_and_then_reset_is_in_doubt(ehlo: str) -> None:
    with Sink(Script(ehlo=ehlo, dot="reset", after_dot_accepts=True)) as sink, pytest.raises(LetterInDoubt):
        _send(sink)
    assert sink.accepted == [LETTER]


def test_a_relay_that_resets_inside_the_letter_has_not_accepted_it(ehlo: str) -> None:
    with Sink(Script(ehlo=ehlo, body="reset")) as sink, pytest.raises(LetterDelayed):
        _send(sink, data=LONG_LETTER)
    assert sink.accepted == []


def test_answers_that_come_a_letter_at_a_time_are_whole_answers(ehlo: str) -> None:
    slow = Script(
        ehlo=ehlo,
        mail="drip: 250 ok",
        data="drip: 354 go on",
        dot="drip: 250 queued as 7",
        after_dot_accepts=True,
    )
    with Sink(slow) as sink:
        assert "queued as 7" in _send(sink)
    assert sink.accepted == [LETTER]


@pytest.mark.parametrize("where", ["greeting", "mail", "rcpt", "data"])
def test_a_relay_that_falls_silent_before_the_dot_hangs_and_has_taken_nothing(where: str, ehlo: str) -> None:
    with Sink(replace(Script(ehlo=ehlo), **{where: "silence"})) as sink, pytest.raises(RelayHung):
        _send(sink, timeout_s=0.3)
    assert sink.accepted == []

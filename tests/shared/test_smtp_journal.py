"""A second recipient in the envelope, the journal: the recipient's fate decides, and no letter goes twice."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from shared.smtp import SmtpTransport
from shared.transports import LetterDelayed, LetterRefused, RelayHung, parse_smtp_url
from tests.shared.scripted_smtp import Script, Sink

EHLOS = {"one command at a time": "250 ok", "pipelining": "250-sink\r\n250 PIPELINING"}
LETTER = b"Message-ID: <1@x>\r\nSubject: hello\r\n\r\nhello\r\n"
EFFAT, JOURNAL = "effat@example.com", "journal@riverside.example"

MakeSink = Callable[..., Sink]


@pytest.fixture(params=EHLOS.values(), ids=EHLOS)
def a_sink(request: pytest.FixtureRequest) -> MakeSink:
    """Relays of both kinds must be understood alike."""
    return lambda **answers: Sink(Script(ehlo=request.param, rcpt_of=answers))


def _transport(sink: Sink) -> SmtpTransport:
    settings = replace(parse_smtp_url(sink.url), timeout_s=0.5, answer_timeout_s=0.5)
    return SmtpTransport(replace(settings, journal_address=JOURNAL))


def _send(transport: SmtpTransport) -> str:
    return transport.send("b+1@riverside.example", EFFAT, LETTER, lambda: True).reply


def test_the_journal_gets_the_letter_in_the_same_envelope(a_sink: MakeSink) -> None:
    with a_sink() as sink:
        transport = _transport(sink)
        _send(transport)
        transport.close()
    assert (sink.accepted, sink.recipients) == ([LETTER], [[EFFAT, JOURNAL]])


@pytest.mark.parametrize("refusal", ["550 no such journal", "450 greylisted", "452 full"])
def test_a_refused_journal_costs_the_proof_and_not_the_letter(a_sink: MakeSink, refusal: str) -> None:
    with a_sink(**{JOURNAL: refusal}) as sink:
        transport = _transport(sink)
        _send(transport)
        _send(transport)
        transport.close()
    assert (sink.recipients, sink.connections) == ([[EFFAT], [EFFAT]], 1)


@pytest.mark.parametrize(
    ("refusal", "error"), [("550 no such user", LetterRefused), ("450 greylisted", LetterDelayed)]
)
def test_a_refused_recipient_leaves_the_journal_without_a_copy(
    a_sink: MakeSink, refusal: str, error: type[Exception]
) -> None:
    """A pipelining relay says 354 because of the journal: it must get no dot."""
    with a_sink(**{EFFAT: refusal}) as sink:
        transport = _transport(sink)
        with pytest.raises(error):
            _send(transport)
        assert sink.accepted == []
        sink.script = replace(sink.script, rcpt_of={})
        _send(transport)
        transport.close()
    assert sink.recipients == [[EFFAT, JOURNAL]]


@pytest.mark.parametrize(
    ("answer", "error"), [("421 going down", LetterDelayed), ("drop", LetterDelayed), ("silence", RelayHung)]
)
def test_a_relay_that_fails_at_the_journal_has_taken_nothing(
    a_sink: MakeSink, answer: str, error: type[Exception]
) -> None:
    with a_sink(**{JOURNAL: answer}) as sink:
        transport = _transport(sink)
        with pytest.raises(error):
            _send(transport)
        sink.script = replace(sink.script, rcpt_of={})
        _send(transport)
        transport.close()
    assert sink.recipients == [[EFFAT, JOURNAL]]


def test_nobody_wants_to_hear_that_a_copy_did_not_arrive() -> None:
    with Sink(Script(ehlo="250-sink\r\n250-PIPELINING\r\n250 DSN")) as sink:
        transport = _transport(sink)
        _send(transport)
        transport.close()
    named = [line for line in sink.commands if line.startswith(b"RCPT")]
    assert named == [f"RCPT TO:<{EFFAT}>".encode(), f"RCPT TO:<{JOURNAL}> NOTIFY=NEVER".encode()]

"""Whoever sends a letter is killed at each point of the conversation: no letter is lost, and none goes again unasked."""

import pytest

from tests.faults import peers, sink
from tests.faults.enduring import FIVE_KILLS, LONG, SHORT, Form, Trial
from tests.faults.killing import killed_at
from tests.faults.stand import Stand

SHORT_FORMS = [
    pytest.param(sink.BEFORE_DATA, SHORT, id="before DATA, each once"),
    pytest.param(sink.AROUND_DATA, FIVE_KILLS, id="around DATA, each five times"),
]
LONG_FORMS = [pytest.param((point,), LONG, id=point, marks=pytest.mark.long) for point in sink.CRASH_POINTS]


@pytest.mark.skipif(not peers.is_possible(), reason="no /proc/net/tcp on this machine")
@pytest.mark.parametrize(("points", "form"), [*SHORT_FORMS, *LONG_FORMS])
def test_a_sender_killed_in_the_conversation_neither_loses_nor_repeats_a_letter(
    stand: Stand, request: pytest.FixtureRequest, points: tuple[str, ...], form: Form
) -> None:
    trial = Trial(stand, form, request.node.name, inquiries=0)
    assert trial.endure(killed_at(points, form.kills)).violations == []

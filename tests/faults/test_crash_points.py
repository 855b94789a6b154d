"""Whoever sends a letter is killed at each point of the conversation: no letter is lost, and none goes again unasked."""

import pytest

from tests.faults import peers, sink
from tests.faults.enduring import Form, Trial
from tests.faults.killing import killed_at
from tests.faults.stand import Stand

pytestmark = pytest.mark.skipif(not peers.is_possible(), reason="no /proc/net/tcp on this machine")


@pytest.mark.parametrize("point", sink.CRASH_POINTS)
def test_a_sender_killed_in_the_conversation_neither_loses_nor_repeats_a_letter(
    stand: Stand, form: Form, request: pytest.FixtureRequest, point: str
) -> None:
    trial = Trial(stand, form, request.node.name, inquiries=0)
    assert trial.endure(killed_at(point, form.kills)).violations == []

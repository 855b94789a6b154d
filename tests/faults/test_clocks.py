"""Clocks that differ by two hours change no lease, no deadline and no answer."""

import pytest

from tests.faults import clocks
from tests.faults.enduring import Trial


@pytest.mark.skipif(clocks.library() is None, reason="no libfaketime on this machine")
def test_nothing_is_lost_while_clocks_are_set_apart(trial: Trial) -> None:
    # the short form hurts the service that has deadlines; each process is a second of a processor
    services = ("enrollment", "inquiry") if trial.form.is_long else ("enrollment",)
    assert trial.endure(clocks.apart(*services)).violations == []

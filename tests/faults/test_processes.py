"""Any process may be killed at any moment."""

import pytest

from tests.faults import killing
from tests.faults.enduring import Fault, Trial


@pytest.mark.parametrize("fault", [killing.all_workers, killing.at_random], ids=lambda fault: fault.__name__)
def test_nothing_is_lost_when_processes_are_killed(trial: Trial, fault: Fault) -> None:
    assert trial.endure(fault).violations == []

"""Redis may be flushed, frozen, killed, full or missing: work goes on, and nothing is lost."""

import pytest

from tests.faults import redis_faults
from tests.faults.enduring import Fault, Trial

FAULTS = [
    redis_faults.flushed,
    redis_faults.frozen,
    redis_faults.killed,
    redis_faults.absent,
    redis_faults.full,
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_nothing_is_lost_while_redis_is(trial: Trial, fault: Fault) -> None:
    assert trial.endure(fault).violations == []

"""PostgreSQL may be restarted, lose its backends, or have a full disk: 503 meanwhile, and nothing that was accepted is lost."""

import pytest

from tests.faults import history, postgres_faults
from tests.faults.enduring import Fault, Form, Trial
from tests.faults.stand import Stand

FAULTS = [
    postgres_faults.restarted,
    postgres_faults.backends_ended,
    postgres_faults.ended_in_commit,
    postgres_faults.backend_killed,
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_nothing_is_lost_while_postgresql_is_hurt(trial: Trial, fault: Fault) -> None:
    assert trial.endure(fault).violations == []
    assert 500 not in answered(trial)


def answered(trial: Trial) -> set[int]:
    """Every status that a client saw."""
    return {event.status for event in history.read(trial.history_path)}


def test_a_full_disk_is_a_503_and_loses_nothing(
    stand: Stand, form: Form, request: pytest.FixtureRequest
) -> None:
    if not postgres_faults.can_mount(stand.base / "disk"):
        pytest.skip("this machine lets nobody mount a small disk")
    stand.wait_until_ready()
    with postgres_faults.small_disk(stand):
        # more would fill the small disk by themselves
        trial = Trial(stand, form, request.node.name, inquiries=min(form.inquiries, 1000))
        endured = trial.endure(postgres_faults.full_disk(lambda: 503 in answered(trial)))
        statuses = answered(trial)
    assert endured.violations == []
    assert 503 in statuses
    assert 500 not in statuses

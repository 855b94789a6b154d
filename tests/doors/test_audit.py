"""The audit of the pins says clean only when every package was looked up."""

import json

import pytest

from deploy.audit import CLEAN, NOT_AUDITED, WEAK, judge

KNOWN = {"name": "flask", "version": "3.1.3", "vulns": []}
WEAKNESS = {"name": "celery", "version": "1.0", "vulns": [{"id": "PYSEC-2021-858"}]}
UNKNOWN = {"name": "amqp", "skip_reason": "could not be audited"}


@pytest.mark.parametrize(
    ("packages", "outcome"),
    [
        ([KNOWN], CLEAN),
        ([KNOWN, WEAKNESS], WEAK),
        ([UNKNOWN, WEAKNESS], WEAK),
        ([KNOWN, UNKNOWN], NOT_AUDITED),
        ([], NOT_AUDITED),
    ],
)
def test_only_what_was_looked_up_counts(packages: list[object], outcome: int) -> None:
    assert judge(json.dumps({"dependencies": packages}), "").outcome == outcome


def test_a_service_that_could_not_be_reached_is_said_by_its_own_words() -> None:
    verdict = judge("", "Traceback\nConnectionError: no route to the service")
    assert (verdict.outcome, verdict.words) == (NOT_AUDITED, "ConnectionError: no route to the service")

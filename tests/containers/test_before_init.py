"""Processes that start before everything they need: the first of these tests, since nothing is there yet."""

import pytest

from tests.containers.stack import Stack


@pytest.mark.parametrize("process", ["inquiry-web", "inquiry-worker", "enrollment-relay"])
def test_a_process_without_its_secrets_waits_and_says_so(built: Stack, process: str) -> None:
    said = built.run_for(6, process)
    assert '"event": "waiting"' in said
    assert "/secret-key" in said
    assert said.count('"waiting"') == 1
    assert "Traceback" not in said

"""Processes that start before everything they need: the first of these tests, since nothing is there yet."""

from tests.containers.stack import Stack


def test_a_process_without_its_secrets_waits_and_says_so(built: Stack) -> None:
    said = built.run_for(6, "inquiry-worker")
    assert '"event": "waiting"' in said
    assert "/secret-key" in said
    assert said.count('"waiting"') == 1
    assert "Traceback" not in said

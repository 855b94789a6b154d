"""The broker frozen, every worker gone, a process killed: work goes on, slower, and says so."""

import json
import os
import signal
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.journeys.conftest import Pair
from tests.journeys.maildir import a_letter, waited_for

pytestmark = pytest.mark.journey


def _pids(pair: Pair) -> dict[str, int]:
    pids: dict[str, int] = json.loads((pair.var / "run" / "ready.json").read_text())["pids"]
    return pids


@contextmanager
def _stopped(*pids: int) -> Iterator[None]:
    """The processes hang; they go on afterwards."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def _ask(pair: Pair, email: str) -> str:
    body = json.dumps({"name": "Marker", "email": email, "question": "Is there room?"}).encode()
    request = urllib.request.Request(
        f"{pair.inquiry}/api/inquiry/v1/inquiries", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        return str(json.load(response)["reference"])


def _ready(pair: Pair) -> dict[str, Any]:
    with urllib.request.urlopen(f"{pair.inquiry}/health/ready", timeout=10) as response:
        answer: dict[str, Any] = json.load(response)
        return answer


def test_a_letter_goes_out_while_the_broker_is_frozen(pair: Pair) -> None:
    valkey = int((pair.var / "valkey" / "valkey.pid").read_text())
    with _stopped(valkey):
        reference = _ask(pair, "marker-frozen-8801@example.com")
        a_letter(pair.var / "mail", "marker-frozen-8801@example.com", reference, within_s=60)


def test_a_letter_goes_out_while_every_worker_hangs_and_health_says_so(pair: Pair) -> None:
    with _stopped(_pids(pair)["inquiry-worker"]):
        reference = _ask(pair, "marker-hung-8802@example.com")
        a_letter(pair.var / "mail", "marker-hung-8802@example.com", reference, within_s=60)
        said = waited_for(
            "health says that no worker is alive",
            lambda: next((r for r in _ready(pair)["reasons"] if "no worker" in r), None),
            within_s=60,
        )
    assert "relay does the work" in said


def test_a_killed_web_process_is_back_by_itself(pair: Pair) -> None:
    os.kill(_pids(pair)["inquiry-web"], signal.SIGKILL)

    def asked() -> str | None:
        try:
            return _ask(pair, "marker-back-8803@example.com")
        except OSError:
            return None

    assert waited_for("a question is taken again", asked, within_s=30).startswith("Q-")

"""A service's own processes on a test's database: started by their verbs, seen by what they log, stopped by their ids."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from threading import Event
from typing import Any

from shared.settings import ServiceSettings

ROOT = Path(__file__).resolve().parents[1]


def environment_of(settings: ServiceSettings) -> dict[str, str]:
    """The settings as a process reads them."""
    given = {field.name.upper(): str(getattr(settings, field.name)) for field in fields(settings)}
    return os.environ | given


@contextmanager
def running(settings: ServiceSettings, verb: str, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """`python -m <service> <verb>` runs inside the block; what it says is in `log`."""
    command = [sys.executable, "-m", f"{settings.service}_service", verb]
    with log.open("ab") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment_of(settings), stdout=out, stderr=out)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def answering(address: str, process: "subprocess.Popen[bytes]") -> str:
    """The address, once somebody answers there."""
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{address}/health/live", timeout=2):
                return address
        except OSError:
            assert process.poll() is None, "the server ended"
            Event().wait(0.1)
    raise AssertionError("the server did not answer in 60 s")


def lines_of(log: Path) -> list[dict[str, Any]]:
    """The lines of a log that are JSON, as the product writes them."""
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]

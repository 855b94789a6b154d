"""The pair as `make run` starts it, on its own data and ports, and a real browser in front of it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from playwright.sync_api import expect

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
READY_WITHIN_S = 60
expect.set_options(timeout=15_000)  # a machine that is busy with other tests is slow, not wrong


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser each journey is skipped by name. (`tests/conftest.py` keeps them in one process, where they share one pair.)"""
    for item in items:
        if (
            Path(__file__).parent in item.path.parents and CHROMIUM is None and "CI" not in os.environ
        ):  # there, a missing browser is a failure
            item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


@dataclass(frozen=True)
class Pair:
    """The running pair."""

    enrollment: str
    inquiry: str
    var: Path

    def password_of(self, role: str) -> tuple[str, str]:
        """The sample sign-in of a role: address and password."""
        people = json.loads((self.var / "secrets" / "sign-ins.json").read_text())
        person = next(entry for entry in people if entry["role"] == role)
        return person["email"], person["password"]


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """The pair, ready; stopped by its process id."""
    var = tmp_path_factory.mktemp("pair")
    environment = os.environ | {
        "VAR_DIR": str(var),
        "ENROLLMENT_PORT": str(free_port()),
        "INQUIRY_PORT": str(free_port()),
        "LIMIT_PUBLIC_WRITES": "10000/minute",
    }
    output = (var / "make-run.txt").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.embedded", "run"],
        cwd=ROOT,
        env=environment,
        stdout=output,
        stderr=output,
    )
    try:
        yield ready_pair(process, var)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def ready_pair(process: "subprocess.Popen[bytes]", var: Path) -> Pair:
    """The pair behind the supervisor's process, once it says that it is ready."""
    ready = var / "run" / "ready.json"
    for _ in range(READY_WITHIN_S * 10):
        if ready.exists():
            addresses: dict[str, Any] = json.loads(ready.read_text())
            return Pair(addresses["enrollment_url"], addresses["inquiry_url"], var)
        if process.poll() is not None:
            break
        Event().wait(0.1)
    raise AssertionError((var / "make-run.txt").read_text())


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The distribution's own Chromium, without its calls home."""
    arguments = [
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    return {"executable_path": CHROMIUM, "args": arguments}

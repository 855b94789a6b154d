"""From the command to both services ready, on an empty directory with everything installed; and what the whole stack weighs."""

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

import psutil  # type: ignore[import-untyped]

from benchmarks.stand import a_directory, free_port, wait_until_ready
from deploy.embedded.installation import ROOT
from deploy.embedded.services import PAIR


@dataclass(frozen=True)
class Start:
    """One first start."""

    seconds: float
    by_process: dict[str, float]

    @property
    def pss_mb(self) -> float:
        """The whole stack."""
        return sum(self.by_process.values())


def start_once() -> Start:
    """`make run`'s command until both `/health/ready` answer; then everything is stopped and deleted."""
    base, ports = a_directory(), (free_port(), free_port())
    settings = {"VAR_DIR": str(base), "ENROLLMENT_PORT": str(ports[0]), "INQUIRY_PORT": str(ports[1])}
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.embedded", "run"],
        env=os.environ | settings,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for port in ports:
            wait_until_ready(port)
        return Start(time.monotonic() - began, _weights(process.pid))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        shutil.rmtree(base, ignore_errors=True)


def _weights(pid: int) -> dict[str, float]:
    """The memory of the process and all its descendants in MB, by what they are; what they share is counted once."""
    root = psutil.Process(pid)
    found: dict[str, float] = {}
    for process in (root, *root.children(recursive=True)):
        try:
            name, weight = _name(process), process.memory_full_info().pss / 1_000_000
        except psutil.Error:
            continue
        found[name] = found.get(name, 0.0) + weight
    return found


def _name(process: psutil.Process) -> str:
    """`inquiry_service web`; PostgreSQL with all its backends is one."""
    words = process.cmdline()
    if process.name().startswith(tuple(service.name for service in PAIR)):
        return str(process.name())  # forked: the command line is the nursery's
    if "-m" in words:
        return " ".join(words[words.index("-m") + 1 :])
    return "PostgreSQL" if process.name().startswith("postgres") else str(process.name())

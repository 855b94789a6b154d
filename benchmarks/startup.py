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


@dataclass(frozen=True)
class Start:
    """One first start."""

    seconds: float
    pss_mb: float


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
        return Start(time.monotonic() - began, _pss_mb(process.pid))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        shutil.rmtree(base, ignore_errors=True)


def _pss_mb(pid: int) -> float:
    """The memory of the process and all its descendants, what they share counted once."""
    root = psutil.Process(pid)
    weights = [_pss(process) for process in (root, *root.children(recursive=True))]
    return sum(weights) / 1_000_000


def _pss(process: psutil.Process) -> int:
    try:
        return int(getattr(process.memory_full_info(), "pss", 0))
    except psutil.Error:
        return 0

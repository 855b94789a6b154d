"""A pair of stand-in services under the real supervisor, seen from outside: by its files and pids."""

import itertools
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from deploy.embedded.orphans import is_alive
from tests.embedded.waiting import wait_for

BOX = "Frontdesk is ready"
ROOT = Path(__file__).resolve().parents[2]


class StandInPair:
    """One installation in `var`; every process it ever named is remembered, and must be gone at the end."""

    def __init__(self, var: Path, *, processes: str = "web worker", python: str = sys.executable) -> None:
        self.var = var
        self.ports = free_ports(2)
        self.pids: set[int] = set()
        self.become: Callable[[], Any] = lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL)
        self._python = python
        self._processes = processes
        self._output = var.with_name(var.name + ".output")
        self._runs: list[subprocess.Popen[bytes]] = []

    def interrupt(self) -> None:
        """Ctrl-C, once."""
        self._runs[-1].send_signal(signal.SIGINT)

    def start(self, **settings: str) -> "StandInPair":
        boxes = self.output().count(BOX)
        self.launch(**settings)
        assert wait_for(lambda: self.output().count(BOX) > boxes, timeout_s=20.0), self.output()
        self.ready()
        return self

    def launch(self, **settings: str) -> subprocess.Popen[bytes]:
        with self._output.open("ab") as output:
            run = subprocess.Popen(
                self.command("run"),
                cwd=ROOT,
                env=self.environment(**settings),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                preexec_fn=self.become,
            )
        self._runs.append(run)
        return run

    def call(self, *verb: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*verb),
            cwd=ROOT,
            env=self.environment(**settings),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
            preexec_fn=self.become,
        )

    def environment(self, **settings: str) -> dict[str, str]:
        ours = {
            "VAR_DIR": str(self.var),
            "ENROLLMENT_PORT": str(self.ports[0]),
            "INQUIRY_PORT": str(self.ports[1]),
            "STAND_IN_PROCESSES": self._processes,
        }
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return kept | ours | settings

    def ready(self) -> dict[str, Any] | None:
        try:
            told: dict[str, Any] = json.loads((self.var / "run" / "ready.json").read_text())
        except OSError:
            return None
        self.pids |= set(told["pids"].values())
        return told

    def pid(self, name: str) -> int:
        told = self.ready()
        assert told is not None, self.output()
        return int(told["pids"][name])

    def supervisor(self) -> int:
        return int((self.var / "run" / "supervisor.pid").read_text())

    def output(self) -> str:
        return self._output.read_text() if self._output.exists() else ""

    def said(self, text: str) -> bool:
        return wait_for(lambda: text in self.output())

    def stop(self, signum: signal.Signals = signal.SIGTERM) -> int:
        """The exit status of the latest run after the signal."""
        run = self._runs[-1]
        run.send_signal(signum)
        return run.wait(timeout=20)

    def kill(self) -> None:
        self.ready()
        self._runs[-1].kill()
        self._runs[-1].wait(timeout=5)

    def is_gone(self) -> bool:
        """No process that any run named is left, nor one below them that carries the installation's mark."""
        return wait_for(lambda: not self.alive())

    def named_are_gone(self) -> bool:
        """No process that any run named is left."""
        return wait_for(lambda: not any(is_alive(pid) for pid in self.pids))

    def alive(self) -> list[int]:
        mark = f"FRONTDESK_SUPERVISED={self.var}".encode()
        marked = [int(p.name) for p in Path("/proc").iterdir() if p.name.isdigit() and mark in _environ(p)]
        return [pid for pid in {*self.pids, *marked} if is_alive(pid)]

    def end(self) -> None:
        for run in self._runs:
            if run.poll() is None:
                run.terminate()
                run.wait(timeout=20)
        for pid in self.alive():
            os.kill(pid, signal.SIGKILL)

    def command(self, *verb: str) -> list[str]:
        return [self._python, "-m", "tests.embedded.run_stand_ins", *verb]


# Never the same twice: a port of the test before may still be closing.
_candidates = itertools.count(20_000 + (os.getpid() * 37) % 10_000)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now, below those that the kernel gives to outgoing connections."""
    found: list[int] = []
    while len(found) < count:
        candidate = next(_candidates)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", candidate)) != 0:
                found.append(candidate)
    return found


def _environ(process: Path) -> bytes:
    try:
        return (process / "environ").read_bytes()
    except OSError:
        return b""

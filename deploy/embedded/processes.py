"""One process of a service: begun in its own session, seen when it ends, stopped with growing urgency."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.embedded.logs import open_log
from deploy.embedded.nursery import Forked, Nursery
from deploy.embedded.nursery_process import Order
from deploy.embedded.privileges import dying_with_parent

# SIGTERM lets a worker finish its letter; SIGQUIT abandons it to its lease; then there is no more asking.
ESCALATION = ((signal.SIGTERM, 8.0), (signal.SIGQUIT, 5.0))


class Process:
    """`python -m <module> <arguments>`, its output appended to its log; forked, where there is a nursery. Start it from the main thread."""

    def __init__(
        self,
        name: str,
        module: str,
        arguments: tuple[str, ...],
        *,
        environment: Mapping[str, str],
        root: Path,
        log: Path,
        nursery: Nursery | None = None,
    ) -> None:
        self.name = name
        self.log = log
        self._module = module
        self._arguments = arguments
        self._environment = dict(environment)
        self._root = root
        self._nursery = nursery
        self._process: subprocess.Popen[bytes] | Forked | None = None
        self._is_over = False

    def start(self) -> None:
        """It runs; and nothing of its earlier self does."""
        self.end_group()
        try:
            self._process = self._forked(self._nursery) if self._nursery else self._spawned()
        except OSError:  # no nursery answers, and a new one does not either: then each by itself
            self._process = self._spawned()
        self._is_over = False

    def _forked(self, nursery: Nursery) -> Forked:
        open_log(self.log).close()
        order = Order(
            self.name,
            self._module,
            self._arguments,
            self._environment,
            root=str(self._root),
            log=str(self.log),
        )
        return nursery.fork(order)

    def _spawned(self) -> subprocess.Popen[bytes]:
        with open_log(self.log) as log:
            return subprocess.Popen(
                [sys.executable, "-m", self._module, *self._arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._root,
                env=self._environment,
                start_new_session=True,  # else Ctrl-C reaches it before the supervisor decides
                preexec_fn=dying_with_parent(signal.SIGTERM),
            )

    def is_alive(self) -> bool:
        """It runs. At its end it is left unreaped, so that its number stays ours until `end_group`."""
        if self._process is None or self._is_over:
            return False
        if isinstance(self._process, subprocess.Popen) and not hasattr(os, "waitid"):
            return self._process.poll() is None
        return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def returncode(self) -> int | None:
        """How it ended: an exit status, or minus a signal; None while it runs."""
        if self._process is not None and not self.is_alive():
            self.end_group()
        return self._process.returncode if self._process else None

    def send(self, signum: signal.Signals) -> None:
        """The signal went to the process itself; it tells its own children."""
        if self.is_alive() and self._process is not None:
            os.kill(self._process.pid, signum)

    def end_group(self) -> None:
        """No process of its session is left: a web server that is killed leaves workers that still answer."""
        if self._process is None or self._is_over:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):  # only a zombie was left
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._is_over = True


def stop_all(
    processes: list[Process], pause: Callable[[float], None], is_impatient: Callable[[], bool]
) -> None:
    """None of them runs, nor anything they started. Asked together, so that the slowest decides the time."""
    for signum, patience_s in ESCALATION:
        for process in processes:
            process.send(signum)
        deadline = time.monotonic() + patience_s
        while _any_alive(processes) and time.monotonic() < deadline and not is_impatient():
            pause(0.05)
    for process in processes:
        process.end_group()


def _any_alive(processes: list[Process]) -> bool:
    return any(process.is_alive() for process in processes)

"""Where the processes of the services are born on Linux: forked from one that has loaded what all of them load.

So SQLAlchemy and its like are in memory once instead of six times, and loaded once. Elsewhere, or where the kernel refuses,
each process is started as a program of its own.
"""

import ctypes
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from deploy.embedded.nursery_process import Order
from deploy.embedded.privileges import dying_with_parent

PR_SET_CHILD_SUBREAPER = 36
ANSWER_WITHIN_S = 60.0


class Forked:
    """A process that the nursery forked. It is a child of this one: seen, waited for and reaped like any other."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def wait(self) -> int:
        """Its exit status, or minus the signal that ended it; afterwards its number may be another's."""
        if self.returncode is None:
            self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.returncode


class Nursery:
    """Forks processes; start it from the main thread, with which it ends."""

    def __init__(
        self, modules: Sequence[str], *, environment: Mapping[str, str], root: Path, log: Path
    ) -> None:
        self._modules = modules
        self._environment = dict(environment)
        self._root = root
        self._log = log
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> bool:
        """It is loading. False where there can be none."""
        if not sys.platform.startswith("linux"):
            return False
        if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
            return False
        self._open()
        return True

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def fork(self, order: Order) -> Forked:
        """The process runs. A nursery that was killed is replaced once; raises OSError."""
        try:
            return self._ask(order)
        except OSError:
            self.stop()
            self._open()
            return self._ask(order)

    def stop(self) -> None:
        """It is gone; what it forked is not."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
        self._process = None

    def _open(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "deploy.embedded.nursery_process"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=self._root,
                env=self._environment,
                start_new_session=True,
                preexec_fn=dying_with_parent(signal.SIGKILL),
            )
        self._say(list(self._modules))

    def _say(self, what: object) -> None:
        if self._process is None or self._process.stdin is None:
            raise OSError("there is no nursery")
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()

    def _ask(self, order: Order) -> Forked:
        self._say(asdict(order))
        assert self._process is not None
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], ANSWER_WITHIN_S)[0]:
            raise OSError("the nursery does not answer")
        answer = self._process.stdout.readline().strip()
        if not answer.isdigit():
            raise OSError("the nursery ended")
        return Forked(int(answer))


def reap_strangers(ours: Collection[int | None]) -> None:
    """Orphans that fell to this process and have ended are gone: children of children, such as the workers of a killed web server."""
    try:
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()
    except OSError:  # not Linux, or a kernel without the list: they stay zombies until this process ends
        return
    for pid in map(int, children):
        if pid not in ours:
            os.waitpid(pid, os.WNOHANG)

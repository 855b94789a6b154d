"""The nursery's own process: loads the modules that its first line of input names (a list in JSON), and forks for each order.

An order is a line of JSON; the answer is the new process's number. The new one is a child of whoever started
the nursery: it is forked twice, and its first parent is gone, so it falls to the nearest *subreaper* (prctl(2)).
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import runpy
import signal
import sys
import time
from dataclasses import dataclass

from deploy.embedded.privileges import PR_SET_PDEATHSIG


@dataclass(frozen=True)
class Order:
    """`python -m module arguments`, as a process of that name; what it says is appended to the log."""

    name: str
    module: str
    arguments: tuple[str, ...]
    environment: dict[str, str]
    root: str
    log: str


def main() -> None:
    """Serves until its orders end; in each process that it forked, runs what was ordered."""
    supervisor = os.getppid()
    gc.disable()  # what is never swept stays as it is, and its memory everybody's
    for name in json.loads(sys.stdin.readline() or "[]"):
        try:
            importlib.import_module(name)
        except Exception as error:  # whoever needs it will say so
            sys.stderr.write(f"{name} could not be loaded: {error!r}\n")
    gc.collect()
    gc.freeze()
    order = _wait_to_be_born(supervisor)
    if order is not None:
        gc.enable()
        sys.argv = [order.module, *order.arguments]
        runpy.run_module(order.module, run_name="__main__", alter_sys=True)


def _wait_to_be_born(supervisor: int) -> Order | None:
    """In the nursery: None, when nobody orders any more. In a new process: what it is to be."""
    while line := sys.stdin.readline():
        found = json.loads(line)
        order = Order(**{**found, "arguments": tuple(found["arguments"])})
        reader, writer = os.pipe()
        between = os.fork()
        if between == 0:
            between = os.getpid()
            if os.fork():
                os._exit(0)
            _settle_in(order, supervisor, between)
            os.write(writer, b"%d" % os.getpid())  # it has its session now: whoever knows it can stop it
            os.closerange(3, writer + 1)
            return order
        os.close(writer)
        os.waitpid(between, 0)
        sys.stdout.write(f"{os.read(reader, 32).decode()}\n")
        sys.stdout.flush()
        os.close(reader)
    return None


def _settle_in(order: Order, supervisor: int, between: int) -> None:
    """A session, an environment and a log of its own; and it ends with the supervisor."""
    os.setsid()
    while os.getppid() == between:
        time.sleep(0.001)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    if os.getppid() != supervisor:
        os._exit(1)
    nothing, log = (
        os.open(os.devnull, os.O_RDONLY),
        os.open(order.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT),
    )
    for own, standard in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(own, standard)
    os.close(nothing)
    os.close(log)
    os.environ.clear()
    os.environ.update(order.environment)
    os.chdir(order.root)
    with contextlib.suppress(OSError), open("/proc/self/comm", "w", encoding="ascii") as name:
        name.write(order.name[:15])  # for ps and top; the command line stays the nursery's


if __name__ == "__main__":
    main()

"""The WSGI server, chosen in this one place: granian. Also how a child ends with its parent."""

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
import tempfile
from pathlib import Path

from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server import Server

from shared.settings import share_figures_in

PR_SET_PDEATHSIG = 1
HEADERS_WITHIN_MS = 10_000  # a body has no such limit in granian: the gateway waits for it (docs/runbook.md)


def serve(target: str, *, host: str, port: int, processes: int, threads: int) -> None:
    """Serves the app that `target` (`package.module:factory`) makes, until SIGTERM or SIGINT; requests under way are finished."""
    server = Server(
        target,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=threads,
        backpressure=max(threads * 16, 64),
        http1_settings=HTTP1Settings(header_read_timeout=HEADERS_WITHIN_MS),
        websockets=False,
        factory=True,
        respawn_failed_workers=True,
        respawn_interval=0.2,
        workers_kill_timeout=10,
        log_enabled=True,
        working_dir=Path.cwd(),
    )
    if processes == 1:
        server.serve()
        return
    with tempfile.TemporaryDirectory(prefix="frontdesk-figures-") as folder:
        share_figures_in(Path(folder))  # a scrape reaches any one of them, and must tell of all
        server.serve()


def end_with_parent() -> None:
    """This process is told to end when its parent is gone: a killed granian would leave its workers serving (Linux)."""
    if not sys.platform.startswith("linux"):
        return
    started_by = multiprocessing.parent_process()
    parent = started_by.pid if started_by is not None else os.getppid()
    with contextlib.suppress(OSError):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it was gone before we asked: no signal will come
        raise SystemExit(0)

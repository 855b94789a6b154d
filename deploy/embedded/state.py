"""What a running installation tells other commands: its pid, and once ready its addresses and pids."""

import json
import os
from pathlib import Path

from deploy.embedded.layout import Layout
from deploy.embedded.lock import is_held


def write_pid(layout: Layout) -> None:
    """`var/run/supervisor.pid` names this process."""
    _write(layout.supervisor_pid, f"{os.getpid()}\n")


def write_ready(layout: Layout, addresses: dict[str, str], pids: dict[str, int | None]) -> None:
    """`var/run/ready.json` is whole: the addresses, and which process is which."""
    _write(layout.ready, json.dumps({**addresses, "pids": pids}, indent=2) + "\n")


def forget(layout: Layout) -> None:
    """Neither file is left."""
    layout.ready.unlink(missing_ok=True)
    layout.supervisor_pid.unlink(missing_ok=True)


def is_running(layout: Layout) -> bool:
    """A supervisor keeps this installation."""
    return is_held(layout.supervisor_lock)


def running_pid(layout: Layout) -> str:
    """The supervisor's pid as text, for a message."""
    try:
        return layout.supervisor_pid.read_text().strip()
    except OSError:
        return "unknown"


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(text)
    draft.replace(path)

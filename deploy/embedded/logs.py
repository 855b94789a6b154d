"""Log files of children: appended to, and put aside when they have grown."""

from pathlib import Path
from typing import BinaryIO

PUT_ASIDE_BYTES = 20_000_000


def open_log(path: Path) -> BinaryIO:
    """The log, open for appending; one that had grown too long is now `<name>.1`."""
    if path.exists() and path.stat().st_size > PUT_ASIDE_BYTES:
        path.replace(path.with_name(path.name + ".1"))
    return path.open("ab")


def tail(path: Path, lines: int = 15) -> str:
    """The last lines of a log, indented for the terminal."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 8_000))
            text = file.read().decode(errors="replace")
    except OSError:
        return "    (no log)"
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])

"""What the person at the terminal reads: numbered steps, then one box. A closed terminal stops nothing."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

Rows = Sequence[tuple[str, ...]]


class Printer:
    """Lines for a person on one stream; silent for ever once nobody can read them."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._is_read = True

    def say(self, text: str) -> None:
        """The text was written, or nobody is there to read it."""
        if not self._is_read:
            return
        try:
            encoding = self._stream.encoding or "ascii"
            self._stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")
            self._stream.flush()
        except (OSError, ValueError):
            self._is_read = False

    def step(self, number: int, steps: int, text: str) -> None:
        """One numbered readiness line."""
        self.say(f"[{number}/{steps}] {text}")

    def box(self, title: str, parts: Sequence[Sequence[str]]) -> None:
        """One frame round the title and the parts, with a line between them."""
        width = max(len(line) for part in ([title], *parts) for line in part)
        rule = "─" * (width + 2)
        lines = [f"┌{rule}┐", f"│ {title.ljust(width)} │"]
        for part in parts:
            lines += [f"├{rule}┤", *(f"│ {line.ljust(width)} │" for line in part)]
        self.say("\n".join([*lines, f"└{rule}┘"]))


def columns(rows: Rows) -> list[str]:
    """The rows as lines, each column as wide as its widest word."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]


def sign_in_lines(path: Path) -> list[str]:
    """The sample sign-ins that seeding wrote; nothing where there is no sample school."""
    try:
        people = json.loads(path.read_text())
    except (OSError, ValueError):
        return []
    return columns([(_who(person), str(person["email"]), str(person["password"])) for person in people])


def _who(person: dict[str, str]) -> str:
    return f"{person['name']}, {person['role']}"

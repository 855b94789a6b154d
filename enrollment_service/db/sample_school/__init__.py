"""The sample school as data files: programs with their dated rules, and patterns of sections. All people are invented."""

import tomllib
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent


def read_programs() -> list[dict[str, Any]]:
    """The programs, each with its `rule` tables."""
    return list(tomllib.loads((_FOLDER / "programs.toml").read_text(encoding="utf-8"))["program"])


def read_sections() -> list[dict[str, Any]]:
    """The patterns of sections."""
    return list(tomllib.loads((_FOLDER / "sections.toml").read_text(encoding="utf-8"))["section"])

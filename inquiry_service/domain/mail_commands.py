"""Lines such as `#close` at the top of a director's mail: what they ask for, and what is left for the asker. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

_LINE = re.compile(r"#([A-Za-z][A-Za-z-]{1,20})(?:[:\s]\s*(.*))?")
_SPAN = re.compile(r"(\d{1,3})\s*([a-z]+)")
_UNITS = {
    **dict.fromkeys(("h", "hour", "hours"), timedelta(hours=1)),
    **dict.fromkeys(("d", "day", "days"), timedelta(days=1)),
    **dict.fromkeys(("w", "week", "weeks"), timedelta(weeks=1)),
}
MORNING_H = 8
LONGEST = timedelta(days=366)
# Other words for the same, as people type them.
COMMANDS: Mapping[str, str] = {
    "close": "close",
    "closed": "close",
    "done": "close",
    "reopen": "reopen",
    "open": "reopen",
    "note": "note",
    "call": "call",
    "assign": "assign",
    "take": "take",
    "claim": "take",
    "mine": "take",
    "release": "release",
    "snooze": "snooze",
    "wake": "wake",
    "spam": "spam",
    "not-spam": "not-spam",
    "notspam": "not-spam",
    "next": "next",
}
WITH_WORDS = ("note", "call")


@dataclass(frozen=True)
class Command:
    """One line: a word of COMMANDS' values, and what stands behind it."""

    name: str
    argument: str


@dataclass(frozen=True)
class Wish:
    """What a director's mail asks for. `unknown` are words that no command has; `answer` is for the asker, and may be empty."""

    commands: tuple[Command, ...]
    unknown: tuple[str, ...]
    answer: str

    @property
    def names(self) -> frozenset[str]:
        """What is asked for, without how."""
        return frozenset(command.name for command in self.commands)


def read(written: str) -> Wish:
    """The command lines at the top are taken off; from the first other line on, all of it is the answer.

    `#note` and `#call` without words of their own take the whole rest: nothing of it is for the asker.
    """
    lines = written.splitlines()
    commands: list[Command] = []
    unknown: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at].strip()
        match = _LINE.fullmatch(line)
        if line and match is None:
            break
        if match is not None:
            name = COMMANDS.get(match.group(1).casefold())
            if name is None:
                unknown.append(match.group(1))
            else:
                commands.append(Command(name, (match.group(2) or "").strip()))
        at += 1
    answer = "\n".join(lines[at:]).strip("\n") if commands or unknown else written
    for number, command in enumerate(commands):
        if command.name in WITH_WORDS and not command.argument and answer.strip():
            commands[number], answer = Command(command.name, answer.strip()), ""
    return Wish(tuple(commands), tuple(unknown), answer)


def until(words: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When a snooze ends: `3d`, `2 hours`, `1 week`, `tomorrow`, `2026-12-01`; none for what is no such span or lies in the past."""
    words = words.strip().casefold()
    local = now.astimezone(zone)
    if words == "tomorrow":
        return _morning(local + timedelta(days=1))
    if span := _SPAN.fullmatch(words):
        unit = _UNITS.get(span.group(2))
        length = int(span.group(1)) * unit if unit else timedelta(0)
        if not timedelta(0) < length <= LONGEST:
            return None
        return now + length if unit == _UNITS["h"] else _morning(local + length)
    try:
        day = datetime.strptime(words, "%Y-%m-%d").replace(tzinfo=zone)
    except ValueError:
        return None
    return _morning(day) if now < _morning(day) <= now + LONGEST else None


def _morning(moment: datetime) -> datetime:
    return moment.replace(hour=MORNING_H, minute=0, second=0, microsecond=0)

"""The letters that the running pair delivered, waited for with a deadline."""

import re
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from threading import Event
from typing import TypeVar

T = TypeVar("T")


def waited_for(what: str, look: Callable[[], T | None], within_s: float = 40) -> T:
    """What `look` finds; fails by name when it finds nothing in time."""
    for _ in range(int(within_s * 10)):
        found = look()
        if found:
            return found
        Event().wait(0.1)
    raise AssertionError(f"not within {within_s} s: {what}")


def letters_to(maildir: Path, recipient: str) -> list[EmailMessage]:
    """Delivered letters to one address, oldest first."""
    files = sorted((maildir / "new").glob("*.frontdesk"), key=lambda path: path.stat().st_mtime_ns)
    found = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]
    return [letter for letter in found if letter["Delivered-To"] == recipient]  # type: ignore[misc]


def text_of(letter: EmailMessage) -> str:
    """Its plain text."""
    body = letter.get_body(preferencelist=("plain",))
    assert body is not None
    return str(body.get_content())


def a_letter(maildir: Path, recipient: str, words: str, within_s: float = 40) -> str:
    """The text of the first letter to the address that has the words."""

    def look() -> str | None:
        return next((text for text in map(text_of, letters_to(maildir, recipient)) if words in text), None)

    return waited_for(f"a letter to {recipient} with “{words}”", look, within_s)


def link_in(text: str) -> str:
    """The first address in a letter's text."""
    found = re.search(r"https?://\S+", text)
    assert found is not None, text
    return found.group(0)

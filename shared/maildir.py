"""The embedded road out: letters become files of a Maildir. A file's name is its Message-ID's, so writing it twice is writing it once."""

import hashlib
import os
from pathlib import Path

from shared.transports import CommitDotIntent, DotNotAllowed, LetterDelayed, Sent


def file_name(message_id: str) -> str:
    """The name under which a letter with that Message-ID lies in `new/`."""
    return f"{hashlib.sha256(message_id.encode()).hexdigest()[:32]}.frontdesk"


class MaildirTransport:
    """Delivers into `new/` by an fsynced rename."""

    def __init__(self, path: str) -> None:
        self._root = Path(path)
        for folder in ("tmp", "new", "cur"):
            (self._root / folder).mkdir(parents=True, exist_ok=True, mode=0o700)

    def send(
        self, envelope_from: str, recipient: str, data: bytes, commit_dot_intent: CommitDotIntent
    ) -> Sent:
        """The letter lies in `new/`. The rename is the final dot."""
        name = file_name(_message_id(data))
        waiting = self._root / "tmp" / f"{name}.{os.getpid()}.{id(data):x}"
        head = f"Return-Path: <{envelope_from}>\r\nDelivered-To: {recipient}\r\n".encode()
        try:
            with waiting.open("wb") as file:
                file.write(head + data)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise LetterDelayed(f"the Maildir cannot be written: {error.strerror}") from error
        if not commit_dot_intent():
            waiting.unlink(missing_ok=True)
            raise DotNotAllowed
        waiting.rename(self._root / "new" / name)
        return Sent("delivered to the Maildir")

    def proof(self, message_id: str) -> bool | None:
        """Whether the file is there: a Maildir always knows."""
        return any((self._root / folder / file_name(message_id)).exists() for folder in ("new", "cur"))

    def close(self) -> None:
        """Nothing to close."""


def _message_id(data: bytes) -> str:
    for line in data.split(b"\r\n", 40)[:40]:
        if line.lower().startswith(b"message-id:"):
            return line.split(b":", 1)[1].strip().decode("ascii")
    raise ValueError("a frozen letter without Message-ID")

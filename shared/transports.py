"""The roads out, chosen by SMTP_URL: `smtp://`, `smtps://`, or a Maildir. Each says for certain, or says that it cannot say."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

CommitDotIntent = Callable[[], bool]


class LetterDelayed(Exception):
    """Certainly not accepted, and worth trying again."""


class RelayHung(LetterDelayed):
    """Certainly not accepted, because the relay fell silent: each such letter costs a time-out."""


class LetterRefused(Exception):
    """Certainly and permanently not accepted."""


class LetterInDoubt(Exception):
    """It may have been accepted: nobody may send it again unasked."""


class DotNotAllowed(Exception):
    """The mark before the final dot could not be written; the connection was dropped, and nothing was accepted."""


@dataclass(frozen=True)
class Sent:
    """The other side took responsibility; `reply` are its words, with the queue id it gave."""

    reply: str


class Transport(Protocol):
    """One connection. `send` calls `commit_dot_intent` just before the final dot, and writes the dot only if that returned True."""

    def send(
        self, envelope_from: str, recipient: str, data: bytes, commit_dot_intent: CommitDotIntent
    ) -> Sent:
        """Returns Sent; raises LetterDelayed, LetterRefused, LetterInDoubt or DotNotAllowed."""

    def proof(self, message_id: str) -> bool | None:
        """Whether a letter of unknown outcome was accepted, where the transport can know; None where it cannot."""

    def close(self) -> None:
        """The connection is gone."""


@dataclass(frozen=True)
class TransportSettings:
    """An SMTP_URL taken apart. `answer_timeout_s` is how long the final reply is awaited (RFC 5321 4.5.3.2.6: ten minutes).

    `journal_address` gets a copy of every letter: a second recipient in the same envelope, so one answer to the dot is about both.
    """

    scheme: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    path: str = ""
    starttls: str = "auto"
    journal_address: str = ""
    timeout_s: float = 30.0
    answer_timeout_s: float = 600.0


def parse_smtp_url(url: str, *, answer_timeout_s: float = 600.0) -> TransportSettings:
    """`smtp://user:password@host:587?starttls=required|auto|never`, `smtps://…:465`, `maildir:///absolute/path`. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme == "maildir":
        if not parts.path.startswith("/"):
            raise ValueError("SMTP_URL: a maildir needs an absolute path, as in maildir:///srv/mail")
        return TransportSettings("maildir", path=unquote(parts.path))
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("SMTP_URL must begin with smtp://, smtps:// or maildir:// and name a host or a path")
    starttls = parse_qs(parts.query).get("starttls", ["required" if parts.username else "auto"])[0]
    if starttls not in ("required", "auto", "never"):
        raise ValueError("SMTP_URL: starttls is required, auto or never")
    return TransportSettings(
        parts.scheme,
        host=parts.hostname,
        port=parts.port or (465 if parts.scheme == "smtps" else 25),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starttls=starttls,
        answer_timeout_s=answer_timeout_s,
    )


def open_transport(settings: TransportSettings) -> Transport:
    """A connection by the settings; SMTP connects with the first letter."""
    if settings.scheme == "maildir":
        from shared.maildir import MaildirTransport

        return MaildirTransport(settings.path)
    from shared.smtp import SmtpTransport

    return SmtpTransport(settings)

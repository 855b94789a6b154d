"""An IMAP_URL taken apart. Only `imaps://`: passwords and mail go over TLS from the first byte, or not at all."""

from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

AFTERWARDS = ("flag", "move", "none")
_KNOWN = {"folder", "after", "to"}


@dataclass(frozen=True)
class ImapSettings:
    """A mailbox to read. `after` is what happens to the server's copy once ours is committed: a keyword, a move to `archive`, nothing."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folders: tuple[str, ...]
    after: str = "flag"
    archive: str = ""
    timeout_s: float = 30.0

    def name_of(self, folder: str) -> str:
        """What a folder is called in our rows: who reads it where, without the password."""
        return f"imap:{self.user}@{self.host}:{self.port}/{folder}"


def parse_imap_url(url: str) -> ImapSettings:
    """`imaps://user:password@host:993/INBOX?folder=Junk&after=flag|move|none&to=Taken`, percent-encoded. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme == "imap":
        raise ValueError("imap:// would send the password in clear text; use imaps://, at port 993")
    if parts.scheme != "imaps" or not parts.hostname:
        raise ValueError("imaps://user:password@host/INBOX")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not user or not password:
        raise ValueError("a user and a password are needed; %-encode what is special in an URL")
    asked = parse_qs(parts.query, keep_blank_values=True)
    if unknown := sorted(set(asked) - _KNOWN):
        raise ValueError(f"{', '.join(unknown)} is unknown; there are folder, after and to")
    after, archive = asked.get("after", ["flag"])[-1], asked.get("to", [""])[-1]
    folders = tuple(dict.fromkeys([unquote(parts.path.strip("/")) or "INBOX", *asked.get("folder", [])]))
    _check(after, archive, folders, (user, password))
    return ImapSettings(parts.hostname, parts.port or 993, user, password, folders, after, archive)


def _check(after: str, archive: str, folders: tuple[str, ...], secrets: tuple[str, ...]) -> None:
    if after not in AFTERWARDS:
        raise ValueError("after is flag, move or none")
    if (after == "move") != bool(archive):
        raise ValueError("after=move and to=FOLDER belong together")
    if archive in folders:
        raise ValueError("the folder that mails are moved to cannot be read as well")
    if any(ord(character) < 32 for text in (*folders, archive, *secrets) for character in text):
        raise ValueError("control characters stand in it")

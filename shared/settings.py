"""Settings from the environment, read once at the start; every mistake is named at once. A field's name in capitals is its variable.

`NAME_FILE` is read where `NAME` is absent, for secrets that a container keeps in files.
"""

import os
import re
import secrets
from dataclasses import MISSING, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self, get_type_hints
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from environs import EnvError, EnvValidationError, FileAwareEnv

from shared.imap_url import ImapSettings, parse_imap_url
from shared.transports import TransportSettings, parse_smtp_url

if TYPE_CHECKING:
    from shared.letter_bytes import MailIdentity

WEAK_SECRET_LENGTH = 32
_BARE_ADDRESS = re.compile(r"[^\s<>@\"]+@[^\s<>@\"]+")


class SettingsError(Exception):
    """The environment is not enough to start with; the message lists every reason."""


@dataclass(frozen=True, kw_only=True)
class ServiceSettings:
    """What both services read."""

    database_url: str
    redis_url: str
    secret_key: str
    pair_secret: str
    smtp_url: str
    public_url: str
    enrollment_url: str
    inquiry_url: str
    enrollment_internal_url: str = ""
    inquiry_internal_url: str = ""
    school_name: str
    school_timezone: str = "America/Chicago"
    school_locale: str = "en"
    school_phone: str = ""
    mail_from: str
    mail_domain: str = ""
    dkim_selector: str = ""
    journal_address: str = ""
    journal_url: str = ""
    migrate_database_url: str = ""
    host: str = "127.0.0.1"
    port: int
    trusted_proxies: int = 0
    embedded: bool = False
    sample_school: bool = False
    var_dir: str = "var"
    pool_size: int = 4
    web_processes: int = 1
    web_threads: int = 16
    worker_threads: int = 4
    limit_public_writes: str = "30/minute;300/hour"
    limit_public_reads: str = "600/minute"
    smtp_answer_timeout_s: float = 600.0

    service: ClassVar[str]

    def __post_init__(self) -> None:
        """Where a service has no address of its own inside, its sibling asks it at the public one."""
        for name in ("enrollment", "inquiry"):
            inside = getattr(self, f"{name}_internal_url") or getattr(self, f"{name}_url")
            object.__setattr__(
                self, f"{name}_internal_url", inside
            )  # as a frozen dataclass sets its own fields

    @classmethod
    def missing_files(cls) -> list[Path]:
        """The files that settings name and nobody has written yet."""
        names = (f"{field.name.upper()}_FILE" for field in fields(cls))
        paths = (Path(os.environ[name]) for name in names if os.environ.get(name))
        return [path for path in paths if not _is_written(path)]

    @classmethod
    def from_env(cls, **overrides: Any) -> Self:
        """The settings of this process. Raises SettingsError with every missing, malformed or weak one."""
        env = FileAwareEnv(eager=False, strip_whitespace=True)  # a secret's file may end with a line break
        hints = get_type_hints(cls)
        values = dict(overrides)
        try:
            for field in fields(cls):
                if field.name in overrides:
                    continue
                read: Any = {bool: env.bool, int: env.int, float: env.float}.get(hints[field.name], env.str)
                default = () if field.default is MISSING else (field.default,)
                values[field.name] = read(field.name.upper(), *default)
            env.seal()
        except (
            EnvError,
            EnvValidationError,
            ValueError,
        ) as error:  # ValueError: a NAME_FILE that cannot be read
            raise SettingsError(f"Settings are missing or malformed: {error}") from None
        return cls._checked(values)

    @classmethod
    def _checked(cls, values: dict[str, Any]) -> Self:
        values["mail_domain"] = values["mail_domain"] or values["mail_from"].rpartition("@")[2]
        wrong = [f"{name.upper()}: {why}" for name, why in cls._faults(values)]
        if wrong:
            raise SettingsError("Settings cannot be used:\n  " + "\n  ".join(wrong))
        return cls(**values)

    @classmethod
    def _faults(cls, values: dict[str, Any]) -> list[tuple[str, str]]:
        faults = [
            (
                name,
                f"at least {WEAK_SECRET_LENGTH} random characters, for example {secrets.token_hex(4)}… from `openssl rand -hex 32`",
            )
            for name in ("secret_key", "pair_secret")
            if len(values[name]) < WEAK_SECRET_LENGTH or len(set(values[name])) < 8
        ]
        addresses = ("public_url", "enrollment_url", "inquiry_url")
        inside = (name for name in ("enrollment_internal_url", "inquiry_internal_url") if values[name])
        for name in (*addresses, *inside):
            parts = urlsplit(values[name])
            if parts.scheme not in ("http", "https") or not parts.netloc or values[name].endswith("/"):
                faults.append((name, "an address such as https://school.example, without a slash at the end"))
        if "@" not in values["mail_from"]:
            faults.append(("mail_from", "an email address"))
        try:
            ZoneInfo(values["school_timezone"])
        except (ZoneInfoNotFoundError, ValueError):
            faults.append(("school_timezone", "a time zone such as America/Chicago"))
        try:
            parse_smtp_url(values["smtp_url"])
        except ValueError as error:
            faults.append(("smtp_url", str(error)))
        return [*faults, *_journal_faults(values["journal_address"], values["journal_url"])]

    @property
    def transport(self) -> TransportSettings:
        """The road out for letters."""
        road = parse_smtp_url(self.smtp_url, answer_timeout_s=self.smtp_answer_timeout_s)
        return replace(road, journal_address=self.journal_address)

    @property
    def journal(self) -> ImapSettings | None:
        """Where copies of letters can be looked up, if anywhere."""
        return parse_imap_url(self.journal_url) if self.journal_url else None

    @property
    def imap_servers(self) -> list[tuple[str, ImapSettings]]:
        """What is read by IMAP, by the setting that names it."""
        return [("JOURNAL_URL", self.journal)] if self.journal else []

    @property
    def mail_identity(self) -> "MailIdentity":
        """Who letters come from."""
        from shared.letter_bytes import MailIdentity  # a web server's parent reads settings and no letters

        return MailIdentity(self.mail_from, self.mail_domain, self.secret_key)

    @property
    def zone(self) -> ZoneInfo:
        """The school's time zone."""
        return ZoneInfo(self.school_timezone)

    @property
    def mailbox_folder(self) -> Path | None:
        """The Maildir that letters land in, where the transport is one."""
        transport = self.transport
        return Path(transport.path) if transport.scheme == "maildir" else None

    @property
    def has_mailbox(self) -> bool:
        """Whether `/mailbox` exists: only in the embedded run, with a Maildir, on a loopback listener."""
        return (
            self.embedded
            and self.mailbox_folder is not None
            and self.host in ("127.0.0.1", "::1", "localhost")
        )

    @property
    def writes_to_staff_only(self) -> bool:
        """Whether invented people stand beside a real relay: then nobody but staff gets a letter."""
        return self.sample_school and self.transport.scheme != "maildir"


def _journal_faults(address: str, url: str) -> list[tuple[str, str]]:
    faults = []
    if address and not _BARE_ADDRESS.fullmatch(address):
        faults.append(("journal_address", "one bare email address"))
    try:
        if url and len(parse_imap_url(url).folders) > 1:
            faults.append(("journal_url", "one folder, as in imaps://user:password@host/Journal"))
    except ValueError as error:
        faults.append(("journal_url", str(error)))
    return faults


def share_figures_in(folder: Path) -> None:
    """Processes that this one starts keep their request figures in the folder, where each of them can read all."""
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)  # prometheus-client knows no other way


def _is_written(path: Path) -> bool:
    """Something stands in the file; one that we may not look at counts, so that reading it says why."""
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:
        return False
    except OSError:
        return True

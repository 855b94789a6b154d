"""Where everything of one installation lives below its `var/` directory."""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.errors import CannotRun

SOCKET_PATH_BYTES = 107  # sockaddr_un; one byte more and PostgreSQL cannot listen at all
LONGEST_SOCKET_NAME = "/.s.PGSQL.5432"
SHORT_PLACE = Path("/tmp")  # noqa: S108 - not TMPDIR: a later command must find the same socket


@dataclass(frozen=True)
class Layout:
    """The paths below one base directory; nothing is created by naming them."""

    base: Path

    @property
    def log(self) -> Path:
        return self.base / "log"

    @property
    def secrets(self) -> Path:
        return self.base / "secrets"

    @property
    def run(self) -> Path:
        return self.base / "run"

    @property
    def mail(self) -> Path:
        return self.base / "mail"

    @property
    def supervisor_lock(self) -> Path:
        return self.base / "supervisor.lock"

    @property
    def supervisor_pid(self) -> Path:
        return self.run / "supervisor.pid"

    @property
    def ready(self) -> Path:
        return self.run / "ready.json"

    @property
    def sign_ins(self) -> Path:
        return self.secrets / "sign-ins.json"

    def create(self) -> None:
        """Every directory exists, and only its owner may enter."""
        try:
            for directory in (self.base, self.log, self.secrets, self.run):
                directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except PermissionError as error:
            raise CannotRun(f"{error.filename} cannot be written by this user: {error.strerror}.") from error

    def socket_dir(self) -> Path:
        """Where servers put their sockets: `run`, or a short private directory when that path is too long."""
        if len(os.fsencode(self.run)) + len(LONGEST_SOCKET_NAME) <= SOCKET_PATH_BYTES:
            return self.run
        digest = hashlib.sha256(os.fsencode(self.base)).hexdigest()[:16]
        return _private(SHORT_PLACE / f"frontdesk-{os.geteuid()}-{digest}")


def _private(directory: Path) -> Path:
    """The directory exists and is ours alone: in a shared place anybody can be first to make a name."""
    directory.mkdir(mode=0o700, exist_ok=True)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise CannotRun(f"{directory} belongs to somebody else, or is open to others: remove it.")
    return directory

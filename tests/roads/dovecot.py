"""A real Dovecot of the test's own: on loopback, below a directory of its own, as an unprivileged user, ended by its process id."""

import base64
import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from urllib.parse import quote

from imap_tools import MailBox

from benchmarks.stand import free_port
from deploy.embedded.privileges import dying_with_parent
from tests.certificates import make_certificate

PROGRAM = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
ABSENT = "dovecot is not installed" if PROGRAM is None else ""
if shutil.which("openssl") is None:
    ABSENT = "openssl is not there to make a certificate"
PASSWORD = 'p %"\\:/@ss'
ACCOUNTS = 500
_CONFIG = """
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/log
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{base}/cert.pem
ssl_key = <{base}/key.pem
disable_plaintext_auth = yes
mail_location = maildir:{base}/mail/%u
mailbox_list_index = no
maildir_very_dirty_syncs = no
mail_max_userip_connections = 100
imap_idle_notify_interval = 2 mins
auth_mechanisms = plain login
first_valid_uid = 1
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {base}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}/home/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap {{
  process_limit = 100
}}
"""


class Dovecot:
    """One server; `new_account` makes a mailbox in it."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.port = free_port()
        self.certificate = base / "cert.pem"
        self._process: subprocess.Popen[bytes] | None = None
        self._accounts = 0
        self._prepare()

    def _prepare(self) -> None:
        for name in ("run", "state", "mail", "home"):
            (self.base / name).mkdir()
        make_certificate(self.base)
        password = base64.b64encode(PASSWORD.encode()).decode()
        lines = (f"{_user(number)}:{{PLAIN.b64}}{password}\n" for number in range(1, ACCOUNTS + 1))
        (self.base / "users").write_text(
            "".join(lines)
        )  # all at once: it is read again only when a second is over
        person = pwd.getpwuid(_uid())
        values = {"base": self.base, "port": self.port, "uid": _uid(), "gid": person.pw_gid}
        group = subprocess.run(["id", "-gn", person.pw_name], capture_output=True, text=True, check=True)
        config = _CONFIG.format(**values, user=person.pw_name, group=group.stdout.strip())
        (self.base / "dovecot.conf").write_text(config)
        if os.geteuid() == 0:
            for path in (self.base, *self.base.rglob("*")):
                os.chown(path, _uid(), person.pw_gid)

    def start(self) -> None:
        """The server answers."""
        assert PROGRAM is not None
        self._process = subprocess.Popen(
            [PROGRAM, "-F", "-c", str(self.base / "dovecot.conf")],
            cwd=self.base,
            start_new_session=True,
            preexec_fn=dying_with_parent(signal.SIGTERM, _become_unprivileged),
        )
        for _ in range(600):
            assert self._process.poll() is None, (self.base / "log").read_text()
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                Event().wait(0.05)
            else:
                return
        raise AssertionError("Dovecot does not listen")

    def stop(self) -> None:
        """The server has ended, and every process of it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
            self._process = None

    def restart(self) -> None:
        """Ended, and there again with the same mails."""
        self.stop()
        self.start()

    def new_account(self) -> "Account":
        """Somebody's mailbox, empty."""
        self._accounts += 1
        assert self._accounts <= ACCOUNTS
        return Account(self, _user(self._accounts))


@dataclass(frozen=True)
class Account:
    """One mailbox on the server."""

    server: Dovecot
    user: str

    def url(self, path: str = "/INBOX", *, host: str = "localhost", port: int | None = None) -> str:
        """The IMAP_URL that leads here."""
        who = f"{quote(self.user, safe='')}:{quote(PASSWORD, safe='')}"
        return f"imaps://{who}@{host}:{port or self.server.port}{path}"

    @contextmanager
    def person(self, folder: str = "INBOX") -> Iterator[MailBox]:
        """Somebody who reads the same mailbox with a mail program."""
        context = ssl.create_default_context(cafile=str(self.server.certificate))
        with MailBox("localhost", self.server.port, ssl_context=context).login(
            self.user, PASSWORD, None
        ) as box:
            if not box.folder.exists(folder):
                box.folder.create(folder)
            box.folder.set(folder)
            yield box

    def deliver(self, *mails: bytes, folder: str = "INBOX") -> None:
        """The mails lie in the folder, unread."""
        with self.person(folder) as box:
            for mail in mails:
                box.append(mail, folder)

    def flags(self, folder: str = "INBOX") -> dict[int, tuple[str, ...]]:
        """The flags of each mail that lies there, by its UID."""
        with self.person(folder) as box:
            return {int(mail.uid or 0): mail.flags for mail in box.fetch(mark_seen=False, headers_only=True)}

    def forget_uids(self, folder: str = "INBOX") -> None:
        """The server numbers the folder's mails anew, under another UIDVALIDITY, as after a move to other hardware."""
        self.server.stop()
        home = self.server.base / "mail" / self.user
        place = home if folder == "INBOX" else home / f".{folder}"
        for index in place.glob("dovecot.index*"):
            index.unlink()
        uids = place / "dovecot-uidlist"
        version, old, *_ = uids.read_text().split("\n", 1)[0].split()
        uids.write_text(f"{version} V{int(old[1:]) + 1} N1 G0123456789abcdef0123456789abcdef\n")
        self.server.start()


@contextmanager
def running_dovecot() -> Iterator[Dovecot]:
    """A Dovecot that runs inside the block; directly below the temporary directory, because its user may enter no other."""
    base = Path(tempfile.mkdtemp(prefix="frontdesk-imap-"))
    server = Dovecot(base)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(base, ignore_errors=True)


def _user(number: int) -> str:
    return f"desk-{number}@riverside.example"


def _uid() -> int:
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else os.geteuid()


def _become_unprivileged() -> None:
    if os.geteuid() == 0:
        person = pwd.getpwuid(_uid())
        os.setgroups([])
        os.setresgid(person.pw_gid, person.pw_gid, person.pw_gid)
        os.setresuid(person.pw_uid, person.pw_uid, person.pw_uid)

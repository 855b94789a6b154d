"""One real PostgreSQL server on one data directory: made, started, stopped; never two on one directory."""

import os
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

from deploy.embedded import postgres_settings, roles
from deploy.embedded.binaries import find_postgres
from deploy.embedded.errors import CannotRun
from deploy.embedded.lock import is_held
from deploy.embedded.logs import open_log, tail
from deploy.embedded.moving_out import make_home, reachable_programs
from deploy.embedded.orphans import processes_in
from deploy.embedded.owned_server import OwnedServer
from deploy.embedded.privileges import ROOT_WAYS, Way, dying_with_parent, hand_over, user_name, ways, works
from deploy.embedded.secrets import password, read_or_create
from deploy.embedded.waiting import wait_until

FAST, IMMEDIATE = signal.SIGINT, signal.SIGQUIT
START_TIMEOUT_S = 120.0  # recovery after a crash may take its time


class Cluster(OwnedServer):
    """The server below `base_dir`. Every method but `start` and `stop` also works in another process, while the server runs."""

    name = "postgres"
    title = "PostgreSQL"
    stopping = (FAST, IMMEDIATE, signal.SIGKILL)
    stop_timeout_s = 10.0

    def __init__(
        self, base_dir: Path, *, binaries: Path | None = None, root_ways: tuple[str, ...] = ROOT_WAYS
    ) -> None:
        super().__init__(base_dir)
        self._binaries = binaries
        self._root_ways = root_ways
        self.way = "not started"

    def start(self) -> None:
        """The server answers. Raises AlreadyRunning (another process keeps it) or CannotRun."""
        self.launch()

    def is_running(self) -> bool:
        """A server runs on the directory, whoever started it."""
        return is_held(self._server_lock.path)

    @property
    def data(self) -> Path:
        """The data directory: below the base, unless root's server had to move out of a closed directory."""
        return self._home / "pgdata"

    def admin_url(self) -> str:
        """The address of the superuser's connection; only this machine's own user gets in."""
        return f"postgresql://postgres@/postgres?host={self._quoted_sockets()}"

    def ensure_database(self, name: str) -> None:
        """The database `name` and its roles `<name>_owner` and `<name>_app` exist."""
        roles.ensure_database(self.admin_url(), name, self._password)

    def copy_database(self, source: str, name: str) -> None:
        """`name` is a copy of `source`; reach it by `url(name, role, roles_of=source)`."""
        roles.copy_database(self.admin_url(), source, name)

    def drop_database(self, name: str) -> None:
        """The database is gone, also from under whoever was connected."""
        roles.drop_database(self.admin_url(), name)

    def url(self, database: str, role: str, *, roles_of: str | None = None) -> str:
        """The address of a database for its `owner` or its `app`."""
        user = f"{roles_of or database}_{role}"
        return f"postgresql://{user}:{self._password(user)}@/{database}?host={self._quoted_sockets()}"

    def _start_alone(self) -> None:
        programs = self._binaries or find_postgres()
        way = self._choose_way(programs)
        self.way = way.name
        if way.name == "copy":
            programs = self._move_out(programs, way)
        if not self.data.exists():
            self._create_data(programs, way)
        hand_over(self.data, way.uid, way.gid)
        postgres_settings.write_access(self.data, _os_users(way))
        self._remove_leftovers()
        self._spawn(programs, way)
        self._wait_for_ready()

    def _choose_way(self, programs: Path) -> Way:
        if user_name(os.geteuid()) is None:
            raise CannotRun(f"User {os.geteuid()} has no name in the password file; PostgreSQL needs one.")
        owner_uid = self.data.stat().st_uid if self.data.exists() else 0
        if os.geteuid() not in (0, owner_uid) and self.data.exists():
            raise CannotRun(
                f"{self.data} belongs to {user_name(owner_uid) or owner_uid}: start it as that user."
            )
        for way in ways(owner_uid, self._root_ways):
            if way.name == "copy" or works(way, programs / "postgres", self.layout.base):
                return way
        raise CannotRun("PostgreSQL does not run as root, and this machine lets root become nobody else.")

    @property
    def _moved(self) -> Path:
        return self.layout.base / "postgres.home"

    @property
    def _home(self) -> Path:
        return Path(self._moved.read_text().strip()) if self._moved.exists() else self.layout.base

    def _sockets(self) -> Path:
        return self._home / "run" if self._moved.exists() else self.layout.socket_dir()

    def _quoted_sockets(self) -> str:
        return quote(str(self._sockets()), safe="")

    def _move_out(self, programs: Path, way: Way) -> Path:
        """Data and sockets live outside the clone, which remembers where; answers where the programs are."""
        home = make_home(self.layout.base, way)
        if not self._moved.exists():
            if self.data.exists():
                shutil.move(self.data, home / "pgdata")
            self._moved.write_text(str(home))
        return reachable_programs(programs, home, way)

    def _create_data(self, programs: Path, way: Way) -> None:
        """A new data directory, or none: a killed initdb leaves only a draft, which the next one drops."""
        draft = self.data.with_name("pgdata.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        os.chown(draft, way.uid, way.gid)
        command = [
            str(programs / "initdb"),
            "-D",
            str(draft),
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--no-instructions",
        ]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-locale"]
        command += ["--auth-local=peer", "--auth-host=reject"]
        with open_log(self.log) as log:
            prepare = dying_with_parent(signal.SIGTERM, way.enter)
            done = subprocess.run(
                command,
                stdout=log,
                stderr=log,
                env=_environment(),
                pass_fds=[self._server_lock.fd],  # killed with us or not, nobody starts beside it
                preexec_fn=prepare,
                check=False,
            )
        if done.returncode != 0:
            raise CannotRun(f"PostgreSQL could not make its data directory:\n{tail(self.log)}")
        draft.rename(self.data)

    def _remove_leftovers(self) -> None:
        """What a killed server left; the lock is ours. Beside a zombie's files a server refuses to start."""
        sockets = self._sockets()
        for leftover in (
            self._pid_file,
            sockets / ".s.PGSQL.5432",
            sockets / ".s.PGSQL.5432.lock",
        ):
            leftover.unlink(missing_ok=True)

    def _spawn(self, programs: Path, way: Way) -> None:
        command = [str(programs / "postgres"), *postgres_settings.arguments(self.data, self._sockets())]
        with open_log(self.log) as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_environment(),
                pass_fds=[self._server_lock.fd],
                start_new_session=True,
                preexec_fn=dying_with_parent(FAST, way.enter),
            )
        self._server_lock.release()  # from here on the server's own copy is the lock

    def _wait_for_ready(self) -> None:
        wait_until(lambda: self._is_ready() or not self.is_alive(), START_TIMEOUT_S)
        if not self._is_ready():
            raise CannotRun(f"PostgreSQL did not start:\n{tail(self.log)}")

    def _is_ready(self) -> bool:
        try:
            lines = self._pid_file.read_text().splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready" and lines[0] == str(self.pid)

    @property
    def _pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    def _processes(self) -> list[int]:
        return processes_in(self.data, self._pid_file)

    def _password(self, role: str) -> str:
        return read_or_create(self.layout.secrets / f"{role}.password", password())


def _os_users(way: Way) -> set[str]:
    """Whom the server may see at the other end of its socket: us; in a namespace root has the mapped name."""
    us = {user_name(os.geteuid()) or str(os.geteuid())}
    return us | {"nobody"} if way.name == "userns" else us


def _environment() -> dict[str, str]:
    """Nothing of ours: PGDATA, PGTZ, LANG and the like would change what the server does."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}

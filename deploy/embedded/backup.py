"""`make backup` and `make restore`: both databases and the secrets, in one folder that is whole or not there.

Letters that were delivered are their recipients', and are not in it; neither is Redis, which remembers nothing.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from deploy.embedded import environment
from deploy.embedded.binaries import find_postgres, version_of
from deploy.embedded.errors import AlreadyRunning, CannotRun
from deploy.embedded.installation import Installation
from deploy.embedded.lock import FileLock
from deploy.embedded.postgres import Cluster
from deploy.embedded.printing import Printer
from deploy.embedded.services import Service

MANIFEST = "backup.json"
ERASURES = "erasures.jsonl"  # whom nobody may bring back


def back_up(installation: Installation, to: Path, printer: Printer) -> Path:
    """A new folder below `to` has everything that a restore needs, checked by its sums. Works while Frontdesk runs."""
    _require_own_databases(installation)
    at = datetime.now(UTC)
    folder = to / f"{at:%Y-%m-%dT%H-%M-%SZ}"
    draft = to / f".{folder.name}.draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    try:
        with _server(installation) as cluster:
            dumps = [(service, _begin_dump(cluster, service, draft)) for service in installation.services]
            for service, dump in dumps:
                _finish(dump, f"The {service.name} database could not be read")
                printer.say(f"{service.name}: {_size(draft / _dump_name(service))}")
            (draft / ERASURES).write_text(_verb(installation, installation.services[-1], "erasures"))
        shutil.copytree(installation.layout.secrets, draft / "secrets")
        _write_manifest(draft, at)
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    printer.say(
        f"Backed up to {folder}. Keep it where nobody else reads: people's letters and all secrets are in it."
    )
    return folder


def restore(installation: Installation, source: Path, printer: Printer) -> None:
    """An empty installation is what it was at the backup, and holds: nothing is sent until `make resume`."""
    _require_own_databases(installation)
    made_at = _checked_manifest(source)
    with _alone(installation):
        if any(
            path.exists()
            for path in (installation.layout.base / "pgdata", installation.layout.base / "postgres.home")
        ):
            raise CannotRun(
                f"There is a database in {installation.layout.base} already. Move that folder away first: "
                "a restore never overwrites one."
            )
        shutil.copytree(source / "secrets", installation.layout.secrets, dirs_exist_ok=True)
        cluster = Cluster(installation.layout.base)
        cluster.start()
        try:
            for service in installation.services:
                _load(cluster, service, source)
                printer.say(f"{service.name}: restored")
            because = f"restored from the backup of {made_at}"
            for service in installation.services:
                _verb(installation, service, "migrate")
                _verb(installation, service, "hold", "--because", because)
            _erase_again(installation, source, printer)
            report(installation, printer)
        finally:
            cluster.stop()
    printer.say(
        "Nothing is sent and nothing recurs. `make run` starts everything; `make resume` lets work go on."
    )


def _erase_again(installation: Installation, source: Path, printer: Printer) -> None:
    """Whoever was erased since, as far as this folder's other backups and the file beside the database know."""
    lists = [*source.resolve().parent.glob(f"*/{ERASURES}"), installation.layout.base / ERASURES]
    lines = {line for path in lists if path.is_file() for line in path.read_text().splitlines() if line}
    if not lines:
        printer.say(
            f"erasures: no list of any was found ({ERASURES} of a later backup, or beside the database)"
        )
        return
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as wanted:
        wanted.writelines(f"{line}\n" for line in sorted(lines))
        wanted.flush()
        for service in installation.services:
            printer.say(f"{service.name}: {_verb(installation, service, 'erase-again', wanted.name).strip()}")


def report(installation: Installation, printer: Printer) -> None:
    """What is in doubt in each service."""
    for service in installation.services:
        printer.say(f"{service.name}:")
        for line in _verb(installation, service, "in-doubt").splitlines():
            printer.say(f"  {line}")


def resume(installation: Installation, printer: Printer) -> None:
    """The report once more, then work goes on in both services."""
    with _server(installation):
        report(installation, printer)
        for service in installation.services:
            printer.say(f"{service.name}: {_verb(installation, service, 'resume').strip()}")


@contextmanager
def _server(installation: Installation) -> Iterator[Cluster]:
    """The server that runs here, or one for as long as the block lasts."""
    cluster = Cluster(installation.layout.base)
    if cluster.is_running():
        yield cluster
        return
    if not cluster.data.exists():
        raise CannotRun(f"There is no database in {installation.layout.base}.")
    with _alone(installation):
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()


@contextmanager
def _alone(installation: Installation) -> Iterator[None]:
    installation.layout.create()
    lock = FileLock(installation.layout.supervisor_lock)
    if not lock.take():
        raise AlreadyRunning("Frontdesk runs here: stop it first (Ctrl-C in its terminal).")
    try:
        yield
    finally:
        lock.release()


def _require_own_databases(installation: Installation) -> None:
    if len(installation.of_own_database()) < len(installation.services):
        raise CannotRun(
            "A database here is your own server's: back it up there, both at the same time (see docs/runbook.md)."
        )


# --- PostgreSQL's own tools --------------------------------------------------------------------------------------


def _begin_dump(cluster: Cluster, service: Service, folder: Path) -> subprocess.Popen[str]:
    """Both dumps begin together: their snapshots are moments apart."""
    return _start(
        "pg_dump",
        "--format=custom",
        f"--file={folder / _dump_name(service)}",
        f"--dbname={_address(cluster, service)}",
    )


def _load(cluster: Cluster, service: Service, source: Path) -> None:
    cluster.ensure_database(service.name)
    arguments = (
        "--single-transaction",
        "--exit-on-error",
        "--clean",
        "--if-exists",
        f"--dbname={_address(cluster, service)}",
    )
    _finish(
        _start("pg_restore", *arguments, str(source / _dump_name(service))),
        f"The {service.name} database could not be restored",
    )


def _start(program: str, *arguments: str) -> subprocess.Popen[str]:
    clean = {"PATH": os.defpath, "LC_ALL": "C"}
    return subprocess.Popen(
        [find_postgres() / program, *arguments],
        env=clean,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _finish(running: subprocess.Popen[str], otherwise: str) -> None:
    _, said = running.communicate()
    if running.returncode != 0:
        raise CannotRun(f"{otherwise}: {said.strip()}")


def _address(cluster: Cluster, service: Service) -> str:
    return cluster.admin_url().replace("/postgres?", f"/{service.name}?", 1)


def _verb(installation: Installation, service: Service, *verb: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", service.module, *verb],
        env=environment.for_process(installation, service, may_migrate=True),
        cwd=installation.root,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise CannotRun(f"{service.name} {verb[0]} failed: {done.stderr.strip()[-2000:]}")
    return done.stdout


# --- the folder --------------------------------------------------------------------------------------------------


def _dump_name(service: Service) -> str:
    return f"{service.name}.dump"


def _size(path: Path) -> str:
    return f"{path.stat().st_size / 1024:,.0f} KiB"


def _write_manifest(folder: Path, at: datetime) -> None:
    """The sums of all files; everything is on disk when this returns."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = {str(path.relative_to(folder)): _sum_of(path) for path in files}
    manifest = {
        "made_at": at.isoformat(timespec="seconds"),
        "postgres": version_of(find_postgres() / "postgres"),
        "sha256": sums,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n")
    for path in [*files, folder / MANIFEST, folder]:
        descriptor = os.open(path, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


def _checked_manifest(folder: Path) -> str:
    """When the backup was made. Raises CannotRun when a file is missing or is not what it was."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError) as error:
        raise CannotRun(
            f"{folder} is no backup of ours: {MANIFEST} cannot be read. FROM=… names its folder."
        ) from error
    wrong = [name for name, sum_ in manifest["sha256"].items() if _sum_of(folder / name) != sum_]
    if wrong:
        raise CannotRun(f"The backup is damaged, and nothing was restored: {', '.join(wrong)}")
    return str(manifest["made_at"])


def _sum_of(path: Path) -> str:
    if not path.is_file():
        return "missing"
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

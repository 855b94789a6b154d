"""Brings `.venv` in line with the pinned requirements: `python3 deploy/install.py run | dev`.

Runs before anything is installed: the standard library only, and a syntax that older Pythons read far enough
to be told that they are too old. Silent on standard output, where `make token` prints its token alone.
"""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUN = ["requirements.txt", "requirements-embedded.txt"]
NEEDED = {"run": RUN, "dev": [*RUN, "requirements-dev.txt"]}
STAMPS = {
    "requirements.txt": VENV / ".stamp-run",
    "requirements-embedded.txt": VENV / ".stamp-embedded",
    "requirements-dev.txt": VENV / ".stamp-dev",
}
PACKAGES = ["shared", "enrollment_service", "inquiry_service", "deploy"]


def main(purpose: str) -> int:
    """The exit status: 0 when everything for the purpose is installed."""
    if sys.version_info < OLDEST:
        found = f"{sys.executable} is {sys.version_info[0]}.{sys.version_info[1]}"
        return _fail(f"Python 3.11 or newer is needed; {found}. Name another: make PYTHON=python3.12 …")
    with (ROOT / "requirements.txt").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two makes at once install one after the other
        return install(purpose)


def install(purpose: str) -> int:
    """Each requirements file of the purpose is installed; one whose hash is on its stamp costs nothing."""
    if not _runs("") and not _create():
        return 1
    for name in NEEDED[purpose]:
        if _read(STAMPS[name]) != _fingerprint(name) and not _pip(name):
            return 1
    return 0


def _runs(code: str) -> bool:
    """The environment is there, and its Python runs the code."""
    try:
        return subprocess.call([PYTHON, "-c", code], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def _create() -> bool:
    _say(f"Making .venv with Python {sys.version_info[0]}.{sys.version_info[1]} …")
    if subprocess.call([sys.executable, "-m", "venv", "--clear", VENV], stdout=sys.stderr) == 0:
        return True
    return not _fail("Python could not make .venv. On Debian and Ubuntu: apt install python3-venv")


def _pip(name: str) -> bool:
    """The file's packages are installed, at exactly its versions and hashes, and the stamp says so."""
    if not _runs("import pip") and not _create():  # an earlier make was stopped half-way
        return False
    _say(f"Installing {name} …")
    command = [str(PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes"]
    if subprocess.call([*command, "-r", str(ROOT / name)], stdout=sys.stderr) != 0:
        return not _fail(f"{name} could not be installed; pip's reason stands above.")
    # Else a machine where Python may write no bytecode compiles our own modules again at each start.
    ours = [str(ROOT / package) for package in PACKAGES]
    subprocess.call([PYTHON, "-m", "compileall", "-q", *ours], stdout=sys.stderr)
    STAMPS[name].write_text(_fingerprint(name))
    return True


def _fingerprint(name: str) -> str:
    return hashlib.sha256((ROOT / name).read_bytes()).hexdigest()


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


def _fail(text: str) -> int:
    _say(text)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

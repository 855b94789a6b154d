"""The last resort of root's server: programs, data and sockets outside a clone that only root may enter."""

import hashlib
import os
import shutil
from pathlib import Path

from deploy.embedded.privileges import Way, hand_over, works

OUTSIDE = Path("/var/lib")


def make_home(base: Path, way: Way) -> Path:
    """A directory outside the clone, the same for the same base; others may pass through it, not list it."""
    digest = hashlib.sha256(os.fsencode(base)).hexdigest()[:16]
    home = OUTSIDE / f"frontdesk-{digest}"
    home.mkdir(mode=0o711, exist_ok=True)
    home.chmod(0o711)
    (home / "run").mkdir(mode=0o700, exist_ok=True)
    hand_over(home / "run", way.uid, way.gid)
    return home


def reachable_programs(programs: Path, home: Path, way: Way) -> Path:
    """The same programs where the server's user can execute them: where they are, or a copy in `home`."""
    if works(way, programs / "postgres", home / "run"):
        return programs
    installed, package = programs.parent, programs.parents[1]
    copies = home / "programs"
    shutil.rmtree(copies, ignore_errors=True)
    shutil.copytree(installed, copies / package.name / installed.name, symlinks=True)
    libraries = package.with_name(package.name + ".libs")  # found by a path relative to the programs
    if libraries.exists():
        shutil.copytree(libraries, copies / libraries.name, symlinks=True)
    for directory in (copies, copies / package.name):
        directory.chmod(0o755)
    return copies / package.name / installed.name / "bin"

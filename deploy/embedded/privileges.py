"""As whom PostgreSQL runs, and how its process gets there between fork and exec.

PostgreSQL refuses root. An ordinary user's server runs as that user. Root's server runs as an unprivileged
user that may still enter a clone below a directory closed to everybody else, in the first way the machine
allows: `cap` (that user, with the one capability to pass file permissions), `userns` (a user namespace where
root's files look like that user's), `copy` (plainly that user; programs, data and sockets outside the clone).
"""

import ctypes
import os
import pwd
import signal
import struct
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_SET_SECUREBITS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 8, 28, 47, 2
SECBIT_NO_SETUID_FIXUP = 1 << 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522
CLONE_NEWUSER = 0x10000000

ROOT_WAYS = ("cap", "userns", "copy")

# Loaded before any fork: the child between fork and exec must not import or look up anything.
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Way:
    """One way to run a server: its name, who owns its files, and what the child does before exec."""

    name: str
    uid: int
    gid: int
    enter: Callable[[], None]


def ways(owner_uid: int, allowed: tuple[str, ...] = ROOT_WAYS) -> Iterator[Way]:
    """The ways to try, best first. `owner_uid` owns the data already (0: nobody in particular does)."""
    if os.geteuid() != 0:
        yield Way("user", os.geteuid(), os.getegid(), lambda: None)
        return
    uid, gid = _unprivileged(owner_uid)
    known = {
        "cap": Way("cap", uid, gid, lambda: _keep_file_access(uid, gid)),
        "userns": Way("userns", 0, 0, lambda: _enter_namespace(uid, gid)),
        "copy": Way("copy", uid, gid, lambda: _become(uid, gid)),
    }
    yield from (known[name] for name in allowed)


def works(way: Way, program: Path, directory: Path) -> bool:
    """In this way the program can be executed, and `directory` written."""
    probe = directory / f".probe-{os.getpid()}"

    def enter_and_write() -> None:
        way.enter()
        if not os.access(program, os.R_OK | os.X_OK):  # initdb asks the same way
            raise PermissionError(program)
        os.close(os.open(probe, os.O_WRONLY | os.O_CREAT, 0o600))
        os.unlink(probe)

    try:
        command = [str(program), "--version"]
        done = subprocess.run(command, preexec_fn=enter_and_write, capture_output=True, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def dying_with_parent(signum: signal.Signals, enter: Callable[[], None] = lambda: None) -> Callable[[], None]:
    """A preexec function: enters its way, and gets `signum` when the thread that spawned it ends (Linux).

    Spawn from the main thread only. The order matters: every change of credentials clears the wish.
    """
    parent = os.getpid()

    def prepare() -> None:
        enter()
        if hasattr(_libc, "prctl"):
            _libc.prctl(PR_SET_PDEATHSIG, int(signum), 0, 0, 0)
            if os.getppid() != parent:  # it died before the wish was made
                os._exit(1)

    return prepare


def hand_over(tree: Path, uid: int, gid: int) -> None:
    """Everything in the tree belongs to that user; free when the top already does."""
    if tree.lstat().st_uid == uid:
        return
    for directory, names, files in os.walk(tree):
        for name in (*names, *files):
            os.lchown(os.path.join(directory, name), uid, gid)
    os.lchown(tree, uid, gid)  # last: a hand-over cut short is done again


def user_name(uid: int) -> str | None:
    """What the password file calls this user."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return None


def _unprivileged(owner_uid: int) -> tuple[int, int]:
    """Who owns the data already, or `nobody`: initdb wants a user that the password file knows."""
    if owner_uid != 0 and user_name(owner_uid):
        return owner_uid, pwd.getpwuid(owner_uid).pw_gid
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return 65534, 65534
    return nobody.pw_uid, nobody.pw_gid


def _become(uid: int, gid: int) -> None:
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def _keep_file_access(uid: int, gid: int) -> None:
    # Without the fixup bit access(2) ignores the capability, and by access(2) initdb looks for its programs.
    _call(_libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0))
    _call(_libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
    _become(uid, gid)
    mask = 1 << CAP_DAC_OVERRIDE
    header = ctypes.create_string_buffer(struct.pack("<Ii", CAPABILITY_VERSION_3, 0))
    wanted = ctypes.create_string_buffer(struct.pack("<6I", mask, mask, mask, 0, 0, 0))
    _call(_libc.capset(header, wanted))
    _call(_libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0))


def _enter_namespace(uid: int, gid: int) -> None:
    _call(_libc.unshare(CLONE_NEWUSER))
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} 0 1")
    Path("/proc/self/gid_map").write_text(f"{gid} 0 1")


def _call(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), "refused by the kernel")

"""The other verbs of `python -m deploy.embedded`: what one asks of an installation, running or stopped."""

import os
import shlex
import shutil
import sys
from collections.abc import Callable

from deploy.embedded import environment, state
from deploy.embedded.errors import AlreadyRunning, CannotRun
from deploy.embedded.installation import Installation
from deploy.embedded.lock import FileLock
from deploy.embedded.postgres import Cluster
from deploy.embedded.printing import Printer, sign_in_lines


def show_sign_ins(installation: Installation, printer: Printer) -> None:
    """The sample sign-ins are printed; raises CannotRun before the first run wrote any."""
    lines = sign_in_lines(installation.layout.sign_ins)
    if not lines:
        raise CannotRun("There are no sample sign-ins yet: `make run` makes them.")
    for line in lines:
        printer.say(line)


def print_token(installation: Installation, role: str) -> None:
    """This process has become the service's own token command, which prints the token and nothing else."""
    service = installation.service_for(role)
    if service is None:
        known = ", ".join(role for service in installation.services for role in service.token_roles)
        raise CannotRun(f"There are no tokens for {role!r}: AS is one of {known}.")
    _require_ready(installation)
    os.chdir(installation.root)
    settings = environment.for_process(installation, service)
    arguments = [sys.executable, "-m", service.module, "token", "--as", role]
    os.execve(sys.executable, arguments, settings)  # noqa: S606 - no shell is wanted


def print_environment(installation: Installation, name: str, printer: Printer) -> None:
    """The environment of a service's processes as lines a shell can read: what differs from ours."""
    service = next((service for service in installation.services if service.name == name), None)
    if service is None:
        raise CannotRun(f"Which service? One of {', '.join(known.name for known in installation.services)}.")
    settings = environment.for_process(installation, service, may_migrate=True)
    for variable, value in sorted(settings.items()):
        if os.environ.get(variable) != value:
            printer.say(f"export {variable}={shlex.quote(value)}")


def reset_sample(installation: Installation, confirm: Callable[[str], bool], printer: Printer) -> None:
    """Both databases and all letters are gone; the next run begins with a fresh sample school."""
    own = installation.of_own_database()
    if len(own) < len(installation.services):
        raise CannotRun("A database here is your own, not the sample's: empty it yourself.")
    installation.layout.create()
    lock = FileLock(installation.layout.supervisor_lock)
    if not lock.take():
        raise AlreadyRunning("Frontdesk runs here: stop it first (Ctrl-C in its terminal).")
    try:
        if not confirm(f"Delete both databases and every letter in {installation.layout.base}?"):
            raise CannotRun("Nothing was deleted.")
        _delete(installation)
    finally:
        lock.release()
    printer.say("Both databases and all letters are deleted. `make run` makes a fresh sample school.")


def ask(question: str) -> bool:
    """A person at the terminal said yes, or YES=1 says it for them."""
    if os.environ.get("YES") == "1":
        return True
    if not sys.stdin.isatty():
        raise CannotRun("Nobody is here to confirm it: set YES=1.")
    return input(f"{question} Type yes: ").strip().lower() == "yes"


def _delete(installation: Installation) -> None:
    layout = installation.layout
    cluster = Cluster(layout.base)
    if cluster.data.exists():
        cluster.start()
        try:
            for service in installation.services:
                cluster.drop_database(service.name)
        finally:
            cluster.stop()
    if layout.mail.exists():
        shutil.rmtree(layout.mail)
    layout.sign_ins.unlink(missing_ok=True)


def _require_ready(installation: Installation) -> None:
    if not state.is_running(installation.layout):
        raise CannotRun("Nothing runs here: start it with `make run`, then ask again.")
    if not installation.layout.ready.exists():
        raise CannotRun("It is still starting: ask again when `make run` shows its box.")

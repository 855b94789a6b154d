"""python -m deploy.embedded run | sign-ins | token ROLE | sample-reset | backup TO | restore FROM | resume | env SERVICE"""

import argparse
import os
import sys
from pathlib import Path

from deploy.embedded import backup, commands
from deploy.embedded.errors import CannotRun
from deploy.embedded.installation import Installation, installation_at
from deploy.embedded.printing import Printer
from deploy.embedded.supervisor import Supervisor


def main(arguments: list[str] | None = None, installation: Installation | None = None) -> int:
    """The exit status: 0, or 1 with the reason on standard error."""
    chosen = _parser().parse_args(arguments)
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]  # PGOPTIONS and its kin would change our own connections
    try:
        _obey(chosen, installation or installation_at())
    except CannotRun as error:
        Printer(sys.stderr).say(str(error))
        return 1
    except PermissionError as error:
        reason = (
            f"{error.filename} cannot be used by this user ({error.strerror}). Did another user start this?"
        )
        Printer(sys.stderr).say(reason)
        return 1
    return 0


def _obey(chosen: argparse.Namespace, installation: Installation) -> None:
    printer = Printer()
    if chosen.verb == "run":
        Supervisor(installation, printer).run()
    elif chosen.verb == "sign-ins":
        commands.show_sign_ins(installation, printer)
    elif chosen.verb == "token":
        commands.print_token(installation, chosen.role)
    elif chosen.verb == "sample-reset":
        commands.reset_sample(installation, commands.ask, printer)
    elif chosen.verb == "backup":
        backup.back_up(installation, Path(chosen.to).absolute(), printer)
    elif chosen.verb == "restore":
        backup.restore(installation, Path(chosen.source).absolute(), printer)
    elif chosen.verb == "resume":
        backup.resume(installation, printer)
    else:
        commands.print_environment(installation, chosen.service, printer)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.embedded", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("run", help="start everything, and watch it until Ctrl-C")
    verbs.add_parser("sign-ins", help="print the sample sign-ins again")
    verbs.add_parser("token", help="print a bearer token").add_argument("role")
    verbs.add_parser("sample-reset", help="delete both databases and all letters")
    verbs.add_parser("backup", help="both databases and the secrets, in a new folder").add_argument("to")
    verbs.add_parser("restore", help="an empty installation from a backup").add_argument("source")
    verbs.add_parser("resume", help="let work go on after a restore")
    verbs.add_parser("env", help="print a service's settings for a shell").add_argument("service")
    return parser


if __name__ == "__main__":
    sys.exit(main())

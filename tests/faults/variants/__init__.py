"""Negative controls: the real processes, each with one guard taken out. `python -m tests.faults.variants.<name> SERVICE VERB`."""

import importlib
import sys


def run_service() -> None:
    """What `python -m SERVICE VERB` does, in a process where the guard is already gone."""
    service, *verb = sys.argv[1:]
    importlib.import_module(f"{service}.cli").commands(args=verb, prog_name=service)


def without(statement: str, guard: str, instead: str = "") -> str:
    """The statement without its guard, which must be there: a control that changes nothing shows nothing."""
    assert guard in statement, guard
    return statement.replace(guard, instead)

"""The same statement by pgbench: what PostgreSQL itself can do with it, without any Python."""

import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import TextClause

from deploy.embedded.binaries import find_postgres

A_NUMBER = "\\set n random(1, 9000000000000000000)\n\\set choice random(1, {choices})\n"
MOST_CHOICES = 100
AN_ID = "CAST(lpad(to_hex(CAST(:n AS bigint) + {offset}), 32, '0') AS uuid)"
_NAME = re.compile(r"(?<!:):([a-z_]+)")


def an_id(offset: int = 0) -> str:
    """SQL for an id that comes only once, made of the script's random number."""
    return AN_ID.format(offset=offset)


def literal(value: str) -> str:
    """SQL for a text."""
    return "'" + value.replace("'", "''") + "'"


def one_of(ids: Sequence[str]) -> str:
    """SQL for one of these ids, another in every transaction. At most MOST_CHOICES, and then all of them alike often."""
    if len(ids) == 1:
        return literal(ids[0])
    if MOST_CHOICES % len(ids):
        raise ValueError(f"{len(ids)} does not divide {MOST_CHOICES}")
    array = ", ".join(map(literal, ids))
    return f"((ARRAY[{array}])[1 + CAST(:choice AS int) % {len(ids)}])"


def script_of(statement: TextClause, values: Mapping[str, str]) -> str:
    """A pgbench script: the statement with SQL in the place of its parameters."""
    lines = _NAME.sub(lambda found: values[found.group(1)], str(statement.text)).splitlines()
    return A_NUMBER.format(choices=MOST_CHOICES) + " ".join(line.strip() for line in lines) + ";\n"


def binary() -> Path | None:
    """pgbench beside the server that is used, where it is."""
    found = find_postgres() / "pgbench"
    return found if found.exists() else None


def transactions_per_s(program: Path, url: str, script: str, *, connections: int, seconds: float) -> float:
    """What pgbench reports. Raises RuntimeError when one transaction failed."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        options = [
            "-n",
            "-M",
            "prepared",
            "-c",
            str(connections),
            "-j",
            "2",
            "-T",
            str(max(1, round(seconds))),
        ]
        done = subprocess.run(
            [program, *options, "-f", file.name, url], capture_output=True, text=True, check=False
        )
    found = re.search(r"^tps = ([\d.]+)", done.stdout, re.MULTILINE)
    failed = re.search(r"failed transactions: (\d+)", done.stdout)
    if done.returncode or not found or (failed and failed.group(1) != "0"):
        raise RuntimeError(f"pgbench: {done.stdout[-500:]}{done.stderr[-1500:]}")
    return float(found.group(1))

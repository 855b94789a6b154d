"""`make audit`: pip-audit over both files of pins. Three outcomes, three words: CLEAN (0), WEAK (1), NOT AUDITED (3).

pip-audit ends with 0 when it could look nothing up: a package that no service knew is no clean bill, and is counted here.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PINS = ("requirements.txt", "requirements-dev.txt")
SERVICES = ("pypi", "osv")
CLEAN, WEAK, NOT_AUDITED = 0, 1, 3
TIMEOUT_S = 90


@dataclass(frozen=True)
class Verdict:
    """What one service said about one file of pins."""

    outcome: int
    words: str


def judge(document: str, complaint: str) -> Verdict:
    """pip-audit's JSON read closely: clean only when every package was looked up and none is weak."""
    try:
        packages = json.loads(document)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Verdict(NOT_AUDITED, (complaint.strip().splitlines() or ["it said nothing"])[-1][:300])
    weak = [f"{package['name']} {v['id']}" for package in packages for v in package.get("vulns", [])]
    if weak:
        return Verdict(WEAK, ", ".join(sorted(weak)))
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    if skipped or not packages:
        return Verdict(NOT_AUDITED, f"{len(skipped)} of {len(packages)} packages could not be looked up")
    return Verdict(CLEAN, f"{len(packages)} packages looked up, none with a known weakness")


def ask(pins: Path, service: str) -> Verdict:
    """The verdict of that service."""
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "--requirement",
        str(pins),
        "--require-hashes",
        "--disable-pip",
    ]
    command += ["--format", "json", "--progress-spinner", "off", "--timeout", "10"]
    try:
        done = subprocess.run(
            [*command, "--vulnerability-service", service],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Verdict(NOT_AUDITED, f"no answer within {TIMEOUT_S} s")
    return judge(done.stdout, done.stderr)


def audit(pins: Path) -> int:
    """The first service that could look everything up decides; what each one said is told."""
    for service in SERVICES:
        verdict = ask(pins, service)
        name = {CLEAN: "CLEAN", WEAK: "WEAK", NOT_AUDITED: "not audited"}[verdict.outcome]
        sys.stdout.write(f"{pins.name}, asked at {service}: {name}: {verdict.words}\n")
        if verdict.outcome != NOT_AUDITED:
            return verdict.outcome
    sys.stdout.write(f"{pins.name}: NOT AUDITED, no advisory service answered for every package\n")
    return NOT_AUDITED


def main() -> int:
    """A weakness weighs most, then a file that nobody looked up."""
    outcomes = {audit(ROOT / name) for name in PINS}
    return next((found for found in (WEAK, NOT_AUDITED) if found in outcomes), CLEAN)


if __name__ == "__main__":
    sys.exit(main())

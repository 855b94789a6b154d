"""A running installation, looked at: what it shows, tells, gives to its processes, and refuses."""

import json
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tests.embedded.pair import StandInPair

Pairs = Callable[..., StandInPair]
# One server for them all, also where several workers share the tests.


def test_a_first_start_ends_in_a_box_with_addresses_and_sign_ins(running_pair: StandInPair) -> None:
    pair = running_pair
    assert pair.said("Ctrl-C stops everything; your data is kept.")
    output = pair.output()
    for part in (
        "[1/5]",
        "[5/5]",
        f"http://127.0.0.1:{pair.ports[1]}/desk/",
        "dana@school.example",
        "secret-1",
    ):
        assert part in output
    assert "(from REDIS_URL)" not in output
    told = pair.ready()
    assert told is not None
    assert set(told["pids"]) == {
        "postgres",
        "valkey",
        "enrollment-web",
        "enrollment-worker",
        "inquiry-web",
        "inquiry-worker",
    }


def test_a_second_run_in_the_same_place_is_refused(running_pair: StandInPair) -> None:
    pair = running_pair
    refused = pair.call("run")
    assert refused.returncode == 1
    assert f"already runs here (process {pair.supervisor()})" in refused.stderr


def test_a_token_is_all_that_its_command_prints(running_pair: StandInPair) -> None:
    pair = running_pair
    for role in ("director", "registrar"):
        told = pair.call("token", role)
        assert (told.returncode, told.stdout, told.stderr) == (0, f"token-of-{role}-1\n", "")


def test_a_token_needs_a_running_installation_and_a_known_role(a_pair: Pairs) -> None:
    stopped = a_pair().call("token", "director")
    assert (stopped.returncode, stopped.stdout) == (1, "")
    assert "Nothing runs here" in stopped.stderr
    unknown = a_pair().call("token", "janitor")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "director" in unknown.stderr


def test_the_sign_ins_are_printed_again(a_pair: Pairs, running_pair: StandInPair) -> None:
    assert a_pair().call("sign-ins").returncode == 1
    assert "secret-1" in running_pair.call("sign-ins").stdout


def test_a_process_gets_its_own_secrets_and_not_its_sibling_s(running_pair: StandInPair) -> None:
    pair = running_pair
    sibling, environment = (_environment(port) for port in pair.ports)
    assert environment["SCHOOL_NAME"] == "Lakeside School"
    assert "enrollment_app" not in str(environment)
    assert "of-enrollment-only" not in str(environment)
    assert sibling["SECRET_KEY"] == "of-enrollment-only"
    assert "MIGRATE_DATABASE_URL" not in environment
    assert environment["SMTP_URL"] == f"maildir://{pair.var}/mail"
    pairs_secret = (pair.var / "secrets" / "pair-secret").read_text().strip()
    assert environment["PAIR_SECRET"] == sibling["PAIR_SECRET"] == pairs_secret


def test_what_the_kernel_tells_of_a_process_has_no_secret(running_pair: StandInPair) -> None:
    pairs_secret = (running_pair.var / "secrets" / "pair-secret").read_text().strip()
    for name in ("inquiry-web", "enrollment-worker"):
        process = Path(f"/proc/{running_pair.pid(name)}")
        shown = (process / "environ").read_text() + (process / "cmdline").read_text()
        assert str(running_pair.var) in shown  # by this mark the next run finds it
        assert pairs_secret not in shown


def _environment(port: int) -> dict[str, str]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/environment", timeout=10) as answer:
        found: dict[str, str] = json.load(answer)
    return found

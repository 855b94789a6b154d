"""A running installation, looked at: what it shows, tells, gives to its processes, and refuses."""

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
    environment = Path(f"/proc/{pair.pid('inquiry-web')}/environ").read_text()
    sibling = Path(f"/proc/{pair.pid('enrollment-web')}/environ").read_text()
    assert "SCHOOL_NAME=Lakeside School" in environment
    assert "enrollment_app" not in environment
    assert "of-enrollment-only" not in environment
    assert "SECRET_KEY=of-enrollment-only" in sibling
    assert "MIGRATE_DATABASE_URL" not in environment
    assert f"SMTP_URL=maildir://{pair.var}/mail" in environment
    pairs_secret = (pair.var / "secrets" / "pair-secret").read_text().strip()
    assert f"PAIR_SECRET={pairs_secret}" in environment
    assert f"PAIR_SECRET={pairs_secret}" in sibling

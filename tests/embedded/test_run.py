"""`run` from outside: it starts, refuses, survives, says what happened, and leaves nothing behind."""

import fcntl
import functools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import termios
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.embedded.pair import ROOT, StandInPair
from tests.embedded.waiting import wait_for

Pairs = Callable[..., StandInPair]


def _body(pair: StandInPair, name: str) -> str:
    told = pair.ready()
    assert told is not None
    with urllib.request.urlopen(f"{told[f'{name}_url']}/health/ready", timeout=5) as answer:
        return str(answer.read().decode())


def _is_up(pair: StandInPair, name: str) -> bool:
    try:
        return bool(_body(pair, name))
    except OSError:
        return False


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything(a_pair: Pairs, signum: signal.Signals) -> None:
    pair = a_pair().start()
    assert pair.stop(signum) == 0
    assert pair.is_gone()
    assert f"Stopping ({signum.name})" in pair.output()
    assert not list((pair.var / "run").iterdir())


def test_a_closed_terminal_stops_everything(a_pair: Pairs) -> None:
    pair = a_pair()
    ours, theirs = os.openpty()

    def take_the_terminal() -> None:
        os.setsid()
        fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whatever those who run the tests ignore

    pair.become = take_the_terminal
    pair.start()
    os.close(theirs)
    os.close(ours)
    assert pair.is_gone()
    assert pair.said("Stopping (SIGHUP)")


def test_nohup_is_respected(a_pair: Pairs) -> None:
    pair = a_pair()
    pair.become = lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)
    pair.start()
    os.kill(pair.supervisor(), signal.SIGHUP)
    assert pair.call("token", "director").returncode == 0
    assert pair.stop(signal.SIGINT) == 0
    assert "Stopping (SIGINT)" in pair.output()


def test_the_data_is_there_after_a_restart(a_pair: Pairs) -> None:
    pair = a_pair().start()
    assert _body(pair, "inquiry") == "1"
    pair.stop()
    pair.start()
    assert _body(pair, "inquiry") == "2"


def test_it_stops_while_it_is_still_starting(a_pair: Pairs) -> None:
    pair = a_pair()
    pair.launch()
    assert pair.said("[1/5]")
    assert pair.stop(signal.SIGINT) == 0
    assert pair.is_gone()


def test_a_busy_port_is_named_with_its_variable(a_pair: Pairs) -> None:
    pair = a_pair(is_new=True)
    with socket.socket() as other:
        other.bind(("127.0.0.1", pair.ports[1]))
        other.listen()
        refused = pair.call("run")
    assert refused.returncode == 1
    assert f"Port {pair.ports[1]} is in use by another program" in refused.stderr
    assert "INQUIRY_PORT=" in refused.stderr
    assert not (pair.var / "pgdata").exists()


@pytest.mark.parametrize(("port", "words"), [("http", "is not a port"), ("70000", "is not a port")])
def test_what_is_no_port_is_refused(a_pair: Pairs, port: str, words: str) -> None:
    refused = a_pair().call("run", ENROLLMENT_PORT=port)
    assert refused.returncode == 1
    assert f"ENROLLMENT_PORT={port} {words}" in refused.stderr


def test_the_next_start_after_a_killed_supervisor_begins_with_a_clean_house(a_pair: Pairs) -> None:
    pair = a_pair().start()
    pair.kill()
    left = pair.alive()
    pair.start()
    assert not set(left) & set(pair.alive())
    assert _body(pair, "enrollment") == "2"
    pair.stop()
    assert pair.is_gone()


def test_killing_the_supervisor_ends_its_processes(a_pair: Pairs) -> None:
    pair = a_pair().start()
    pair.kill()
    assert pair.named_are_gone()


def test_whatever_is_killed_is_started_again_and_said(a_pair: Pairs) -> None:
    pair = a_pair().start()
    for name in ("inquiry-web", "enrollment-worker", "valkey", "postgres"):
        killed = pair.pid(name)
        os.kill(killed, signal.SIGKILL)
        assert pair.said(f"{name} ended (killed by SIGKILL); it is started again in 0.2 s")
        assert pair.said(f"{name} is running again")
        assert wait_for(lambda name=name, killed=killed: pair.pid(name) != killed)  # type: ignore[misc]
    assert wait_for(lambda: _is_up(pair, "inquiry"))
    pair.stop()
    assert pair.is_gone()


def test_a_process_that_never_starts_ends_the_run_with_its_last_words(a_pair: Pairs) -> None:
    refused = a_pair(processes="broken").call("run")
    assert refused.returncode == 1
    assert "this one never starts" in refused.stderr


def test_a_second_ctrl_c_does_not_wait_for_the_stubborn(a_pair: Pairs) -> None:
    pair = a_pair(processes="web stubborn").start()
    pair.interrupt()
    assert pair.said("Stopping (SIGINT)")
    assert pair.stop(signal.SIGINT) == 0
    assert pair.is_gone()


def test_it_ends_when_the_make_that_started_it_is_killed(a_pair: Pairs, tmp_path: Path) -> None:
    make = shutil.which("make")
    if make is None:
        pytest.skip("there is no make here")
    pair = a_pair()
    makefile = tmp_path / "Makefile"
    makefile.write_text("run:\n\t@exec $(RUN)\n")
    command = [make, "-f", str(makefile), "-C", str(ROOT), f"RUN={' '.join(pair.command('run'))}"]
    parent = subprocess.Popen(command, env=pair.environment(), stdout=subprocess.DEVNULL)
    assert wait_for(pair.ready)
    parent.kill()
    parent.wait(timeout=5)
    assert pair.is_gone()


def test_the_sample_is_reset_only_when_stopped_and_confirmed(a_pair: Pairs) -> None:
    pair = a_pair().start()
    assert "stop it first" in pair.call("sample-reset", YES="1").stderr
    pair.stop()
    assert "set YES=1" in pair.call("sample-reset").stderr
    (pair.var / "mail" / "new").mkdir(parents=True)
    assert pair.call("sample-reset", YES="1").returncode == 0
    assert not (pair.var / "mail").exists()
    pair.start()
    assert _body(pair, "inquiry") == "1"


def test_servers_of_the_operator_are_taken_and_said(a_pair: Pairs, tmp_path: Path) -> None:
    host = a_pair(tmp_path / "theirs").start()
    exports = host.call("env", "inquiry").stdout
    theirs = dict(
        line.removeprefix("export ").replace("'", "").split("=", 1) for line in exports.splitlines()
    )
    pair = a_pair(tmp_path / "ours")
    pair.start(INQUIRY_DATABASE_URL=theirs["MIGRATE_DATABASE_URL"], REDIS_URL=theirs["REDIS_URL"])
    assert "(from INQUIRY_DATABASE_URL)" in pair.output()
    assert "(from REDIS_URL)" in pair.output()
    assert theirs["MIGRATE_DATABASE_URL"] not in pair.output()
    told = pair.ready()
    assert told is not None
    assert "valkey" not in told["pids"]
    assert (_body(pair, "inquiry"), _body(pair, "enrollment")) == ("2", "1")


def _become(user: pwd.struct_passwd) -> None:
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)


def test_it_runs_as_an_ordinary_user(a_pair: Pairs) -> None:
    python = "/usr/bin/python3.11"
    if os.geteuid() != 0 or not Path(python).exists():
        pytest.skip("needs root, to become an ordinary user, and the system's own Python 3.11")
    nobody = pwd.getpwnam("nobody")
    home = Path("/tmp") / f"frontdesk-test-{os.getpid()}"
    home.mkdir(mode=0o700)
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    pair = a_pair(home / "var", is_new=True, python=python)
    pair.become = functools.partial(_become, nobody)
    packages = Path(pytest.__file__).parents[1]
    try:
        if pair.call("--help", PYTHONPATH=str(packages)).returncode != 0:
            pytest.skip("an ordinary user cannot reach this clone or its packages")
        pair.start(PYTHONPATH=str(packages))
        assert Path(f"/proc/{pair.pid('postgres')}").stat().st_uid == nobody.pw_uid
        assert pair.stop(signal.SIGINT) == 0
        assert pair.is_gone()
    finally:
        pair.end()
        shutil.rmtree(home)

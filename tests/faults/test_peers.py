"""The sink kills whom it means: a process is told by its number and its start, because numbers are given out again."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from deploy.embedded.orphans import MARK
from tests.faults import peers
from tests.faults.sink import MAIL, Orders

VAR = "/an/installation"

pytestmark = pytest.mark.skipif(not peers.is_possible(), reason="no /proc/net/tcp on this machine")


@pytest.fixture
def a_client() -> Iterator[tuple[socket.socket, "subprocess.Popen[bytes]"]]:
    """Our end of a connection, and the process of the installation that holds the other."""
    connects = (
        "import socket, sys; s = socket.create_connection(('127.0.0.1', int(sys.argv[1]))); sys.stdin.read()"
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        process = subprocess.Popen(
            [sys.executable, "-c", connects, str(server.getsockname()[1])],
            stdin=subprocess.PIPE,
            env=os.environ | {MARK: VAR},
        )
        ours, _ = server.accept()
        with ours:
            yield ours, process
        assert process.stdin is not None
        process.stdin.close()
        process.wait(10)


def test_the_other_end_of_a_connection_is_found_and_killed(
    a_client: tuple[socket.socket, "subprocess.Popen[bytes]"],
) -> None:
    ours, process = a_client
    peer = peers.peer_of(ours.getpeername(), VAR)
    assert peer is not None
    assert peer.pid == process.pid
    orders = Orders(VAR, kill_at=MAIL, kills_left=2)
    assert orders.reached(MAIL, peer)
    assert process.wait(10) == -9
    assert not orders.reached(MAIL, peer)
    assert orders.count()["kills"] == 1


def test_a_process_of_another_installation_is_nobody(
    a_client: tuple[socket.socket, "subprocess.Popen[bytes]"],
) -> None:
    assert peers.peer_of(a_client[0].getpeername(), "/another/installation") is None


def test_a_process_that_was_given_a_killed_ones_number_is_killed_too_and_never_in_its_place(
    a_client: tuple[socket.socket, "subprocess.Popen[bytes]"],
) -> None:
    ours, process = a_client
    peer = peers.peer_of(ours.getpeername(), VAR)
    assert peer is not None
    gone = replace(peer, started=b"1")
    orders = Orders(VAR, kill_at=MAIL, kills_left=2, killed={gone})
    assert not orders.reached(MAIL, replace(peer, started=b"2")), "the number is another's by now"
    assert process.poll() is None
    assert orders.reached(MAIL, peer)
    assert process.wait(10) == -9

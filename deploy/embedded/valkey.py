"""One real server of the Redis protocol, in memory only: it may be killed at any moment; nothing is lost."""

import os
import signal
import socket
import subprocess
from pathlib import Path
from urllib.parse import quote

from deploy.embedded.binaries import find_valkey
from deploy.embedded.errors import CannotRun
from deploy.embedded.logs import open_log, tail
from deploy.embedded.orphans import processes_in
from deploy.embedded.owned_server import OwnedServer
from deploy.embedded.privileges import dying_with_parent
from deploy.embedded.waiting import wait_until

START_TIMEOUT_S = 20.0


class Valkey(OwnedServer):
    """The server below `base_dir`."""

    name = "valkey"
    title = "Valkey"
    stopping = (signal.SIGTERM, signal.SIGKILL)
    stop_timeout_s = 5.0

    def start(self) -> None:
        """The server answers. Raises AlreadyRunning (another process keeps it) or CannotRun."""
        self.launch()
        self.wait_for_ready()

    def wait_for_ready(self) -> None:
        """The server answers; raises CannotRun when it does not."""
        wait_until(lambda: self._answers() or not self.is_alive(), START_TIMEOUT_S, poll_s=0.005)
        if not self._answers():
            self.stop()
            raise CannotRun(f"Valkey did not start:\n{tail(self.log)}")

    @property
    def url(self) -> str:
        """The address as Celery writes it."""
        return f"redis+socket://{quote(str(self._socket))}?virtual_host=0"

    @property
    def redis_url(self) -> str:
        """The address as redis-py writes it."""
        return f"unix://{quote(str(self._socket))}?db=0"

    @property
    def _socket(self) -> Path:
        return self.layout.socket_dir() / "valkey.sock"

    @property
    def _work(self) -> Path:
        return self.layout.base / "valkey"

    @property
    def _pid_file(self) -> Path:
        return self._work / "valkey.pid"

    def _processes(self) -> list[int]:
        return processes_in(self._work, self._pid_file)

    def _start_alone(self) -> None:
        self._work.mkdir(mode=0o700, exist_ok=True)
        command = [
            str(find_valkey()),
            "--port",
            "0",
            "--unixsocket",
            str(self._socket),
            "--unixsocketperm",
            "700",
        ]
        command += [
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            str(self._work),
            "--pidfile",
            str(self._pid_file),
        ]
        command += ["--maxmemory", "64mb", "--maxmemory-policy", "noeviction"]
        with open_log(self.log) as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                pass_fds=[self._server_lock.fd],
                start_new_session=True,
                preexec_fn=dying_with_parent(signal.SIGTERM),
            )
        self._server_lock.release()  # from here on the server's own copy is the lock

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1.0)
            try:
                client.connect(str(self._socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
            except OSError:
                return False
